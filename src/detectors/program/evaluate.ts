// Works out, from the tree alone, what each expression may be: names through imports, aliases and `getattr`, constant
// texts, and labels that spread from sources (network, decoding, secrets) through assignments, arguments and returns.
// An abstract interpretation without control flow, over one file; a fixed number of passes; every node once per pass,
// those inside before those around them, so that depth costs nothing.
import {
  BUILTINS,
  canonical,
  CONVENTIONAL,
  isSink,
  kindOf,
  SECRET_NAME,
  SECRET_PATH,
  SENSITIVE_MODULES,
} from "./names.ts";
import { importsOf } from "./imports.ts";
import { Variables } from "./variables.ts";
import { decodedText, filled, textMethod } from "./texts.ts";
import { identifier, literalParts, unescape, type Node, type Syntax } from "./syntax.ts";
import {
  concatenated,
  container,
  either,
  elementOf,
  isConstant,
  LABEL,
  mixed,
  named,
  NOTHING,
  ofText,
  relabelled,
  SECRETS,
  type Value,
} from "./value.ts";

export interface Call {
  readonly name: string;
  readonly node: Node;
  readonly args: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
  readonly receiver: Value;
  /** The name does not stand in the source: look-alike letters, a string, a dictionary of builtins. */
  readonly disguised: boolean;
}

/** Calls kept of one program (CWE-770); ordinary source of the length that is read has a third as many. */
export const CALLS_MAX: number = 50_000;
/** Times the whole program is gone over: definitions used before they stand, and taint through a chain of functions. */
const PASSES_MAX = 5;
/** Modules taken whole that a name is looked up in. */
const STARS_MAX = 8;
/** Paths remembered as written from outside; a command is compared with each. */
const DROPPED_MAX = 32;

const FUNCTIONS = new Set(["FunctionDefinition", "LambdaExpression"]);
const GROUPS: Readonly<Record<string, true>> = {
  ArrayExpression: true,
  TupleExpression: true,
  SetExpression: true,
};
const COMPREHENSION = /Comprehension/;
const DUNDER = /(?:^|\.)__(?!name__|doc__|all__|init__|version__)\w{2,30}__$/;

export class Evaluation {
  readonly calls: Call[] = [];
  /** Texts of paths that the program writes from the network or from decoded bytes. */
  readonly dropped: Set<string> = new Set();
  /** Calls of each function of the file. */
  readonly callers: Map<Node, Node[]> = new Map();
  readonly #syntax: Syntax;
  readonly #values = new Map<Node, Value>();
  readonly #variables = new Variables();
  readonly #functions = new Map<string, Node>();
  readonly #parameters = new Map<Node, readonly string[]>();
  readonly #stars: string[] = [];

  constructor(syntax: Syntax) {
    this.#syntax = syntax;
    for (let pass = 0; pass < PASSES_MAX; pass++) {
      this.#variables.changed = false;
      this.#values.clear();
      this.calls.length = 0;
      this.callers.clear();
      for (const node of syntax.nodes) this.#visit(node);
      if (!this.#variables.changed && pass > 0) break;
    }
  }

  valueOf(node: Node): Value {
    return this.#values.get(node) ?? NOTHING;
  }

  source(node: Node): string {
    return this.#syntax.text.slice(node.from, node.to);
  }

  // ---- statements

  #visit(node: Node): void {
    switch (node.type) {
      case "ImportStatement":
        return this.#import(node);
      case "AssignStatement":
      case "NamedExpression":
        this.#assign(node);
        break;
      case "UpdateStatement": {
        const [target, , value] = node.kids;
        if (target && value) this.#bind(target, concatenated([this.valueOf(target), this.valueOf(value)]));
        return;
      }
      case "ForStatement":
        return this.#loops(node);
      case "ParamList":
        return this.#parameterList(node);
      case "Decorator": {
        // A decorator is a call: `@exec` and `@os.system` run what stands below. Its dots are no member expression.
        const names = node.kids.filter(({ type }) => type === "VariableName");
        const applied = names[0] ?? node.kids.find(isExpression);
        const first = applied && this.valueOf(applied).name;
        const name =
          first === undefined
            ? undefined
            : canonical([first, ...names.slice(1).map((one) => this.source(one))].join("."));
        if (name !== undefined && isSink(name)) this.#hiddenCall(name, node);
        return;
      }
      case "WithStatement":
        return this.#with(node);
      case "FunctionDefinition": {
        const name = node.kids.find(({ type }) => type === "VariableName");
        if (!name) return;
        const key = this.#key(
          node.scope?.type === "ClassDefinition" ? this.#className(node.scope) : undefined,
          this.source(name),
        );
        this.#functions.set(key, node);
        this.#variables.set(node.scope, this.source(name), named(`def ${key}`));
        return;
      }
      case "ClassDefinition": {
        const name = this.#className(node);
        this.#variables.set(node.scope, name, named(`class ${name}`));
        return;
      }
      case "ReturnStatement":
      case "YieldStatement":
      case "YieldExpression": {
        const value = node.kids.slice(1).find(({ type }) => type !== "from");
        const owner = functionAround(node);
        if (value && owner) this.#variables.returned(owner, this.#tuple(node.kids.slice(1)));
        return;
      }
    }
    const value = this.#evaluate(node);
    if (value !== NOTHING) this.#values.set(node, value);
  }

  #key(owner: string | undefined, name: string): string {
    return owner === undefined ? name : `${owner}.${name}`;
  }

  #className(node: Node): string {
    const name = node.kids.find(({ type }) => type === "VariableName");
    return name ? this.source(name) : "";
  }

  #import(node: Node): void {
    for (const { as, name } of importsOf(node, (one) => this.source(one))) {
      if (as !== "*") this.#variables.set(node.scope, as, named(name));
      else if (!this.#stars.includes(name) && this.#stars.length < STARS_MAX) this.#stars.push(name);
    }
  }

  #assign(node: Node): void {
    const sides: Node[][] = [[]];
    for (const kid of node.kids) {
      if (kid.type === "AssignOp") sides.push([]);
      else if (kid.type !== "TypeDef") sides[sides.length - 1]?.push(kid);
    }
    const value = this.#tuple(sides.pop() ?? []);
    for (const targets of sides) this.#bindAll(targets, value);
    if (node.type === "NamedExpression") this.#values.set(node, value);
  }

  /** `a` as itself, `a, b` as a tuple. */
  #tuple(nodes: readonly Node[]): Value {
    const parts = nodes.filter(isExpression);
    const [only] = parts;
    if (!nodes.some(({ type }) => type === ",")) return only ? this.valueOf(only) : NOTHING;
    return container(parts.map((part, i) => [String(i), this.valueOf(part)] as const));
  }

  #bindAll(targets: readonly Node[], value: Value): void {
    const names = targets.filter(isExpression);
    const [only] = names;
    if (names.length === 1 && only && !targets.some(({ type }) => type === ",")) return this.#bind(only, value);
    const rest = elementOf(value);
    names.forEach((name, i) => this.#bind(name, value.items?.get(String(i)) ?? rest));
  }

  #bind(target: Node, value: Value): void {
    const name = this.#variable(target);
    // An operator that runs code: `__getitem__ = exec`, `A.__class_getitem__ = os.system`.
    if (value.name !== undefined && isSink(value.name) && DUNDER.test(this.source(target).slice(-40)))
      this.#hiddenCall(value.name, target);
    if (name !== undefined) return this.#variables.set(name.scope, name.name, value);
    if (GROUPS[target.type] || target.type === "ParenthesizedExpression") return this.#bindAll(target.kids, value);
    // `x["key"] = value` and `x.attribute = value`: the whole carries what its part carries.
    const base = target.type === "MemberExpression" ? target.kids[0] : undefined;
    const owner = base && this.#variable(base);
    if (owner && value.labels !== 0) this.#variables.set(owner.scope, owner.name, mixed([value]));
  }

  #hiddenCall(name: string, node: Node): void {
    if (this.calls.length < CALLS_MAX)
      this.calls.push({ name, node, args: [], keywords: new Map(), receiver: NOTHING, disguised: true });
  }

  /** The variable that an expression names; `self.x` belongs to the file. */
  #variable(node: Node): { scope: Node | undefined; name: string } | undefined {
    if (node.type === "VariableName") return { scope: node.scope, name: identifier(this.source(node)).name };
    if (node.type !== "MemberExpression" || node.kids[1]?.type !== ".") return undefined;
    const owner = node.kids[0];
    if (owner?.type !== "VariableName") return undefined;
    const word = this.source(owner);
    return word === "self" || word === "cls"
      ? { scope: undefined, name: `self.${this.source(node.kids[2] ?? owner)}` }
      : undefined;
  }

  /** `for a, b in c`, in statements and comprehensions. */
  #loops(node: Node): void {
    const { kids } = node;
    for (let at = 0; at < kids.length; at++) {
      if (kids[at]?.type !== "for") continue;
      const inAt = kids.findIndex(({ type }, i) => i > at && type === "in");
      if (inAt < 0) return;
      const over = kids[inAt + 1];
      if (over) this.#bindAll(kids.slice(at + 1, inAt), elementOf(this.valueOf(over)));
      at = inAt;
    }
  }

  #with(node: Node): void {
    const { kids } = node;
    kids.forEach((kid, i) => {
      const [value, target] = [kids[i - 1], kids[i + 1]];
      if (kid.type === "as" && value && target) this.#bind(target, this.valueOf(value));
    });
  }

  // ---- expressions

  #evaluate(node: Node): Value {
    const { kids } = node;
    switch (node.type) {
      case "VariableName":
        return this.#name(node);
      case "String":
        return this.#literal(node);
      case "ContinuedString":
        return concatenated(kids.map((kid) => this.valueOf(kid)));
      case "FormatString":
        return this.#formatString(node);
      case "Number":
      case "Boolean":
      case "None":
        return ofText(this.source(node));
      case "MemberExpression":
        return kids[1]?.type === "." ? this.#attribute(node) : this.#subscript(node);
      case "CallExpression":
        return this.#call(node);
      case "ParenthesizedExpression":
      case "AwaitExpression":
        return this.#tuple(kids.filter(({ type }) => type !== "await"));
      case "NamedExpression":
        return this.valueOf(node);
      case "ArrayExpression":
      case "TupleExpression":
      case "SetExpression":
        return container(kids.filter(isExpression).map((kid, i) => [String(i), this.valueOf(kid)] as const));
      case "DictionaryExpression":
        return this.#dictionary(node);
      case "BinaryExpression":
        return this.#binary(node);
      case "ConditionalExpression": {
        const [yes, , , , no] = kids;
        return yes && no ? either(this.valueOf(yes), this.valueOf(no), isSink) : NOTHING;
      }
      case "LambdaExpression": {
        const body = kids[kids.length - 1];
        if (body) this.#variables.returned(node, this.valueOf(body));
        this.#functions.set(`lambda ${node.from}`, node);
        return named(`lambda ${node.from}`);
      }
      default:
        if (COMPREHENSION.test(node.type) || kids.some(({ type }) => type === "for")) this.#loops(node);
        // Whatever else it is, it carries what it is made of. Statements carry nothing.
        return /Statement|Body|Script|Definition|Decorator|ParamList|StatementGroup/.test(node.type)
          ? NOTHING
          : mixed(kids.map((kid) => this.valueOf(kid)));
    }
  }

  #name(node: Node): Value {
    const { name, disguised } = identifier(this.source(node));
    const labels = disguised ? LABEL.disguised : 0;
    const known = this.#variables.lookup(node.scope, name);
    if (known) return disguised ? relabelled(known, labels) : known;
    for (const star of this.#stars) {
      const full = canonical(`${star}.${name}`);
      if (kindOf(full) !== undefined || full === "os.environ") return this.#whole(named(full, labels), node);
    }
    if (name === "__builtins__") return named("builtins", labels);
    if (BUILTINS.has(name)) return named(`builtins.${name}`, labels);
    const conventional = CONVENTIONAL.get(name);
    return conventional === undefined ? (disguised ? named(name, labels) : NOTHING) : named(conventional, labels);
  }

  #whole(value: Value, node: Node): Value {
    return value.name === "os.environ"
      ? relabelled(
          value,
          LABEL.wholeEnvironment,
          this.#origin(LABEL.wholeEnvironment, "all environment variables", node),
        )
      : value;
  }

  #literal(node: Node): Value {
    const { prefix, body } = literalParts(this.source(node));
    return this.#path(ofText(unescape(body, prefix)), node);
  }

  /** A text that names a file with secrets carries that. */
  #path(value: Value, node: Node): Value {
    if (
      value.text === undefined ||
      value.text.length > 300 ||
      !SECRET_PATH.test(value.text) ||
      value.text.includes("\n")
    )
      return value;
    return relabelled(value, LABEL.secretFile, this.#origin(LABEL.secretFile, value.text, node));
  }

  #formatString(node: Node): Value {
    const parts: Value[] = [];
    const { prefix } = literalParts(this.source(node));
    const holes = node.kids.filter(({ type }) => type === "FormatReplacement");
    const width = /^[a-zA-Z]{0,3}(?:"""|''')/.test(this.source(node)) ? 3 : 1;
    let from = node.from + prefix.length + width;
    const piece = (to: number): void => {
      if (to > from)
        parts.push(
          ofText(unescape(this.#syntax.text.slice(from, to), prefix).replaceAll("{{", "{").replaceAll("}}", "}")),
        );
    };
    for (const hole of holes) {
      piece(hole.from);
      const inner = hole.kids.find(isExpression);
      parts.push(inner ? this.valueOf(inner) : NOTHING);
      from = hole.to;
    }
    piece(node.to - width);
    return this.#path(concatenated(parts), node);
  }

  #dictionary(node: Node): Value {
    const entries: (readonly [string, Value])[] = [];
    const { kids } = node;
    for (let at = 1; at < kids.length; at++) {
      const [key, colon, value] = [kids[at], kids[at + 1], kids[at + 2]];
      if (key && colon?.type === ":" && value) {
        entries.push([this.valueOf(key).text ?? `#${at}`, this.valueOf(value)]);
        at += 2;
      } else if (key?.type === "**" && colon) {
        entries.push([`#${at}`, this.valueOf(colon)]);
        at++;
      }
    }
    if (kids.some(({ type }) => type === "for")) this.#loops(node);
    return container(entries);
  }

  #binary(node: Node): Value {
    const [left, operator, right] = node.kids;
    if (!left || !operator || !right) return NOTHING;
    const [a, b] = [this.valueOf(left), this.valueOf(right)];
    const sign = this.source(operator);
    if (sign === "+") return this.#path(concatenated([a, b]), node);
    if (sign === "/" && (a.text !== undefined || b.text !== undefined))
      return this.#path({ ...concatenated([a, b], "/"), name: a.name }, node);
    if (sign === "%" && a.text !== undefined)
      return this.#path(
        filled(a, b.items ? [...b.items.values()] : [b], /%[-+ #0]{0,3}\d{0,4}(?:\.\d{1,3})?[sdrifgxc]/g),
        node,
      );
    if (sign === "or" || sign === "and") return either(a, b, isSink);
    // A comparison says only what was compared.
    const asked = LABEL.clock | LABEL.host | LABEL.environment | LABEL.token | LABEL.wholeEnvironment;
    const { labels, origins } = mixed([a, b]);
    const compares =
      operator.type === "CompareOp" || operator.type === "in" || operator.type === "is" || operator.type === "not";
    return compares ? { labels: labels & asked, origins } : { labels, origins };
  }

  #attribute(node: Node): Value {
    const [base, , property] = node.kids;
    if (!base || !property) return NOTHING;
    const variable = this.#variable(node);
    const own = variable && this.#variables.lookup(variable.scope, variable.name);
    if (own) return own;
    const owner = this.valueOf(base);
    const { name, disguised } = identifier(this.source(property));
    if (name === "__call__") return owner;
    const labels = (owner.labels & ~LABEL.assembled) | (disguised ? LABEL.disguised : 0);
    if ((base.type === "VariableName" && this.source(base) === "self") || this.source(base) === "cls") {
      for (let at = node.scope; at; at = at.scope) {
        const key = at.type === "ClassDefinition" ? this.#key(this.#className(at), name) : undefined;
        if (key !== undefined && this.#functions.has(key)) return named(`def ${key}`);
      }
    }
    const made = /^class (\w+)\(\)$/.exec(owner.name ?? "")?.[1];
    if (made !== undefined && this.#functions.has(`${made}.${name}`))
      return { ...named(`def ${made}.${name}`), labels };
    const full = owner.name === undefined ? undefined : canonical(`${owner.name}.${name}`);
    // Of what uname says, only the node tells one machine from another.
    if (/^(?:os|platform)\.uname\(\)\.(?!node)/.test(full ?? "")) return named(full);
    // The interpreter that runs the program, whatever its path.
    if (full === "sys.executable") return { ...named(full), text: "python" };
    return this.#whole({ name: full, labels, origins: owner.origins, path: owner.path }, node);
  }

  #subscript(node: Node): Value {
    const [base, , index] = node.kids;
    if (!base) return NOTHING;
    const owner = this.valueOf(base);
    const source = this.#syntax.text.slice(base.to, node.to).replaceAll(/\s/g, "");
    if (source === "[::-1]" && isConstant(owner.text)) {
      return this.#path(ofText([...owner.text].reverse().join(""), owner.labels | LABEL.assembled), node);
    }
    const key = index ? this.valueOf(index) : NOTHING;
    if (owner.name === "os.environ") return this.#variableOf(key, node);
    const item = key.text === undefined ? undefined : owner.items?.get(key.text);
    if (item) return item;
    const { name } = owner;
    // A dictionary of names: `globals()["x"]`, `vars(os)["system"]`, `sys.modules["os"]`, `os.__dict__["system"]`.
    if (name !== undefined && isConstant(key.text)) {
      if (name === "sys.modules") return named(canonical(key.text), LABEL.disguised);
      if (name.endsWith(".__dict__")) return this.#hidden(name.slice(0, -".__dict__".length), key.text);
      if (name === "builtins") return this.#hidden("builtins", key.text);
      const vars = /^vars\((.{1,100})\)$/.exec(name)?.[1];
      if (vars !== undefined) return this.#hidden(vars, key.text);
      if (/^builtins\.(?:globals|locals|vars)\(\)$/.test(name)) {
        if (key.text === "__builtins__") return named("builtins", LABEL.disguised);
        const own = this.#variables.lookup(node.scope, key.text);
        return own ? relabelled(own, LABEL.disguised) : this.#hidden("builtins", key.text);
      }
    }
    return { labels: owner.labels & ~LABEL.disguised, origins: owner.origins };
  }

  #hidden(module: string, name: string): Value {
    return named(canonical(`${module}.${name}`), LABEL.disguised);
  }

  #variableOf(key: Value, node: Node): Value {
    const name = isConstant(key.text) ? key.text : undefined;
    const isSecret = name !== undefined && SECRET_NAME.test(name);
    const label = LABEL.environment | (isSecret ? LABEL.token : 0);
    return relabelled(NOTHING, label, this.#origin(label, name ?? "an environment variable", node));
  }

  #origin(label: number, what: string, node: Node): { label: number; what: string; lineNumber: number } {
    return { label, what: what.slice(0, 120), lineNumber: this.#syntax.lineOf(node.from) };
  }

  // ---- calls

  #call(node: Node): Value {
    const [callee, list] = node.kids;
    if (!callee) return NOTHING;
    const args: Value[] = [];
    const argNodes: Node[] = [];
    const keywords = new Map<string, Value>();
    const kids = list?.kids ?? [];
    for (let at = 0; at < kids.length; at++) {
      const kid = kids[at];
      if (!kid || !isExpression(kid)) continue;
      const value = kids[at + 2];
      if (kid.type === "VariableName" && kids[at + 1]?.type === "AssignOp" && value) {
        keywords.set(this.source(kid), this.valueOf(value));
        at += 2;
      } else if (kids[at - 1]?.type === "**") keywords.set("**", this.valueOf(kid));
      else if (kids[at - 1]?.type === "*")
        args.push(...(this.valueOf(kid).items?.values() ?? [elementOf(this.valueOf(kid))]));
      else {
        args.push(this.valueOf(kid));
        argNodes.push(kid);
      }
    }
    if (list && kids.some(({ type }) => type === "for")) this.#loops(list);
    const target = this.valueOf(callee);
    const receiver = callee.type === "MemberExpression" && callee.kids[0] ? this.valueOf(callee.kids[0]) : NOTHING;
    return this.#apply(node, callee, target, receiver, args, keywords, argNodes);
  }

  #apply(
    node: Node,
    callee: Node,
    target: Value,
    receiver: Value,
    args: readonly Value[],
    keywords: ReadonlyMap<string, Value>,
    argNodes: readonly Node[],
  ): Value {
    const { name } = target;
    const method =
      callee.type === "MemberExpression" && callee.kids[1]?.type === "." && callee.kids[2]
        ? identifier(this.source(callee.kids[2])).name
        : "";
    const all = mixed([receiver, ...args, ...keywords.values()]);
    const disguised = (target.labels & LABEL.disguised) !== 0;
    if (this.calls.length < CALLS_MAX) {
      this.calls.push({
        name: name ?? (method === "" ? "" : `?.${method}`),
        node,
        args,
        keywords,
        receiver,
        disguised,
      });
    }
    const local = /^(def|lambda|class) (.+?)(?:\(\))?$/.exec(name ?? "");
    if (local) return this.#local(node, local[1] ?? "", local[2] ?? "", args, keywords, all);
    this.#indirect(node, name, args, keywords);
    const known = name === undefined ? undefined : this.#known(node, name, args, keywords, all, argNodes, receiver);
    if (known) return known;
    const text = method === "" ? undefined : this.#method(node, method, receiver, args);
    if (text) return { ...text, name: name === undefined ? undefined : `${name}()` };
    this.#written(method, receiver, args);
    const filledOne = FILLS.has(method) && callee.kids[0] ? this.#variable(callee.kids[0]) : undefined;
    if (filledOne && all.labels !== 0) this.#variables.set(filledOne.scope, filledOne.name, mixed(args));
    const labels =
      all.labels | (name?.startsWith("socket.socket") || name === "socket.create_connection" ? LABEL.socket : 0);
    return {
      ...named(name === undefined ? undefined : `${name}()`),
      labels,
      origins: all.origins,
      path: receiver.path,
    };
  }

  /** A call of a function or class of this file: arguments reach its parameters, and what it returns comes back. */
  #local(
    node: Node,
    what: string,
    name: string,
    args: readonly Value[],
    keywords: ReadonlyMap<string, Value>,
    all: Value,
  ): Value {
    const own = this.#functions.get(
      what === "lambda" ? `lambda ${name}` : what === "class" ? `${name}.__init__` : name,
    );
    if (own) {
      const known = this.callers.get(own);
      if (known) known.push(node);
      else this.callers.set(own, [node]);
      this.#pass(own, args, keywords);
    }
    if (what === "class") return { ...named(`class ${name}()`), labels: all.labels, origins: all.origins };
    const returned = own ? this.#variables.returnOf(own) : undefined;
    return returned ?? NOTHING;
  }

  #pass(own: Node, args: readonly Value[], keywords: ReadonlyMap<string, Value>): void {
    const parameters = this.#parameters.get(own) ?? [];
    const isMethod = own.scope?.type === "ClassDefinition" && /^(?:self|cls)$/.test(parameters[0] ?? "");
    args.forEach((value, i) => {
      const parameter = parameters[isMethod ? i + 1 : i];
      if (parameter !== undefined) this.#variables.set(own, parameter, value);
    });
    for (const [key, value] of keywords) if (key !== "**") this.#variables.set(own, key, value);
  }

  /** Names of parameters, and what they are when nothing is passed. */
  #parameterList(node: Node): void {
    if (!node.up) return;
    const names: string[] = [];
    const { kids } = node;
    kids.forEach((kid, i) => {
      const before = kids[i - 1]?.type;
      const value = kids[i + 1];
      if (kid.type === "AssignOp" && value && names.length > 0)
        this.#variables.set(node.up, names[names.length - 1] ?? "", this.valueOf(value));
      if (kid.type === "VariableName" && before !== "AssignOp") names.push(this.source(kid));
    });
    this.#parameters.set(node.up, names);
  }

  /** Functions handed to something that calls them: `map(eval, texts)`, `Thread(target=run, args=(x,))`. */
  #indirect(node: Node, name: string | undefined, args: readonly Value[], keywords: ReadonlyMap<string, Value>): void {
    if (name === undefined) return;
    const target = keywords.get("target");
    const short = name.slice(name.lastIndexOf(".") + 1);
    const [first, ...rest] = args;
    let called: Value | undefined;
    let given: readonly Value[] = [];
    if (target) {
      called = target;
      const list = keywords.get("args");
      given = list?.items ? [...list.items.values()] : list ? [list] : [];
    } else if (HANDS_ON.has(short) && first) {
      called = first;
      given = name === "builtins.map" || short === "apply" ? rest.map(elementOf) : rest;
    } else if ((short === "run_in_executor" || short === "Timer") && args[1]) {
      called = args[1];
      given = args.slice(2);
    }
    if (!called?.name || this.calls.length >= CALLS_MAX) return;
    const local = /^(def|lambda) (.+)$/.exec(called.name);
    if (local) this.#local(node, local[1] ?? "", local[2] ?? "", given, new Map(), NOTHING);
    else if (isSink(called.name))
      this.calls.push({
        name: called.name,
        node,
        args: given,
        keywords: new Map(),
        receiver: NOTHING,
        disguised: (called.labels & LABEL.disguised) !== 0,
      });
  }

  #known(
    node: Node,
    name: string,
    args: readonly Value[],
    keywords: ReadonlyMap<string, Value>,
    all: Value,
    argNodes: readonly Node[],
    receiver: Value,
  ): Value | undefined {
    const first = args[0] ?? NOTHING;
    const second = args[1] ?? NOTHING;
    const source = (label: number, what = name): Value =>
      relabelled(
        { ...named(`${name}()`), labels: all.labels & ~SECRETS, origins: all.origins },
        label,
        this.#origin(label, what, node),
      );
    switch (name) {
      case "builtins.getattr": {
        if (first.name === undefined || !isConstant(second.text)) return { labels: all.labels, origins: all.origins };
        const literal = argNodes[1]?.type === "String" && (second.labels & LABEL.assembled) === 0;
        const hides = !literal || SENSITIVE_MODULES.has(first.name);
        return this.#whole(
          named(canonical(`${first.name}.${second.text}`), hides ? LABEL.disguised : first.labels & LABEL.disguised),
          node,
        );
      }
      case "builtins.__import__":
      case "importlib.import_module": {
        if (!isConstant(first.text)) return { labels: all.labels, origins: all.origins };
        const top =
          name === "builtins.__import__" && !keywords.has("fromlist") && args.length < 4
            ? (first.text.split(".")[0] ?? "")
            : first.text;
        return named(
          canonical(top),
          (first.labels & LABEL.assembled) !== 0 || first.labels & LABEL.decoded ? LABEL.disguised : 0,
        );
      }
      case "builtins.vars":
        return named(first.name === undefined ? "builtins.vars()" : `vars(${first.name})`);
      case "builtins.compile":
        return { text: first.text, labels: all.labels, origins: all.origins };
      case "builtins.str":
      case "builtins.bytes":
      case "builtins.bytearray":
      case "builtins.repr":
        if (
          first.text === undefined &&
          first.items &&
          [...first.items.values()].every(({ text }) => /^(?:\d{1,3}|0x[0-9a-f]{2})$/i.test(text ?? ""))
        ) {
          const characters = [...first.items.values()].map(({ text }) => String.fromCharCode(Number(text)));
          return ofText(characters.join(""), LABEL.decoded | LABEL.assembled);
        }
        return { ...first, name: undefined };
      case "builtins.chr":
        return isConstant(first.text) && /^\d{1,6}$|^0x[0-9a-f]{1,5}$/i.test(first.text)
          ? ofText(String.fromCodePoint(Number(first.text)), LABEL.assembled)
          : relabelled(mixed([first]), LABEL.decoded, this.#origin(LABEL.decoded, "chr", node));
      case "builtins.open":
        return this.#open(node, args, argNodes);
      case "os.getenv":
      case "os.environ.get":
      case "os.environ.pop":
      case "os.environ.setdefault":
        return this.#variableOf(first, node);
      case "functools.partial":
        return { ...first };
      case "os.path.join":
      case "pathlib.Path":
      case "pathlib.PosixPath":
      case "pathlib.PurePath":
        return {
          ...this.#path(concatenated(args, "/"), node),
          name: name.startsWith("pathlib") ? "pathlib.Path()" : undefined,
        };
      case "os.path.expanduser":
      case "os.path.expandvars":
      case "os.path.abspath":
      case "os.path.realpath":
        return { ...first, name: undefined };
      case "pathlib.Path.home":
      case "pathlib.Path.home()":
        return { ...ofText("~"), name: "pathlib.Path()" };
    }
    if (name.endsWith(".__getattribute__") && isConstant(first.text))
      return this.#hidden(name.slice(0, -".__getattribute__".length), first.text);
    if (name === "urllib.request.urlretrieve" || name === "wget.download") this.#dropAt(args[1], argNodes[1]);
    if (/^(?:shutil\.(?:copy\w*|move)|os\.(?:rename|replace|symlink))$/.test(name) && first.labels & LABEL.dropped)
      this.#dropAt(args[1], argNodes[1]);
    const kind = kindOf(name);
    if (kind === "fetch" || (kind === "send" && !name.includes("socket"))) return source(LABEL.net);
    if (kind === "unpickle" && /^(?:marshal|pickle|dill|cloudpickle)\.loads$/.test(name)) return source(LABEL.decoded);
    if (kind === "decode") {
      const { labels, origins } = source(LABEL.decoded);
      const text = decodedText(name, first, second);
      return text === undefined ? { labels, origins } : this.#path({ text, labels, origins }, node);
    }
    if (kind === "clock") return source(LABEL.clock);
    if (kind === "host") return source(LABEL.host);
    if (
      kind === "process" &&
      /check_output|getoutput|popen|Popen|run$/.test(name) &&
      first.text !== undefined &&
      /^(?:hostname|whoami|id|uname)\b/.test(first.text)
    )
      return source(LABEL.host);
    if (kind === "measure") return NOTHING;
    if (
      /^(?:dl_manager|datasets|huggingface_hub|kagglehub)\./.test(name) ||
      /(?:^|\.)(?:hf_hub_download|snapshot_download|download_and_extract)$/.test(name)
    ) {
      return relabelled({ labels: 0, origins: [] }, LABEL.downloaded);
    }
    if (/\.read_(?:text|bytes)$/.test(name) && receiver.text !== undefined) return this.#contents(receiver, node);
    return undefined;
  }

  #open(node: Node, args: readonly Value[], argNodes: readonly Node[]): Value {
    const [path = NOTHING] = args;
    const variable = argNodes[0] && this.#variable(argNodes[0]);
    const read = this.#contents(path, node);
    return { ...read, name: "builtins.open()", path: { variable: variable?.name, text: path.text } };
  }

  /** What is in the file at a path. */
  #contents(path: Value, node: Node): Value {
    const isDropped = path.labels & LABEL.dropped || (path.text !== undefined && this.dropped.has(path.text));
    const kept = path.labels & (LABEL.secretFile | LABEL.downloaded);
    const value = { labels: kept | LABEL.file, origins: kept & LABEL.secretFile ? path.origins : [] };
    return isDropped
      ? relabelled(value, LABEL.dropped, this.#origin(LABEL.dropped, "a file that it wrote", node))
      : value;
  }

  /** Remembers a path to which bytes from outside were written. */
  #dropAt(path: Value | undefined, at: Node | undefined): void {
    if (path && isConstant(path.text) && path.text.length > 2) this.#drop(path.text);
    const variable = at && this.#variable(at);
    if (variable) this.#variables.set(variable.scope, variable.name, relabelled(NOTHING, LABEL.dropped));
  }

  #drop(text: string): void {
    if (this.dropped.has(text) || this.dropped.size >= DROPPED_MAX) return;
    this.dropped.add(text);
    this.#variables.changed = true;
  }

  /** `handle.write(bytes)` and `path.write_bytes(bytes)` with bytes from outside. */
  #written(method: string, receiver: Value, args: readonly Value[]): void {
    if (
      !/^(?:write|writelines|write_text|write_bytes)$/.test(method) ||
      !((args[0]?.labels ?? 0) & (LABEL.net | LABEL.decoded))
    )
      return;
    const text = receiver.path?.text ?? receiver.text;
    if (isConstant(text)) this.#drop(text);
    const variable = receiver.path?.variable;
    if (variable === undefined) return;
    this.#variables.setAll(variable, relabelled(NOTHING, LABEL.dropped));
  }

  /** Methods of texts and paths whose result is known. */
  #method(node: Node, method: string, receiver: Value, args: readonly Value[]): Value | undefined {
    const { text } = receiver;
    if (text !== undefined && /^read_(?:text|bytes)$/.test(method)) return this.#contents(receiver, node);
    if (text !== undefined && method === "open" && receiver.name === "pathlib.Path()") {
      return { ...this.#contents(receiver, node), path: { variable: undefined, text } };
    }
    const known = textMethod(method, receiver, args);
    return known && this.#path(known, node);
  }
}

/** Methods that put what they are given into what they are called on. */
const FILLS = new Set(["append", "appendleft", "extend", "add", "insert", "update", "put", "write"]);
const HANDS_ON = new Set([
  "map",
  "filter",
  "starmap",
  "submit",
  "register",
  "to_thread",
  "call_soon",
  "start_new_thread",
  "apply",
  "apply_async",
  "reduce",
  "addaudithook",
  "settrace",
]);
export const isExpression = ({ type }: Node): boolean =>
  /^[A-Z]/.test(type) &&
  type !== "AssignOp" &&
  type !== "UpdateOp" &&
  type !== "TypeDef" &&
  type !== "Body" &&
  type !== "CompareOp" &&
  type !== "At" &&
  type !== "Comment";

export function functionAround(node: Node): Node | undefined {
  for (let at = node.scope; at; at = at.scope) if (FUNCTIONS.has(at.type)) return at;
  return undefined;
}
