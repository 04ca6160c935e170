// Jinja source to a tree, without running any of it. What is broken gives the tree up to the break and says where.
// Recursion is bounded: whoever writes the template chooses how deep it nests (CWE-674).
import type {
  Arguments,
  BinaryOperator,
  Branch,
  CompareOperator,
  Expression,
  Parameter,
  Statement,
  Template,
} from "./ast.ts";
import { tokensOf, type Token, type Tokens } from "./tokens.ts";

/** Levels of expressions and blocks; the deepest real template has about fifteen. */
const DEPTH_MAX = 200;
const EMPTY: Arguments = { args: [], named: [] };
const ENDS: Readonly<Record<string, readonly string[]>> = {
  if: ["elif", "else", "endif"],
  for: ["else", "endfor"],
  macro: ["endmacro"],
  call: ["endcall"],
  set: ["endset"],
  filter: ["endfilter"],
  block: ["endblock"],
  generation: ["endgeneration"],
  with: ["endwith"],
  autoescape: ["endautoescape"],
};
const COMPARISONS = new Set(["==", "!=", "<", ">", "<=", ">="]);

class Broken extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

export function parseJinja(source: string): Template {
  const read = tokensOf(source);
  const parser = new Parser(read, source.length);
  const body: Statement[] = [];
  let broken: { message: string; at: number } | undefined;
  try {
    parser.statements(body, [], 0);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    broken = { message: error.message, at: error.at };
  }
  const problem = read.problem ?? broken;
  return {
    body,
    comments: read.comments,
    problem: problem && { ...problem, lineNumber: lineOf(source, problem.at) },
  };
}

function lineOf(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf("\n"); at >= 0 && at < offset; at = source.indexOf("\n", at + 1)) line++;
  return line;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #at = 0;

  constructor({ tokens }: Tokens, length: number) {
    this.#tokens = tokens;
    this.#end = { kind: "end", value: "", at: length, to: length };
  }

  // ---- tokens

  #peek(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? this.#end;
  }

  #next(): Token {
    return this.#tokens[this.#at++] ?? this.#end;
  }

  get #last(): number {
    return this.#tokens[this.#at - 1]?.to ?? 0;
  }

  #is(kind: Token["kind"], value?: string): boolean {
    const token = this.#peek();
    return token.kind === kind && (value === undefined || token.value === value);
  }

  #take(kind: Token["kind"], value?: string): boolean {
    if (!this.#is(kind, value)) return false;
    this.#at++;
    return true;
  }

  #expect(kind: Token["kind"], value?: string): Token {
    if (!this.#is(kind, value)) this.#break(`${value ?? `a ${kind}`} is missing`);
    return this.#next();
  }

  #break(message: string): never {
    throw new Broken(message, this.#peek().at);
  }

  #deeper(depth: number): number {
    if (depth >= DEPTH_MAX) this.#break(`nesting deeper than ${DEPTH_MAX}`);
    return depth + 1;
  }

  // ---- statements

  /** Reads into `body` up to a tag of `ends`, whose name it gives; what was read stays when the rest is broken. */
  statements(body: Statement[], ends: readonly string[], depth: number): string {
    const deeper = this.#deeper(depth);
    for (;;) {
      const token = this.#next();
      if (token.kind === "end") {
        if (ends.length > 0) this.#break(`${ends[ends.length - 1]} is missing`);
        return "";
      }
      if (token.kind === "text") body.push({ type: "text", text: token.value, at: token.at, to: token.to });
      else if (token.kind === "open" && token.value === "{{") {
        const value = this.#tuple(deeper);
        this.#expect("close");
        body.push({ type: "output", value, at: token.at, to: this.#last });
      } else if (token.kind === "open") {
        const word = this.#expect("name").value;
        if (ends.includes(word)) return word;
        this.#statement(word, token.at, body, deeper);
      } else this.#break("a tag is missing");
    }
  }

  #body(word: string, into: Statement[], depth: number): string {
    return this.statements(into, ENDS[word] ?? [], depth);
  }

  /** To the end of a closing tag, which may repeat a name. */
  #close(): void {
    this.#take("name");
    this.#expect("close");
  }

  #statement(word: string, at: number, into: Statement[], depth: number): void {
    switch (word) {
      case "if":
        return this.#if(at, into, depth);
      case "for":
        return this.#for(at, into, depth);
      case "set":
        return this.#set(at, into, depth);
      case "macro": {
        const name = this.#expect("name").value;
        const parameters = this.#parameters(depth);
        this.#expect("close");
        const body: Statement[] = [];
        return this.#whole(
          into,
          () => ({ type: "macro", name, parameters, body, at, to: this.#last }),
          word,
          body,
          depth,
        );
      }
      case "call": {
        const parameters = this.#is("sign", "(") ? this.#parameters(depth) : [];
        const call = this.#expression(depth);
        this.#expect("close");
        const body: Statement[] = [];
        return this.#whole(
          into,
          () => ({ type: "call", parameters, call, body, at, to: this.#last }),
          word,
          body,
          depth,
        );
      }
      case "filter": {
        const filters = this.#filters(undefined, depth, true);
        this.#expect("close");
        const body: Statement[] = [];
        return this.#whole(into, () => ({ type: "filter", filters, body, at, to: this.#last }), word, body, depth);
      }
      case "with": {
        const bindings: [Expression, Expression][] = [];
        while (!this.#is("close")) {
          const target = this.#target(depth);
          this.#expect("sign", "=");
          bindings.push([target, this.#expression(depth)]);
          if (!this.#take("sign", ",")) break;
        }
        this.#expect("close");
        const body: Statement[] = [];
        return this.#whole(into, () => ({ type: "with", bindings, body, at, to: this.#last }), word, body, depth);
      }
      case "block":
      case "generation":
      case "autoescape": {
        while (!this.#is("close") && !this.#is("end")) this.#next();
        this.#expect("close");
        const body: Statement[] = [];
        return this.#whole(into, () => ({ type: "body", body, at, to: this.#last }), word, body, depth);
      }
      case "import":
      case "from":
      case "include":
      case "extends": {
        const source = this.#expression(depth);
        const names: string[] = [];
        while (!this.#is("close") && !this.#is("end")) {
          const token = this.#next();
          if (token.kind === "name" && !/^(?:as|import|with|without|context|ignore|missing)$/.test(token.value))
            names.push(token.value);
        }
        this.#expect("close");
        into.push({ type: "load", how: word, source, names, at, to: this.#last });
        return;
      }
      case "do": {
        const value = this.#tuple(depth);
        this.#expect("close");
        into.push({ type: "do", value, at, to: this.#last });
        return;
      }
      case "break":
      case "continue":
        this.#expect("close");
        into.push({ type: word, at, to: this.#last });
        return;
      default:
        this.#break(`the tag ${/^\w{1,30}$/.test(word) ? word : "here"} is not one of Jinja's`);
    }
  }

  /** Puts a block into its parent before its body is read, so that a break inside loses nothing before it. */
  #whole(into: Statement[], make: () => Statement, word: string, body: Statement[], depth: number): void {
    const index = into.push(make()) - 1;
    this.#body(word, body, depth);
    this.#close();
    into[index] = make();
  }

  #if(at: number, into: Statement[], depth: number): void {
    const branches: Branch[] = [];
    into.push({ type: "if", branches, at, to: this.#last });
    let end = "elif";
    while (end === "elif") {
      const test = this.#tuple(depth);
      this.#expect("close");
      const body: Statement[] = [];
      branches.push({ test, body });
      end = this.#body("if", body, depth);
    }
    if (end === "else") {
      this.#expect("close");
      const body: Statement[] = [];
      branches.push({ test: undefined, body });
      this.statements(body, ["endif"], depth);
    }
    this.#close();
  }

  #for(at: number, into: Statement[], depth: number): void {
    const target = this.#target(depth);
    this.#expect("name", "in");
    const over = this.#tuple(depth, false);
    const filter = this.#take("name", "if") ? this.#expression(depth) : undefined;
    this.#take("name", "recursive");
    this.#expect("close");
    const body: Statement[] = [];
    const otherwise: Statement[] = [];
    into.push({ type: "for", target, over, filter, body, otherwise, at, to: this.#last });
    if (this.#body("for", body, depth) === "else") {
      this.#expect("close");
      this.statements(otherwise, ["endfor"], depth);
    }
    this.#close();
  }

  #set(at: number, into: Statement[], depth: number): void {
    const target = this.#target(depth);
    if (this.#take("sign", "=")) {
      const value = this.#tuple(depth);
      this.#expect("close");
      into.push({ type: "set", target, value, at, to: this.#last });
      return;
    }
    const filters = this.#is("sign", "|") ? this.#filters(undefined, depth) : undefined;
    this.#expect("close");
    const body: Statement[] = [];
    this.#whole(into, () => ({ type: "capture", target, filters, body, at, to: this.#last }), "set", body, depth);
  }

  #parameters(depth: number): Parameter[] {
    const parameters: Parameter[] = [];
    this.#expect("sign", "(");
    while (!this.#is("sign", ")")) {
      const name = this.#expect("name").value;
      parameters.push({ name, value: this.#take("sign", "=") ? this.#expression(depth) : undefined });
      if (!this.#take("sign", ",")) break;
    }
    this.#expect("sign", ")");
    return parameters;
  }

  /** What is assigned to: names, tuples of them, `ns.x`. */
  #target(depth: number): Expression {
    const at = this.#peek().at;
    const items: Expression[] = [];
    do {
      if (this.#is("sign", "=") || this.#is("name", "in")) break;
      if (this.#take("sign", "(")) {
        items.push(this.#target(this.#deeper(depth)));
        this.#expect("sign", ")");
      } else {
        const { value, at: from, to } = this.#expect("name");
        let one: Expression = { type: "name", name: value, at: from, to };
        while (this.#take("sign", "."))
          one = { type: "attribute", of: one, name: this.#expect("name").value, at: from, to: this.#last };
        items.push(one);
      }
    } while (this.#take("sign", ","));
    const [only] = items;
    return only && items.length === 1 ? only : { type: "list", items, at, to: this.#last };
  }

  // ---- expressions

  /** `a` as itself, `a, b` as a list. */
  #tuple(depth: number, conditional = true): Expression {
    const at = this.#peek().at;
    const first = conditional ? this.#expression(depth) : this.#or(this.#deeper(depth));
    if (!this.#is("sign", ",")) return first;
    const items = [first];
    while (this.#take("sign", ",")) {
      if (this.#is("close") || this.#is("sign", ")") || this.#is("name", "if")) break;
      items.push(conditional ? this.#expression(depth) : this.#or(this.#deeper(depth)));
    }
    return { type: "list", items, at, to: this.#last };
  }

  #expression(depth: number): Expression {
    const deeper = this.#deeper(depth);
    let value = this.#or(deeper);
    while (this.#take("name", "if")) {
      const test = this.#or(deeper);
      const no = this.#take("name", "else") ? this.#expression(deeper) : undefined;
      value = { type: "conditional", test, yes: value, no, at: value.at, to: this.#last };
    }
    return value;
  }

  #or(depth: number): Expression {
    let left = this.#and(depth);
    while (this.#take("name", "or")) left = this.#joined("or", left, this.#and(depth));
    return left;
  }

  #and(depth: number): Expression {
    let left = this.#not(depth);
    while (this.#take("name", "and")) left = this.#joined("and", left, this.#not(depth));
    return left;
  }

  #joined(operator: BinaryOperator, left: Expression, right: Expression): Expression {
    return { type: "binary", operator, left, right, at: left.at, to: right.to };
  }

  #not(depth: number): Expression {
    const { at } = this.#peek();
    if (!this.#is("name", "not")) return this.#compare(depth);
    this.#next();
    const of = this.#not(this.#deeper(depth));
    return { type: "unary", operator: "not", of, at, to: of.to };
  }

  #compare(depth: number): Expression {
    let left = this.#sum(depth);
    let whole: Expression | undefined;
    for (;;) {
      const operator = this.#comparison();
      if (operator === undefined) return whole ?? left;
      const right = this.#sum(depth);
      const one: Expression = { type: "compare", operator, left, right, at: left.at, to: right.to };
      // `a < b < c` is both.
      whole = whole ? this.#joined("and", whole, one) : one;
      left = right;
    }
  }

  #comparison(): CompareOperator | undefined {
    const token = this.#peek();
    if (token.kind === "sign" && COMPARISONS.has(token.value)) return this.#next().value as CompareOperator;
    if (this.#take("name", "in")) return "in";
    const after = this.#peek(1);
    if (token.kind === "name" && token.value === "not" && after.kind === "name" && after.value === "in") {
      this.#at += 2;
      return "not in";
    }
    return undefined;
  }

  #sum(depth: number): Expression {
    return this.#chain(["+", "-"], () => this.#chain(["~"], () => this.#product(depth)));
  }

  #product(depth: number): Expression {
    return this.#chain(["*", "/", "//", "%"], () => this.#chain(["**"], () => this.#unary(depth, true)));
  }

  #chain(operators: readonly BinaryOperator[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const { kind, value } = this.#peek();
      const operator = kind === "sign" ? operators.find((one) => one === value) : undefined;
      if (operator === undefined) return left;
      this.#next();
      left = this.#joined(operator, left, operand());
    }
  }

  #unary(depth: number, filtered: boolean): Expression {
    const { kind, value, at } = this.#peek();
    if (kind === "sign" && (value === "-" || value === "+")) {
      this.#next();
      const of = this.#unary(this.#deeper(depth), false);
      const signed: Expression = { type: "unary", operator: value, of, at, to: of.to };
      return filtered ? this.#filters(this.#postfix(signed, depth), depth) : signed;
    }
    const primary = this.#postfix(this.#primary(depth), depth);
    return filtered ? this.#filters(primary, depth) : primary;
  }

  #primary(depth: number): Expression {
    const deeper = this.#deeper(depth);
    const token = this.#next();
    const { at, to, value } = token;
    switch (token.kind) {
      case "name":
        if (/^(?:true|True)$/.test(value)) return { type: "literal", value: true, at, to };
        if (/^(?:false|False)$/.test(value)) return { type: "literal", value: false, at, to };
        if (/^(?:none|None)$/.test(value)) return { type: "literal", value: null, at, to };
        return { type: "name", name: value, at, to };
      case "string": {
        let text = value;
        while (this.#is("string")) text += this.#next().value;
        return { type: "literal", value: text, at, to: this.#last };
      }
      case "number":
        return { type: "literal", value: Number(value), at, to };
      case "sign":
        if (value === "(") {
          if (this.#take("sign", ")")) return { type: "list", items: [], at, to: this.#last };
          const inner = this.#tuple(deeper);
          this.#expect("sign", ")");
          return inner;
        }
        if (value === "[") {
          const items: Expression[] = [];
          while (!this.#is("sign", "]")) {
            items.push(this.#expression(deeper));
            if (!this.#take("sign", ",")) break;
          }
          this.#expect("sign", "]");
          return { type: "list", items, at, to: this.#last };
        }
        if (value === "{") return this.#dict(at, deeper);
    }
    this.#at--;
    return this.#break("a value is missing");
  }

  #dict(at: number, depth: number): Expression {
    const entries: [Expression, Expression][] = [];
    while (!this.#is("sign", "}")) {
      const key = this.#expression(depth);
      this.#expect("sign", ":");
      entries.push([key, this.#expression(depth)]);
      if (!this.#take("sign", ",")) break;
    }
    this.#expect("sign", "}");
    return { type: "dict", entries, at, to: this.#last };
  }

  #postfix(start: Expression, depth: number): Expression {
    let of = start;
    for (;;) {
      const { at } = start;
      if (this.#take("sign", ".")) {
        const token = this.#next();
        if (token.kind === "name") of = { type: "attribute", of, name: token.value, at, to: this.#last };
        else if (token.kind === "number")
          of = {
            type: "index",
            of,
            index: { type: "literal", value: Number(token.value), at: token.at, to: token.to },
            at,
            to: this.#last,
          };
        else this.#break("a name is missing behind a dot");
      } else if (this.#take("sign", "[")) of = this.#subscript(of, at, depth);
      else if (this.#is("sign", "(")) of = { type: "call", of, ...this.#arguments(depth), at, to: this.#last };
      else return of;
    }
  }

  #subscript(of: Expression, at: number, depth: number): Expression {
    const parts: (Expression | undefined)[] = [];
    let isSlice = false;
    let one: Expression | undefined;
    for (;;) {
      if (this.#take("sign", ":")) {
        isSlice = true;
        parts.push(one);
        one = undefined;
      } else if (this.#take("sign", "]")) break;
      else if (one === undefined) one = this.#tuple(this.#deeper(depth));
      else this.#break("] is missing");
    }
    parts.push(one);
    const [from, until, step] = parts;
    if (isSlice) return { type: "slice", of, from, until, step, at, to: this.#last };
    if (!from) this.#break("an index is missing");
    return { type: "index", of, index: from, at, to: this.#last };
  }

  #arguments(depth: number): Arguments {
    const args: Expression[] = [];
    const named: [string, Expression][] = [];
    this.#expect("sign", "(");
    while (!this.#is("sign", ")")) {
      const spread = this.#take("sign", "**") ? "**" : this.#take("sign", "*") ? "*" : undefined;
      const after = this.#peek(1);
      if (spread !== undefined) named.push([spread, this.#expression(depth)]);
      else if (this.#is("name") && after.kind === "sign" && after.value === "=") {
        const name = this.#next().value;
        this.#next();
        named.push([name, this.#expression(depth)]);
      } else args.push(this.#expression(depth));
      if (!this.#take("sign", ",")) break;
    }
    this.#expect("sign", ")");
    return { args, named };
  }

  /** `| name(args)`, `is name`, calls of what they give. In a filter tag the first name has no bar before it. */
  #filters(start: Expression, depth: number): Expression;
  #filters(start: Expression | undefined, depth: number, bare?: boolean): Expression;
  #filters(start: Expression | undefined, depth: number, bare = false): Expression {
    let of = start;
    let first = bare;
    for (;;) {
      const at = of?.at ?? this.#peek().at;
      if (first || this.#take("sign", "|")) {
        first = false;
        const name = this.#dotted();
        const given = this.#is("sign", "(") ? this.#arguments(depth) : EMPTY;
        of = { type: "filter", of, name, ...given, at, to: this.#last };
      } else if (of && this.#take("name", "is")) {
        const negated = this.#take("name", "not");
        const name = this.#dotted();
        of = { type: "test", of, name, negated, ...this.#testArguments(depth), at, to: this.#last };
      } else if (of && this.#is("sign", "(")) of = { type: "call", of, ...this.#arguments(depth), at, to: this.#last };
      else return of ?? this.#break("a filter is missing");
    }
  }

  #dotted(): string {
    let name = this.#expect("name").value;
    while (this.#take("sign", ".")) name += `.${this.#expect("name").value}`;
    return name;
  }

  /** `is divisibleby 3`, `is eq("x")`. */
  #testArguments(depth: number): Arguments {
    const { kind, value } = this.#peek();
    if (kind === "sign" && value === "(") return this.#arguments(depth);
    const starts =
      (kind === "name" && !/^(?:else|or|and|is|in|if|not|recursive)$/.test(value)) ||
      kind === "string" ||
      kind === "number" ||
      (kind === "sign" && (value === "[" || value === "{"));
    return starts ? { args: [this.#postfix(this.#primary(depth), depth)], named: [] } : EMPTY;
  }
}
