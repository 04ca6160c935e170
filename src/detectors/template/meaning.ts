// What a chat template makes of a conversation, worked out from its tree alone: which texts it puts in, under which
// conditions, whose words it leaves out or rewrites, what it reaches for, how much it may print. An abstract
// interpretation: every branch is gone into, a loop's body once for all turns, the whole twice so that what a later turn
// sees of an earlier one is known. Steps are bounded (CWE-400): a tree is small, but macros call macros.
import type { Arguments, Expression, Statement, Template } from "../../base/jinja/ast.ts";
import { folded, listFolded, percent, sliced } from "./functions.ts";
import {
  concatenated,
  container,
  either,
  FROM,
  hole,
  joinQuestions,
  mixed,
  NOTHING,
  ofText,
  PIECES_MAX,
  textsOf,
  under,
  type Piece,
  type Question,
  type Value,
} from "./value.ts";

/** Something that the template reaches for by name. */
export interface Reach {
  readonly name: string;
  readonly how: "attribute" | "subscript" | "filter" | "format" | "global" | "load";
  /** The name does not stand in the source as it is used. */
  readonly hidden: boolean;
  /** The name is not known without rendering. */
  readonly unknown: boolean;
  readonly at: number;
  readonly to: number;
}

/** Words of a message that the template changes. */
export interface Rewrite {
  readonly old: string;
  readonly new: string;
  readonly at: number;
  readonly to: number;
}

export interface Cost {
  readonly message: string;
  readonly at: number;
  readonly to: number;
}

/** The deepest real templates take about thirty thousand. */
const STEPS_MAX = 600_000;
const MACRO_DEPTH_MAX = 8;
/** What is known of roles at one place. */
const ROLES_MAX = 64;
/** Values in values: a sum of a hundred texts is a hundred deep (CWE-674). */
const DEPTH_MAX = 600;
const OUTPUT_MAX = 20_000;
const EVENTS_MAX = 200;
/** Turns of all loops around a place together, and characters of one text, beyond which a template is a weapon. */
const TURNS_MAX = 1_000_000;
const REPEATED_MAX = 1_000_000;

const MESSAGES = new Set([
  "messages",
  "conversation",
  "conversations",
  "history",
  "dialog",
  "chat",
  "chat_history",
  "turns",
]);
const WORDS = new Set([
  "prompt",
  "query",
  "question",
  "input",
  "instruction",
  "user_message",
  "user_input",
  "user_prompt",
]);
const STRUCTURE = new Set([
  "role",
  "type",
  "from",
  "recipient",
  "channel",
  "index",
  "id",
  "tool_call_id",
  "content_type",
  "name",
]);
const ENGINE = new Set([
  "lipsum",
  "cycler",
  "joiner",
  "self",
  "environ",
  "env",
  "environment",
  "hostname",
  "config",
  "request",
  "os",
  "sys",
]);
const TRIMS = new Set([
  "strip",
  "lstrip",
  "rstrip",
  "trim",
  "removeprefix",
  "removesuffix",
  "string",
  "safe",
  "lower",
  "upper",
  "tojson",
  "indent",
  "wordwrap",
  "default",
  "d",
  "escape",
  "e",
  "list",
  "title",
  "capitalize",
  "join",
  "first",
  "last",
  "reverse",
  "format",
  "center",
  "ljust",
  "rjust",
  "truncate",
  "items",
  "dictsort",
  "map",
  "select",
  "reject",
  "selectattr",
  "rejectattr",
  "sort",
  "unique",
  "batch",
  "slice",
  "get",
  "copy",
  "values",
  "pop",
  "fromjson",
  "from_json",
  "encode",
  "decode",
  "casefold",
  "swapcase",
  "expandtabs",
  "zfill",
  "urlencode",
  "striptags",
  "forceescape",
  "xmlattr",
]);
const CUTS = new Set(["split", "rsplit", "partition", "rpartition", "replace", "splitlines"]);
const ASKS = new Set([
  "startswith",
  "endswith",
  "find",
  "rfind",
  "index",
  "rindex",
  "count",
  "__contains__",
  "search",
  "match",
  "fullmatch",
  "findall",
  "regex_search",
  "regex_match",
  "regex_findall",
]);
const SHAPES = new Set([
  "string",
  "defined",
  "undefined",
  "none",
  "mapping",
  "iterable",
  "sequence",
  "number",
  "boolean",
  "integer",
  "float",
  "callable",
  "true",
  "false",
]);
const ATTRIBUTE_FILTERS = new Set([
  "map",
  "selectattr",
  "rejectattr",
  "groupby",
  "sort",
  "sum",
  "unique",
  "min",
  "max",
]);
const NOT_USER = new Set([
  "system",
  "assistant",
  "tool",
  "tools",
  "function",
  "functions",
  "developer",
  "ipython",
  "environment",
  "model",
  "bot",
  "gpt",
  "tool_response",
  "tool_call",
  "tool_calls",
  "observation",
  "observations",
  "documents",
  "critic",
  "context",
  "available_tools",
  "function_response",
  "tool_results",
  "tool_output",
  "latest_reminder",
]);

/** Settings that say who asks, or where: a template has no use for them but to print them. */
const CALLER =
  /(?:^|[._])(?:user(?:_?name|_id|id)?|account|email|hostname|host|env(?:ironment)?|api_?key|ip(?:_address)?|location|country|region|city|org(?:anization)?|company|customer|tenant|domain|deployment)$/;

interface Macro {
  readonly parameters: readonly { readonly name: string; readonly value: Expression | undefined }[];
  readonly body: readonly Statement[];
}
/** The roles that a place may have. */
interface Refinement {
  readonly path: string;
  readonly only?: readonly string[];
  readonly not?: readonly string[];
  /** It is known to be a mapping, or not to be a text. */
  readonly isMapping?: true;
}

export class Meaning {
  /** What is printed, in order; texts of branches after each other. */
  readonly output: Piece[] = [];
  readonly reaches: Reach[] = [];
  readonly rewrites: Rewrite[] = [];
  readonly costs: Cost[] = [];
  /** True where it was too much to follow to the end. */
  incomplete = false;
  readonly #macros = new Map<string, Macro>();
  #scope = new Map<string, Value>();
  #sink: Piece[] = [];
  #guards: readonly Question[] = [];
  #refined: readonly Refinement[] = [];
  #steps = 0;
  #depth = 0;
  readonly #open: { readonly name: string; readonly branches: number }[] = [];
  /** Conditions and loops around the place that is looked at. */
  #branches = 0;
  #turns = 1;
  #overMessages = 0;
  readonly #spaces = new Map<number, Map<string, Value>>();

  constructor(template: Template) {
    for (let pass = 0; pass < 2; pass++) {
      this.#scope = new Map();
      this.#sink = [];
      this.reaches.length = 0;
      this.rewrites.length = 0;
      this.costs.length = 0;
      this.#body(template.body);
      if (this.incomplete) break;
    }
    this.output.push(...this.#sink);
  }

  // ---- statements

  #body(statements: readonly Statement[]): void {
    const { length } = this.#guards;
    const guards = this.#guards;
    for (const statement of statements) {
      if (++this.#steps > STEPS_MAX) {
        this.incomplete = true;
        return;
      }
      this.#statement(statement);
      // `{% if … %}{% continue %}{% endif %}`: the rest runs only when it does not hold.
      if (statement.type === "if") this.#guards = joinQuestions(this.#guards, this.#leaving(statement.branches));
    }
    if (this.#guards.length !== length) this.#guards = guards;
  }

  #leaving(
    branches: readonly { readonly test: Expression | undefined; readonly body: readonly Statement[] }[],
  ): readonly Question[] {
    let questions: readonly Question[] = [];
    for (const { test, body } of branches) {
      const last = body[body.length - 1]?.type;
      if (test && (last === "break" || last === "continue"))
        questions = joinQuestions(questions, this.#evaluate(test).questions);
    }
    return questions;
  }

  #print(value: Value): void {
    for (const piece of value.pieces) {
      if (this.#sink.length >= OUTPUT_MAX) {
        this.incomplete = true;
        return;
      }
      this.#sink.push(
        this.#guards.length === 0 ? piece : { ...piece, because: joinQuestions(piece.because, this.#guards) },
      );
    }
  }

  /** What the statements print, as a value. */
  #captured(run: () => void): Value {
    const outer = this.#sink;
    this.#sink = [];
    run();
    const pieces = this.#sink.slice(0, PIECES_MAX);
    this.#sink = outer;
    let from = 0;
    let notUser = true;
    for (const piece of pieces) {
      from |= piece.from;
      if ((piece.from & FROM.text) !== 0 && !piece.notUser) notUser = false;
    }
    const isFixed = pieces.every(({ from: origin, because }) => origin === 0 && because.length === 0);
    return { ...NOTHING, pieces, from, notUser, ...(isFixed ? { text: pieces.map(({ text }) => text).join("") } : {}) };
  }

  #statement(node: Statement): void {
    switch (node.type) {
      case "text":
        return this.#print(ofText(node.text, node.at));
      case "output":
        return this.#print(this.#evaluate(node.value));
      case "if":
        return this.#if(node.branches);
      case "for":
        return this.#for(node);
      case "set":
        return this.#bind(node.target, this.#evaluate(node.value), node.value);
      case "capture": {
        const inner = this.#captured(() => this.#body(node.body));
        return this.#bind(node.target, node.filters ? this.#filtered(node.filters, inner) : inner);
      }
      case "macro":
        this.#macros.set(node.name, { parameters: node.parameters, body: node.body });
        if (!this.#scope.has(node.name)) this.#scope.set(node.name, { ...NOTHING, callee: `macro ${node.name}` });
        // A macro that nobody calls here may be called by an importer; what it reaches for counts.
        this.#captured(() => this.#invoke(node.name, { args: [], named: [] }, []));
        return;
      case "call": {
        const body = this.#captured(() => this.#body(node.body));
        const outer = this.#scope.get("caller()");
        this.#scope.set("caller()", body);
        this.#print(this.#evaluate(node.call));
        if (outer) this.#scope.set("caller()", outer);
        return;
      }
      case "filter":
        return this.#print(
          this.#filtered(
            node.filters,
            this.#captured(() => this.#body(node.body)),
          ),
        );
      case "with": {
        const outer = new Map(this.#scope);
        for (const [target, value] of node.bindings) this.#bind(target, this.#evaluate(value));
        this.#body(node.body);
        this.#scope = outer;
        return;
      }
      case "body":
        return this.#body(node.body);
      case "load":
        this.#reach({
          name: this.#evaluate(node.source).text ?? "",
          how: "load",
          hidden: false,
          unknown: false,
          at: node.at,
          to: node.to,
        });
        for (const name of node.names) this.#scope.set(name, hole(FROM.given, node.at, { callee: `loaded ${name}` }));
        return;
      case "do":
        this.#evaluate(node.value);
        return;
      case "break":
      case "continue":
    }
  }

  #if(branches: readonly { readonly test: Expression | undefined; readonly body: readonly Statement[] }[]): void {
    const before = this.#scope;
    const guards = this.#guards;
    const refined = this.#refined;
    let asked: readonly Question[] = [];
    let no = refined;
    const ends: { scope: Map<string, Value>; because: readonly Question[] }[] = [];
    for (const { test, body } of branches) {
      this.#refined = no;
      this.#scope = new Map(before);
      this.#steps += before.size >> 3;
      if (test) {
        asked = joinQuestions(asked, this.#evaluate(test).questions);
        const [yes, otherwise] = this.#refinements(test);
        this.#refined = [...no, ...yes];
        no = no.concat(otherwise).slice(-ROLES_MAX);
      }
      this.#guards = joinQuestions(guards, asked);
      this.#branches++;
      this.#body(body);
      this.#branches--;
      ends.push({ scope: this.#scope, because: asked });
    }
    this.#guards = guards;
    this.#refined = refined;
    if (branches.every(({ test }) => test)) ends.push({ scope: before, because: asked });
    this.#scope = before;
    this.#merge(before, ends);
  }

  #merge(
    before: Map<string, Value>,
    ends: readonly { readonly scope: Map<string, Value>; readonly because: readonly Question[] }[],
  ): void {
    const changed = new Set<string>();
    for (const { scope } of ends) for (const [name, value] of scope) if (before.get(name) !== value) changed.add(name);
    for (const name of changed) {
      const old = before.get(name);
      let value: Value | undefined;
      for (const { scope, because } of ends) {
        const end = scope.get(name);
        if (end) value = either(value, under(end, because));
      }
      if (!value) continue;
      this.#steps += value.pieces.length >> 1;
      // A branch that leaves it unset leaves what the caller passes.
      if (!old && ends.some(({ scope }) => !scope.has(name))) value = { ...value, text: undefined };
      before.set(name, value);
    }
  }

  #for(node: Extract<Statement, { type: "for" }>): void {
    const over = this.#evaluate(node.over);
    const outer = this.#scope;
    const guards = this.#guards;
    const refined = this.#refined;
    const turns = this.#turns;
    const overMessages = this.#overMessages;
    this.#scope = new Map(outer);
    this.#steps += outer.size >> 3;
    const element = this.#element(over, node.at);
    const isPairs = node.target.type === "list" && node.over.type !== "list";
    if (isPairs && node.target.type === "list")
      for (const item of node.target.items) this.#bind(item, { ...element, items: undefined, path: undefined });
    else this.#bind(node.target, element);
    this.#scope.set(
      "loop",
      hole(FROM.count, node.at, {
        path: "loop",
        items: new Map([
          ["previtem", element],
          ["nextitem", element],
        ]),
      }),
    );
    this.#turns *= over.number !== undefined && over.callee === "range()" ? Math.max(1, over.number) : 1;
    if ((over.from & FROM.messages) !== 0) this.#overMessages++;
    if (this.#turns > TURNS_MAX && turns > 1) this.#costly(`Its loops run ${this.#turns.toExponential(0)} times`, node);
    else if (this.#overMessages > 3) this.#costly("Four loops over all messages stand inside each other", node);
    this.#guards = joinQuestions(guards, over.questions);
    let asked: readonly Question[] = over.questions;
    if (node.filter) {
      asked = joinQuestions(asked, this.#evaluate(node.filter).questions);
      this.#guards = joinQuestions(guards, asked);
      this.#refined = [...refined, ...this.#refinements(node.filter)[0]];
    }
    // What a loop over pieces of a text does depends on that text.
    this.#branches++;
    this.#body(node.body);
    this.#branches--;
    this.#guards = guards;
    this.#refined = refined;
    this.#turns = turns;
    this.#overMessages = overMessages;
    // In Jinja what a loop sets ends with each turn; minja keeps it. Both are followed.
    const end = this.#scope;
    this.#scope = outer;
    for (const [name, value] of end) {
      const old = outer.get(name);
      if (old && old !== value && name !== "loop") outer.set(name, either(old, value));
    }
    this.#guards = joinQuestions(guards, asked);
    this.#body(node.otherwise);
    this.#guards = guards;
  }

  #bind(target: Expression, value: Value, source?: Expression): void {
    if (target.type === "name") {
      this.#scope.set(target.name, value);
      if (source && this.#turns > 1) this.#doubles(target.name, source);
      return;
    }
    if (target.type === "list") {
      target.items.forEach((item, i) =>
        this.#bind(item, value.items?.get(value.isList ? String(i) : "") ?? this.#element(value, item.at)),
      );
      return;
    }
    if (target.type !== "attribute") return;
    // A namespace outlives branches and loops: its fields may be all that was ever put there.
    const space = this.#space(this.#evaluate(target.of));
    if (!space) return;
    const bound = under(value, this.#guards);
    const old = space.get(target.name);
    space.set(target.name, old ? either(old, bound) : bound);
    if (source) this.#doubles(target.name, source);
  }

  /** `x = x ~ x` in a loop: twice as long every turn. */
  #doubles(name: string, source: Expression): void {
    if (this.#turns < 24 && this.#overMessages === 0) return;
    let own = 0;
    const walk = (node: Expression, depth: number): void => {
      if (depth > 20) return;
      if ((node.type === "name" && node.name === name) || (node.type === "attribute" && node.name === name)) own++;
      else if (node.type === "binary" && (node.operator === "+" || node.operator === "~")) {
        walk(node.left, depth + 1);
        walk(node.right, depth + 1);
      } else if (
        node.type === "binary" &&
        node.operator === "*" &&
        node.right.type === "literal" &&
        typeof node.right.value === "number" &&
        node.right.value > 1
      )
        own += 2;
    };
    walk(source, 0);
    if (own > 1 && this.#turns >= 24) this.#costly("A text doubles with every turn of a loop", source);
  }

  #space(value: Value): Map<string, Value> | undefined {
    const id = /^namespace (\d+)$/.exec(value.callee ?? "")?.[1];
    return id === undefined ? undefined : this.#spaces.get(Number(id));
  }

  #costly(message: string, { at, to }: { readonly at: number; readonly to: number }): void {
    if (this.costs.length < EVENTS_MAX && !this.costs.some((one) => one.at === at))
      this.costs.push({ message, at, to });
  }

  #reach(reach: Reach): void {
    if (
      this.reaches.length < EVENTS_MAX &&
      !this.reaches.some(({ at, name }) => at === reach.at && name === reach.name)
    )
      this.reaches.push(reach);
  }

  // ---- places and roles

  /** One of what a loop goes over. */
  #element(over: Value, at: number): Value {
    let element: Value | undefined;
    if (over.items)
      for (const item of over.isList ? over.items.values() : [...over.items.keys()].map((key) => ofText(key, at)))
        element = either(element, item);
    if (over.items && (over.from & (FROM.messages | FROM.text | FROM.given)) === 0) return element ?? NOTHING;
    const path = over.path === undefined ? undefined : `${over.path}[]`;
    const isMessages = (over.from & FROM.messages) !== 0;
    const from = isMessages ? (over.from & ~FROM.messages) | FROM.message : over.from;
    const one = hole(from, at, {
      path,
      notUser: over.notUser || this.#notUser(path),
      questions: over.questions,
      cuts: over.cuts,
    });
    const whole = over.items ? one : { ...one, pieces: over.pieces.length > 1 ? over.pieces : one.pieces };
    return element ? either(whole, element) : whole;
  }

  #notUser(path: string | undefined): boolean {
    if (path === undefined) return false;
    return this.#refined.some(
      (one) =>
        one.path === path &&
        ((one.only !== undefined &&
          one.only.length > 0 &&
          one.only.every((role) => NOT_USER.has(role.toLowerCase()))) ||
          (one.not?.includes("user") ?? false)),
    );
  }

  /** What a condition says about roles when it holds, and when it does not. */
  #refinements(test: Expression, depth = 0): readonly [readonly Refinement[], readonly Refinement[]] {
    if (depth > DEPTH_MAX) return [[], []];
    if (test.type === "unary" && test.operator === "not") {
      const [yes, no] = this.#refinements(test.of, depth + 1);
      return [no, yes];
    }
    if (test.type === "binary" && (test.operator === "and" || test.operator === "or")) {
      const [leftYes, leftNo] = this.#refinements(test.left, depth + 1);
      const [rightYes, rightNo] = this.#refinements(test.right, depth + 1);
      return test.operator === "and"
        ? [[...leftYes, ...rightYes], eitherOf(leftNo, rightNo)]
        : [eitherOf(leftYes, rightYes), [...leftNo, ...rightNo]];
    }
    let left: Expression;
    let right: Expression;
    let equal: boolean;
    if (
      test.type === "compare" &&
      (test.operator === "==" || test.operator === "!=" || test.operator === "in" || test.operator === "not in")
    ) {
      ({ left, right } = test);
      equal = test.operator === "==" || test.operator === "in";
    } else if (test.type === "test" && /^(?:eq|equalto|==|sameas|ne|!=|in)$/.test(test.name) && test.args[0]) {
      left = test.of;
      right = test.args[0];
      equal = test.name !== "ne" && test.name !== "!=" && !test.negated;
    } else if (test.type === "test" && /^(?:mapping|string)$/.test(test.name)) {
      const { path } = this.#evaluate(test.of);
      const found: readonly Refinement[] = path === undefined ? [] : [{ path, isMapping: true }];
      return (test.name === "mapping") === test.negated ? [[], found] : [found, []];
    } else return [[], []];
    let subject = this.#evaluate(left);
    let roles = this.#evaluate(right);
    if (!subject.path?.endsWith(".role")) [subject, roles] = [roles, subject];
    if (!subject.path?.endsWith(".role")) return [[], []];
    const names = textsOf(roles);
    if (names.length === 0) return [[], []];
    const path = subject.path.slice(0, -".role".length);
    return equal
      ? [[{ path, only: names }], [{ path, not: names }]]
      : [[{ path, not: names }], [{ path, only: names }]];
  }

  // ---- expressions

  #evaluate(node: Expression): Value {
    if (++this.#steps > STEPS_MAX || this.#depth >= DEPTH_MAX) {
      this.incomplete = true;
      return NOTHING;
    }
    this.#depth++;
    const value = this.#valueOf(node);
    this.#depth--;
    return value;
  }

  #valueOf(node: Expression): Value {
    switch (node.type) {
      case "literal":
        if (typeof node.value === "string") return ofText(node.value, node.at);
        return typeof node.value === "number" ? { ...NOTHING, number: node.value } : { ...NOTHING, text: undefined };
      case "name":
        return this.#name(node.name, node);
      case "list":
        return container(
          node.items.map((item, i) => [String(i), this.#evaluate(item)] as const),
          true,
        );
      case "dict":
        return container(
          node.entries.map(([key, value], i) => [this.#evaluate(key).text ?? `#${i}`, this.#evaluate(value)] as const),
          false,
        );
      case "attribute":
        return this.#member(this.#evaluate(node.of), ofText(node.name, node.at), node, "attribute");
      case "index":
        return this.#member(this.#evaluate(node.of), this.#evaluate(node.index), node, "subscript");
      case "slice":
        return this.#slice(node);
      case "call":
        return this.#call(node);
      case "filter":
        return this.#apply(node.name, node.of ? this.#evaluate(node.of) : NOTHING, node, node);
      case "test":
        return this.#test(node);
      case "unary": {
        const of = this.#evaluate(node.of);
        if (node.operator === "-" && of.number !== undefined) return { ...of, number: -of.number, pieces: [] };
        return { ...mixed([of]), ...(node.operator === "not" ? { from: FROM.shape } : {}) };
      }
      case "binary":
        return this.#binary(node);
      case "compare":
        return this.#compare(node);
      case "conditional": {
        const { questions } = this.#evaluate(node.test);
        const [yes, no] = this.#refinements(node.test);
        const refined = this.#refined;
        this.#branches++;
        this.#refined = [...refined, ...yes];
        const first = under(this.#evaluate(node.yes), questions);
        this.#refined = [...refined, ...no];
        const second = node.no ? under(this.#evaluate(node.no), questions) : undefined;
        this.#refined = refined;
        this.#branches--;
        return second ? either(first, second) : { ...first, text: undefined };
      }
    }
  }

  #name(name: string, node: Expression): Value {
    const known = this.#scope.get(name);
    if (known) return known;
    const { at, to } = node;
    if (MESSAGES.has(name)) return hole(FROM.messages, at, { path: name, notUser: false });
    if (WORDS.has(name)) return hole(FROM.text, at, { path: name });
    if (/^(?:strftime_now|now|today|localtime|utcnow|datetime|time)$/.test(name))
      return hole(FROM.clock, at, { callee: name });
    if (/^(?:namespace|range|dict|cycler|joiner|lipsum|raise_exception|caller|super|self|loop)$/.test(name))
      return { ...NOTHING, callee: name, from: ENGINE.has(name) ? FROM.engine : 0 };
    if (
      /^(?:os|sys|subprocess|builtins|eval|exec|open|globals|locals|getattr|setattr|compile|vars|importlib|ctypes|pty|popen|system)$/.test(
        name,
      ) ||
      name.startsWith("__")
    )
      this.#reach({ name, how: "global", hidden: false, unknown: false, at, to });
    return hole(FROM.given | (ENGINE.has(name) ? FROM.engine : 0), at, { path: name, callee: name });
  }

  /** `of.key` and `of[key]`. */
  #member(of: Value, key: Value, node: Expression, how: "attribute" | "subscript"): Value {
    const { at, to } = node;
    const name = key.text;
    if (name !== undefined) this.#named(name, how, node, how === "subscript" && key.made === true, of);
    else if (how === "subscript" && key.number === undefined && key.made) {
      // A name made of pieces that are not all fixed.
      for (const { text } of key.pieces)
        if (text.includes("__")) this.#reach({ name: text, how, hidden: true, unknown: true, at, to });
    }
    const space = this.#space(of);
    if (space && name !== undefined) return space.get(name) ?? NOTHING;
    const item =
      of.items && (name ?? key.number) !== undefined
        ? of.items.get(of.isList ? String(indexIn(of.items.size, key.number)) : (name ?? String(key.number)))
        : undefined;
    if (item && (of.from & (FROM.messages | FROM.message)) === 0) return item;
    if (of.items && name === undefined && key.number === undefined && (of.from & (FROM.messages | FROM.message)) === 0)
      return this.#chosen(of.items, of.isList === true, key, node);
    if (of.text !== undefined && key.number !== undefined) {
      const one = Array.from(of.text).at(key.number);
      if (one !== undefined) return ofText(one, at, true);
    }
    if (item && of.items && !of.isList) {
      // A message that may be one of the template's own.
      const other = this.#part(of, key, node, how);
      return either(other, item);
    }
    return this.#part(of, key, node, how);
  }

  /** What a key that is only known when rendered picks: any of them, each for its own key. */
  #chosen(items: ReadonlyMap<string, Value>, isList: boolean, key: Value, { at, to }: Expression): Value {
    let all: Value | undefined;
    for (const [name, item] of items) {
      const own: readonly Question[] =
        (key.from & FROM.text) !== 0 && !isList ? [{ about: "text", constants: [name], at, to }] : [];
      all = either(all, under(item, joinQuestions(key.questions, own)));
    }
    return all ? { ...all, text: undefined } : NOTHING;
  }

  #part(of: Value, key: Value, { at }: Expression, how: "attribute" | "subscript"): Value {
    const name = key.text ?? "";
    const base: Partial<Value> = { questions: of.questions, cuts: of.cuts, notUser: of.notUser };
    const path =
      of.path === undefined
        ? undefined
        : key.text === undefined
          ? `${of.path}[${key.number ?? ""}]`
          : `${of.path}.${name}`;
    if (of.callee === "loop") return hole(FROM.count, at, { path: `loop.${name}` });
    if ((of.from & FROM.messages) !== 0 && (key.text === undefined || name === "first" || name === "last"))
      return hole(FROM.message, at, { ...base, path, notUser: of.notUser === true || this.#notUser(path) });
    if ((of.from & (FROM.message | FROM.messages)) !== 0) {
      const notUser = of.notUser === true || this.#notUser(of.path);
      return STRUCTURE.has(name)
        ? hole(FROM.shape, at, { ...base, path, notUser })
        : hole(FROM.text, at, {
            ...base,
            path,
            notUser,
            callee: how === "attribute" ? `.${name}` : undefined,
            pieces:
              of.pieces.length > 1
                ? [...of.pieces, { text: "", from: FROM.text, notUser, because: [], at }]
                : [{ text: "", from: FROM.text, notUser, because: [], at }],
          });
    }
    if ((of.from & FROM.text) !== 0 && STRUCTURE.has(name)) return hole(FROM.shape, at, { ...base, path });
    return {
      ...NOTHING,
      ...base,
      from: of.from & ~FROM.engine,
      pieces: of.pieces.length > 0 && of.from !== 0 ? [...of.pieces] : of.pieces,
      path,
      callee: of.callee !== undefined && of.from !== 0 ? `${of.callee}.${name}` : `.${name}`,
    };
  }

  /** Looks at a name that is taken from an object. */
  #named(name: string, how: Reach["how"], { at, to }: Expression, hidden: boolean, of: Value): void {
    const isInner = /(?:^|\.)_/.test(name) || INNER.has(name);
    if (isInner || (of.callee === "self" && how === "attribute"))
      this.#reach({
        name: of.callee === "self" && !isInner ? `self.${name}` : name,
        how,
        hidden,
        unknown: false,
        at,
        to,
      });
  }

  #slice(node: Extract<Expression, { type: "slice" }>): Value {
    const of = this.#evaluate(node.of);
    const part = (one: Expression | undefined): number | undefined => (one ? this.#evaluate(one).number : undefined);
    const [from, until, step] = [part(node.from), part(node.until), part(node.step)];
    const isFixed = (one: Expression | undefined, number: number | undefined): boolean =>
      one === undefined || number !== undefined;
    if (of.text !== undefined && isFixed(node.from, from) && isFixed(node.until, until) && isFixed(node.step, step)) {
      const taken = sliced(of.text, from, until, step);
      if (taken !== undefined) return ofText(taken, node.at, true);
    }
    if (of.items && of.isList && step === -1) return listFolded("reverse", of, [], node.at) ?? of;
    let asked: readonly Question[] = [];
    for (const one of [node.from, node.until]) if (one) asked = joinQuestions(asked, this.#evaluate(one).questions);
    return under({ ...of, text: undefined, items: of.isList ? of.items : undefined }, asked);
  }

  #binary(node: Extract<Expression, { type: "binary" }>): Value {
    const { operator, at } = node;
    const left = this.#evaluate(node.left);
    const refined = this.#refined;
    if (operator === "and" || operator === "or")
      this.#refined = [...refined, ...this.#refinements(node.left)[operator === "and" ? 0 : 1]];
    const right = this.#evaluate(node.right);
    this.#refined = refined;
    if (operator === "and" || operator === "or") {
      // Which of the two it is depends on the first.
      const joined = either(left, under(right, left.questions));
      return { ...joined, text: undefined, questions: joinQuestions(left.questions, right.questions) };
    }
    if (operator === "~")
      return concatenated(
        [
          left.number === undefined ? left : ofText(String(left.number), at),
          right.number === undefined ? right : ofText(String(right.number), at),
        ],
        "",
        at,
      );
    if (left.number !== undefined && right.number !== undefined)
      return this.#arithmetic(operator, left.number, right.number, node);
    if (operator === "+" && (left.isList || right.isList)) {
      const items = [...(left.items?.values() ?? []), ...(right.items?.values() ?? [])];
      const list = container(
        items.map((item, i) => [String(i), item] as const),
        true,
      );
      const other = mixed([left, right]);
      return {
        ...list,
        from: list.from | other.from,
        path: left.path ?? right.path,
        notUser: other.notUser,
        pieces: [...left.pieces, ...right.pieces].slice(0, PIECES_MAX),
      };
    }
    if (operator === "+") return concatenated([left, right], "", at);
    if (operator === "%" && left.text !== undefined) {
      this.#widths(left.text, node);
      const text = percent(left.text, right.isList && right.items ? [...right.items.values()] : [right]);
      return text === undefined ? concatenated([left, right], "", at) : ofText(text, at, true);
    }
    if (operator === "*" && (left.text ?? left.size) !== undefined) return this.#repeated(left, right, node);
    if (operator === "*" && left.isList && (right.number ?? 0) * this.#turns > REPEATED_MAX)
      this.#costly(`A list is repeated ${right.number} times`, node);
    return { ...mixed([left, right]), pieces: [...left.pieces, ...right.pieces] };
  }

  #repeated(left: Value, right: Value, node: Expression): Value {
    const times = right.number;
    const size = (left.size ?? left.text?.length ?? 0) * (times ?? 1);
    if (size * this.#turns > REPEATED_MAX) this.#costly(`A text is repeated to ${size} characters`, node);
    // `"text" * (condition)` is there or not.
    if (times === undefined) return under({ ...left, text: undefined }, right.questions);
    return left.text !== undefined && times >= 0 && size < 4096
      ? ofText(left.text.repeat(Math.floor(times)), node.at, true)
      : { ...left, text: undefined, size };
  }

  #arithmetic(operator: string, a: number, b: number, node: Expression): Value {
    let number: number | undefined;
    if (operator === "+") number = a + b;
    else if (operator === "-") number = a - b;
    else if (operator === "*") number = a * b;
    else if (operator === "/") number = a / b;
    else if (operator === "//") number = Math.floor(a / b);
    else if (operator === "%") number = ((a % b) + b) % b;
    else if (operator === "**") {
      number = a ** b;
      if (Math.abs(b) * Math.log10(Math.abs(a) + 1) > 100_000)
        this.#costly(`${a} is raised to the power of ${b}`, node);
    }
    return { ...NOTHING, number };
  }

  #compare(node: Extract<Expression, { type: "compare" }>): Value {
    const left = this.#evaluate(node.left);
    const right = this.#evaluate(node.right);
    return this.#asked(left, right, node.operator, node);
  }

  /** A comparison: which questions it asks. */
  #asked(left: Value, right: Value, operator: string, node: Expression): Value {
    const result: Value = { ...mixed([left, right]), from: FROM.shape };
    const [subject, other] = left.from !== 0 ? [left, right] : [right, left];
    const question = this.#question(subject, other, operator, node);
    return question ? { ...result, questions: joinQuestions(result.questions, [question]) } : result;
  }

  #question(subject: Value, other: Value, operator: string, { at, to }: Expression): Question | undefined {
    const { from } = subject;
    const constants = [
      ...new Set([...textsOf(other.from === 0 ? other : NOTHING), ...subject.cuts, ...other.cuts]),
    ].slice(0, 16);
    const about = (what: Question["about"]): Question => ({ about: what, constants, at, to });
    if (((from | other.from) & FROM.clock) !== 0) return about("clock");
    if (other.from !== 0 && subject.cuts.length === 0 && other.cuts.length === 0) return undefined;
    if ((from & FROM.length) !== 0) {
      if (subject.cuts.length > 0) return about("text");
      // Emptiness and the length of an id are no trigger.
      const size = other.number ?? 0;
      return Math.abs(size) > 2 && size !== 9 ? about("length") : undefined;
    }
    if ((from & FROM.count) !== 0) return Math.abs(other.number ?? 0) > 2 ? about("count") : undefined;
    if ((from & FROM.text) !== 0) {
      if (constants.every((text) => text.trim() === "") && operator !== "<" && operator !== ">") return undefined;
      // A key of a mapping is its shape. What a list of contents holds are mappings, and no letter holds a word.
      const { path } = subject;
      const isIn = operator === "in" || operator === "not in";
      const isPart =
        path?.endsWith("[]") === true && subject.cuts.length === 0 && constants.every(({ length }) => length > 1);
      if (isIn && path !== undefined && (isPart || this.#refined.some((one) => one.path === path && one.isMapping)))
        return undefined;
      return about("text");
    }
    return (from & FROM.given) !== 0 && CALLER.test(subject.path ?? "") && constants.length > 0
      ? about("caller")
      : undefined;
  }

  #test(node: Extract<Expression, { type: "test" }>): Value {
    const of = this.#evaluate(node.of);
    const args = node.args.map((arg) => this.#evaluate(arg));
    if (SHAPES.has(node.name)) {
      const isEngine = (of.from & FROM.engine) !== 0 && /^(?:un)?defined$/.test(node.name);
      const questions: Question[] = isEngine
        ? [{ about: "engine", constants: [of.callee ?? ""], at: node.at, to: node.to }]
        : [];
      return { ...NOTHING, from: FROM.shape, questions };
    }
    return this.#asked(of, args[0] ?? NOTHING, node.name, node);
  }

  // ---- calls

  #arguments({ args, named }: Arguments): { values: Value[]; keywords: Map<string, Value> } {
    return {
      values: args.map((arg) => this.#evaluate(arg)),
      keywords: new Map(named.map(([name, value]) => [name, this.#evaluate(value)] as const)),
    };
  }

  #call(node: Extract<Expression, { type: "call" }>): Value {
    const { of } = node;
    if (of.type === "attribute") {
      const receiver = this.#evaluate(of.of);
      const space = this.#space(receiver);
      if (!space && !/^(?:loop|self)$/.test(receiver.callee ?? "")) {
        this.#named(of.name, "attribute", of, false, receiver);
        const callee = receiver.callee ?? "";
        if ((receiver.from & FROM.clock) !== 0) return hole(FROM.clock, node.at);
        if ((receiver.from & FROM.given) !== 0 && /^(?:os|sys|subprocess|builtins|importlib|loaded \w+)\b/.test(callee))
          this.#reach({
            name: `${callee.replace("loaded ", "")}.${of.name}`,
            how: "global",
            hidden: false,
            unknown: false,
            at: node.at,
            to: node.to,
          });
        return this.#apply(of.name, receiver, node, node);
      }
      if (receiver.callee === "loop") {
        const { values } = this.#arguments(node);
        return of.name === "cycle" ? values.reduce((all, one) => either(all, one), NOTHING) : hole(FROM.count, node.at);
      }
    }
    const target = this.#evaluate(of);
    const { values, keywords } = this.#arguments(node);
    const macro = /^macro (.+)$/.exec(target.callee ?? "")?.[1];
    if (macro !== undefined) return this.#captured(() => this.#invoke(macro, node, values, keywords));
    switch (target.callee) {
      case "namespace":
      case "dict": {
        const fields = new Map(keywords);
        for (const value of values) for (const [key, item] of value.items ?? []) fields.set(key, item);
        if (target.callee === "dict") return container(fields, false);
        // Fields set in the first pass are known in the second from the start.
        const kept = this.#spaces.get(node.at);
        if (kept) for (const [key, item] of fields) kept.set(key, either(kept.get(key), item));
        else this.#spaces.set(node.at, fields);
        return { ...NOTHING, callee: `namespace ${node.at}` };
      }
      case "range": {
        const [a, b, c] = values.map(({ number }) => number);
        const turns =
          values.length === 1 ? a : a !== undefined && b !== undefined ? Math.ceil((b - a) / (c ?? 1)) : undefined;
        if (turns !== undefined && turns > TURNS_MAX) this.#costly(`A loop over range runs ${turns} times`, node);
        return { ...mixed(values), callee: "range()", number: turns };
      }
      case "raise_exception":
        return NOTHING;
      case "caller":
        return this.#scope.get("caller()") ?? hole(FROM.given, node.at);
      case "lipsum":
        if (Math.max(values[0]?.number ?? 0, keywords.get("n")?.number ?? 0) > 1_000)
          this.#costly("It prints thousands of paragraphs", node);
        return { ...NOTHING, callee: "lipsum()" };
      case "cycler":
      case "joiner":
        return {
          ...mixed(values),
          pieces: values.flatMap(({ pieces }) => pieces),
          callee: `${target.callee}()`,
          from: 0,
        };
    }
    if ((target.from & FROM.clock) !== 0) return hole(FROM.clock, node.at);
    return {
      ...hole(mixed([target, ...values]).from, node.at),
      pieces: [
        { text: "", from: target.from, notUser: false, because: [], at: node.at },
        ...values.flatMap(({ pieces }) => pieces),
      ],
    };
  }

  #invoke(
    name: string,
    node: Arguments,
    values: readonly Value[],
    keywords: ReadonlyMap<string, Value> = new Map(),
  ): void {
    const macro = this.#macros.get(name);
    const last = this.#open.findLast((one) => one.name === name);
    if (last && last.branches === this.#branches && macro)
      this.#costly("A macro calls itself without an end", node.args[0] ?? { at: 0, to: 0 });
    // One that calls itself is gone into once more: what it prints then is what it prints again.
    if (!macro || this.#open.length >= MACRO_DEPTH_MAX || this.#open.filter((one) => one.name === name).length > 1) {
      this.#print(mixedPieces(values));
      return;
    }
    const outer = this.#scope;
    const at = node.args[0]?.at ?? 0;
    this.#scope = new Map(outer);
    this.#steps += outer.size >> 3;
    this.#open.push({ name, branches: this.#branches });
    macro.parameters.forEach((parameter, i) => {
      const given =
        values[i] ??
        keywords.get(parameter.name) ??
        (parameter.value ? this.#evaluate(parameter.value) : hole(FROM.given, at, { path: parameter.name }));
      this.#scope.set(parameter.name, given);
    });
    this.#body(macro.body);
    this.#open.pop();
    this.#scope = outer;
  }

  /** The chain of filters of a block, applied to what it printed. */
  #filtered(filters: Expression, inner: Value): Value {
    if (filters.type !== "filter") return inner;
    return this.#apply(filters.name, filters.of ? this.#filtered(filters.of, inner) : inner, filters, filters);
  }

  /** A filter or a method: the same words for both. */
  #apply(name: string, of: Value, given: Arguments, node: Expression): Value {
    const { values, keywords } = this.#arguments(given);
    const [first, second] = values;
    const { at, to } = node;
    if (name === "attr") {
      const key = first?.text;
      if (key === undefined) this.#reach({ name: "attr", how: "filter", hidden: true, unknown: true, at, to });
      else this.#named(key, "filter", node, first?.made === true, of);
      return first ? this.#part(of, first, node, "attribute") : of;
    }
    if (ATTRIBUTE_FILTERS.has(name)) {
      const isMap = name === "map" && first?.text === "attr";
      const key = isMap
        ? second
        : (keywords.get("attribute") ??
          (name === "selectattr" || name === "rejectattr" || name === "groupby" ? first : undefined));
      if (key?.text !== undefined) this.#named(key.text, "filter", node, key.made === true, of);
      else if (key && (key.from !== 0 || key.made))
        this.#reach({ name, how: "filter", hidden: true, unknown: true, at, to });
    }
    if ((name === "format" || name === "format_map") && of.text !== undefined) {
      for (const { 1: path = "" } of of.text.matchAll(/\{[^{}.[]{0,40}((?:\.|\[)[^{}]{1,200})\}/g))
        if (/[.[]\s{0,3}_/.test(path))
          this.#reach({ name: path.slice(0, 80), how: "format", hidden: of.made === true, unknown: false, at, to });
    } else if (
      (name === "format" || name === "format_map") &&
      node.type === "call" &&
      of.made &&
      of.pieces.some(({ text }) => text.includes("{"))
    )
      this.#reach({ name: "format", how: "format", hidden: true, unknown: true, at, to });
    if (name === "center" || name === "ljust" || name === "rjust" || name === "indent" || name === "zfill") {
      const width = (first ?? keywords.get("width"))?.number;
      if (width !== undefined && width * this.#turns > REPEATED_MAX)
        this.#costly(`A text is padded to ${width} characters`, node);
    }
    if (name === "format" || name === "format_map") {
      if (of.text !== undefined) this.#widths(of.text, node);
      if (node.type === "call" && (of.from & FROM.text) !== 0)
        this.#reach({ name, how: "format", hidden: true, unknown: true, at, to });
    }
    if (name === "map" && (of.from & FROM.messages) !== 0) {
      const key = keywords.get("attribute") ?? (first?.text === "attr" ? second : undefined);
      if (key?.text !== undefined) return this.#part(this.#element(of, at), key, node, "attribute");
    }
    const isAsk = ASKS.has(name);
    if ((of.from & FROM.text) !== 0 && isAsk) {
      const constants = [...new Set([...(first ? textsOf(first.from === 0 ? first : NOTHING) : []), ...of.cuts])].slice(
        0,
        16,
      );
      const known = constants.some((text) => text.trim() !== "");
      return {
        ...mixed([of]),
        from: FROM.shape,
        questions: joinQuestions(of.questions, known ? [{ about: "text", constants, at, to }] : []),
      };
    }
    if ((of.from & FROM.messages) !== 0 && (name === "selectattr" || name === "rejectattr") && first?.text === "role") {
      const roles = textsOf(values[2] ?? NOTHING);
      const only = name === "selectattr" && roles.length > 0 && roles.every((role) => NOT_USER.has(role.toLowerCase()));
      return { ...of, notUser: of.notUser === true || only || (name === "rejectattr" && roles.includes("user")) };
    }
    if ((of.from & FROM.messages) !== 0 && (name === "selectattr" || name === "rejectattr") && values[2]) {
      const constants = STRUCTURE.has(first?.text ?? "") ? [] : textsOf(values[2]);
      const asked: Question[] = constants.length > 0 ? [{ about: "text", constants, at, to }] : [];
      return { ...of, questions: joinQuestions(of.questions, asked) };
    }
    if (name === "length" || name === "count") {
      const counted =
        (of.from & FROM.text) !== 0
          ? FROM.length
          : (of.from & (FROM.messages | FROM.count)) !== 0
            ? FROM.count
            : FROM.shape;
      return {
        ...NOTHING,
        from: counted,
        cuts: of.cuts,
        questions: of.questions,
        ...(of.text === undefined ? {} : { number: of.text.length }),
        pieces: [],
      };
    }
    if (name === "int" || name === "float" || name === "abs" || name === "round") {
      const number = of.number ?? (of.text !== undefined && /^-?\d{1,15}$/.test(of.text) ? Number(of.text) : undefined);
      return { ...of, text: undefined, number, pieces: of.number === undefined ? of.pieces : [] };
    }
    // `", ".join(list)` is the method, `list | join(", ")` the filter.
    if (name === "join" && node.type === "call" && first?.items) return listFolded("join", first, [of], at) ?? of;
    if (of.text !== undefined) {
      const text = folded(name, of.text, values);
      if (text !== undefined)
        return {
          ...ofText(text, at, true),
          pieces: [{ text, from: 0, notUser: false, because: of.pieces[0]?.because ?? [], at: of.pieces[0]?.at ?? at }],
        };
    }
    const list = listFolded(name, of, values, at);
    if (list) return list;
    if (name === "map" && of.items && of.isList && first?.text !== undefined && first.text !== "attr") {
      const rest = values.slice(1);
      return container(
        [...of.items].map(([key, item]) => {
          const text = item.text === undefined ? undefined : folded(first.text ?? "", item.text, rest);
          return [key, text === undefined ? item : ofText(text, at, true)] as const;
        }),
        true,
      );
    }
    if (name === "append" || name === "extend" || name === "insert" || name === "update" || name === "setdefault")
      return NOTHING;
    if (name === "get" && first && (first.text !== undefined || of.items)) {
      const found = this.#member(of, first, node, "subscript");
      return second ? either(found, second) : found;
    }
    if (name === "replace" && first && second && (of.from & FROM.text) !== 0)
      this.#rewrite(textsOf(first), textsOf(second), node);
    const extra = values.filter(
      ({ text, from }) => (text !== undefined && name !== "split" && name !== "tojson") || (from & FROM.text) !== 0,
    );
    const isDefault = name === "default" || name === "d";
    const pieces =
      isDefault || name === "join" || !TRIMS.has(name)
        ? [
            ...of.pieces,
            ...(CUTS.has(name) || isAsk
              ? []
              : extra.flatMap((one) => under(one, isDefault ? of.questions : []).pieces)),
          ]
        : of.pieces;
    const cuts = CUTS.has(name) ? [...of.cuts, ...values.flatMap((value) => textsOf(value))].slice(0, 16) : of.cuts;
    return {
      ...of,
      text: undefined,
      number: undefined,
      items: undefined,
      isList: undefined,
      callee: undefined,
      cuts,
      pieces: pieces.slice(0, PIECES_MAX),
    };
  }

  /** A width in a format text is a number of characters. */
  #widths(text: string, node: Expression): void {
    const width = Number(/[%{:<>^ ][^%{}a-zA-Z]{0,8}?(\d{6,15})/.exec(text)?.[1] ?? 0);
    if (width * this.#turns > REPEATED_MAX) this.#costly(`A text is padded to ${width} characters`, node);
  }

  #rewrite(old: readonly string[], made: readonly string[], { at, to }: Expression): void {
    if (
      old.length > 0 &&
      made.length > 0 &&
      this.rewrites.length < EVENTS_MAX &&
      !this.rewrites.some((one) => one.at === at)
    )
      this.rewrites.push({ old: old[0] ?? "", new: made[0] ?? "", at, to });
  }
}

/** Names without underscores that lead into the interpreter. */
const INNER = new Set([
  "mro",
  "func_globals",
  "func_code",
  "gi_frame",
  "gi_code",
  "cr_frame",
  "cr_code",
  "ag_frame",
  "ag_code",
  "f_globals",
  "f_builtins",
  "f_locals",
  "f_back",
  "tb_frame",
  "im_func",
  "im_self",
  "popen",
  "subclasses",
]);

const indexIn = (size: number, index: number | undefined): number =>
  index === undefined ? -1 : index < 0 ? size + index : index;

const mixedPieces = (values: readonly Value[]): Value => ({
  ...mixed(values),
  pieces: values.flatMap(({ pieces }) => pieces),
});

/** What holds when one of two conditions does: roles of the same place together. */
function eitherOf(a: readonly Refinement[], b: readonly Refinement[]): readonly Refinement[] {
  const joined: Refinement[] = [];
  for (const one of a) {
    const other = b.find(
      ({ path, only, not }) =>
        path === one.path &&
        (only !== undefined) === (one.only !== undefined) &&
        (not !== undefined) === (one.not !== undefined),
    );
    if (!other) continue;
    else if (one.only && other.only) joined.push({ path: one.path, only: [...one.only, ...other.only] });
    else if (one.not && other.not)
      joined.push({ path: one.path, not: one.not.filter((role) => other.not?.includes(role)) });
  }
  return joined;
}
