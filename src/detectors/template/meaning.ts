// What a chat template makes of a conversation, worked out from its tree alone: which texts it puts in, under which
// conditions, whose words it leaves out or rewrites, what it reaches for, how much it may print. An abstract
// interpretation: every branch is gone into, a loop's body once for all turns, the whole twice so that what a later turn
// sees of an earlier one is known. Steps are bounded (CWE-400): a tree is small, but macros call macros.
import type { Expression, Statement, Template } from "../../base/jinja/ast.ts";
import { Calls, TURNS_MAX } from "./calls.ts";
import { STEPS_MAX } from "./expressions.ts";
import {
  either,
  FROM,
  hole,
  joinQuestions,
  NOTHING,
  ofText,
  PIECES_MAX,
  under,
  type Piece,
  type Question,
  type Value,
} from "./value.ts";

/** What is known of roles at one place. */
const ROLES_MAX = 64;
const OUTPUT_MAX = 20_000;

export class Meaning extends Calls {
  /** What is printed, in order; texts of branches after each other. */
  readonly output: Piece[] = [];

  constructor(template: Template) {
    super();
    for (let pass = 0; pass < 2; pass++) {
      this.scope = new Map();
      this.sink = [];
      this.events.clear();

      this.body(template.body);
      if (this.incomplete) break;
    }
    this.output.push(...this.sink);
  }

  // ---- statements

  protected body(statements: readonly Statement[]): void {
    const { length } = this.guards;
    const guards = this.guards;
    for (const statement of statements) {
      if (++this.steps > STEPS_MAX) {
        this.incomplete = true;
        return;
      }
      this.statement(statement);
      // `{% if … %}{% continue %}{% endif %}`: the rest runs only when it does not hold.
      if (statement.type === "if") this.guards = joinQuestions(this.guards, this.leaving(statement.branches));
    }
    if (this.guards.length !== length) this.guards = guards;
  }

  protected leaving(
    branches: readonly { readonly test: Expression | undefined; readonly body: readonly Statement[] }[],
  ): readonly Question[] {
    let questions: readonly Question[] = [];
    for (const { test, body } of branches) {
      const last = body[body.length - 1]?.type;
      if (test && (last === "break" || last === "continue"))
        questions = joinQuestions(questions, this.evaluate(test).questions);
    }
    return questions;
  }

  protected print(value: Value): void {
    for (const piece of value.pieces) {
      if (this.sink.length >= OUTPUT_MAX) {
        this.incomplete = true;
        return;
      }
      this.sink.push(
        this.guards.length === 0 ? piece : { ...piece, because: joinQuestions(piece.because, this.guards) },
      );
    }
  }

  /** What the statements print, as a value. */
  protected captured(run: () => void): Value {
    const outer = this.sink;
    this.sink = [];
    run();
    const pieces = this.sink.slice(0, PIECES_MAX);
    this.sink = outer;
    let from = 0;
    let notUser = true;
    for (const piece of pieces) {
      from |= piece.from;
      if ((piece.from & FROM.text) !== 0 && !piece.notUser) notUser = false;
    }
    const isFixed = pieces.every(({ from: origin, because }) => origin === 0 && because.length === 0);
    return { ...NOTHING, pieces, from, notUser, ...(isFixed ? { text: pieces.map(({ text }) => text).join("") } : {}) };
  }

  protected statement(node: Statement): void {
    switch (node.type) {
      case "text":
        return this.print(ofText(node.text, node.at));
      case "output":
        return this.print(this.evaluate(node.value));
      case "if":
        return this.if(node.branches);
      case "for":
        return this.for(node);
      case "set":
        return this.bind(node.target, this.evaluate(node.value), node.value);
      case "capture": {
        const inner = this.captured(() => this.body(node.body));
        return this.bind(node.target, node.filters ? this.filtered(node.filters, inner) : inner);
      }
      case "macro":
        this.macros.set(node.name, { parameters: node.parameters, body: node.body });
        if (!this.scope.has(node.name)) this.scope.set(node.name, { ...NOTHING, callee: `macro ${node.name}` });
        // A macro that nobody calls here may be called by an importer; what it reaches for counts.
        this.captured(() => this.invoke(node.name, { args: [], named: [] }, []));
        return;
      case "call": {
        const body = this.captured(() => this.body(node.body));
        const outer = this.scope.get("caller()");
        this.scope.set("caller()", body);
        this.print(this.evaluate(node.call));
        if (outer) this.scope.set("caller()", outer);
        return;
      }
      case "filter":
        return this.print(
          this.filtered(
            node.filters,
            this.captured(() => this.body(node.body)),
          ),
        );
      case "with": {
        const outer = new Map(this.scope);
        for (const [target, value] of node.bindings) this.bind(target, this.evaluate(value));
        this.body(node.body);
        this.scope = outer;
        return;
      }
      case "body":
        return this.body(node.body);
      case "load":
        this.events.reach({
          name: this.evaluate(node.source).text ?? "",
          how: "load",
          hidden: false,
          unknown: false,
          at: node.at,
          to: node.to,
        });
        for (const name of node.names) this.scope.set(name, hole(FROM.given, node.at, { callee: `loaded ${name}` }));
        return;
      case "do":
        this.evaluate(node.value);
        return;
      case "break":
      case "continue":
    }
  }

  protected if(
    branches: readonly { readonly test: Expression | undefined; readonly body: readonly Statement[] }[],
  ): void {
    const before = this.scope;
    const guards = this.guards;
    const refined = this.refined;
    let asked: readonly Question[] = [];
    let no = refined;
    const ends: { scope: Map<string, Value>; because: readonly Question[] }[] = [];
    for (const { test, body } of branches) {
      this.refined = no;
      this.scope = new Map(before);
      this.steps += before.size >> 3;
      if (test) {
        asked = joinQuestions(asked, this.evaluate(test).questions);
        const [yes, otherwise] = this.refinements(test);
        this.refined = [...no, ...yes];
        no = no.concat(otherwise).slice(-ROLES_MAX);
      }
      this.guards = joinQuestions(guards, asked);
      this.branches++;
      this.body(body);
      this.branches--;
      ends.push({ scope: this.scope, because: asked });
    }
    this.guards = guards;
    this.refined = refined;
    if (branches.every(({ test }) => test)) ends.push({ scope: before, because: asked });
    this.scope = before;
    this.merge(before, ends);
  }

  protected merge(
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
      this.steps += value.pieces.length >> 1;
      // A branch that leaves it unset leaves what the caller passes.
      if (!old && ends.some(({ scope }) => !scope.has(name))) value = { ...value, text: undefined };
      before.set(name, value);
    }
  }

  protected for(node: Extract<Statement, { type: "for" }>): void {
    const over = this.evaluate(node.over);
    const outer = this.scope;
    const guards = this.guards;
    const refined = this.refined;
    const turns = this.turns;
    const overMessages = this.overMessages;
    this.scope = new Map(outer);
    this.steps += outer.size >> 3;
    const element = this.element(over, node.at);
    const isPairs = node.target.type === "list" && node.over.type !== "list";
    if (isPairs && node.target.type === "list")
      for (const item of node.target.items) this.bind(item, { ...element, items: undefined, path: undefined });
    else this.bind(node.target, element);
    this.scope.set(
      "loop",
      hole(FROM.count, node.at, {
        path: "loop",
        items: new Map([
          ["previtem", element],
          ["nextitem", element],
        ]),
      }),
    );
    this.turns *= over.number !== undefined && over.callee === "range()" ? Math.max(1, over.number) : 1;
    if ((over.from & FROM.messages) !== 0) this.overMessages++;
    if (this.turns > TURNS_MAX && turns > 1)
      this.events.costly(`Its loops run ${this.turns.toExponential(0)} times`, node);
    else if (this.overMessages > 3) this.events.costly("Four loops over all messages stand inside each other", node);
    this.guards = joinQuestions(guards, over.questions);
    let asked: readonly Question[] = over.questions;
    if (node.filter) {
      asked = joinQuestions(asked, this.evaluate(node.filter).questions);
      this.guards = joinQuestions(guards, asked);
      this.refined = [...refined, ...this.refinements(node.filter)[0]];
    }
    // What a loop over pieces of a text does depends on that text.
    this.branches++;
    this.body(node.body);
    this.branches--;
    this.guards = guards;
    this.refined = refined;
    this.turns = turns;
    this.overMessages = overMessages;
    // In Jinja what a loop sets ends with each turn; minja keeps it. Both are followed.
    const end = this.scope;
    this.scope = outer;
    for (const [name, value] of end) {
      const old = outer.get(name);
      if (old && old !== value && name !== "loop") outer.set(name, either(old, value));
    }
    this.guards = joinQuestions(guards, asked);
    this.body(node.otherwise);
    this.guards = guards;
  }

  protected bind(target: Expression, value: Value, source?: Expression): void {
    if (target.type === "name") {
      this.scope.set(target.name, value);
      if (source && this.turns > 1) this.doubles(target.name, source);
      return;
    }
    if (target.type === "list") {
      target.items.forEach((item, i) =>
        this.bind(item, value.items?.get(value.isList ? String(i) : "") ?? this.element(value, item.at)),
      );
      return;
    }
    if (target.type !== "attribute") return;
    // A namespace outlives branches and loops: its fields may be all that was ever put there.
    const space = this.space(this.evaluate(target.of));
    if (!space) return;
    const bound = under(value, this.guards);
    const old = space.get(target.name);
    space.set(target.name, old ? either(old, bound) : bound);
    if (source) this.doubles(target.name, source);
  }

  /** `x = x ~ x` in a loop: twice as long every turn. */
  protected doubles(name: string, source: Expression): void {
    if (this.turns < 24 && this.overMessages === 0) return;
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
    if (own > 1 && this.turns >= 24) this.events.costly("A text doubles with every turn of a loop", source);
  }
}
