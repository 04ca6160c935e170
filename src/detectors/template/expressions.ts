// What an expression of a template may be, worked out from its tree: fixed texts folded, holes for what comes from outside,
// conditions with what they ask, places in the conversation with the roles they may have. Calls and statements build on it.
import type { Arguments, Expression } from "../../base/jinja/ast.ts";
import { Events, type Reach, type Refinement } from "./events.ts";
import { listFolded, percent, sliced } from "./functions.ts";
import { CALLER, ENGINE, INNER, MESSAGES, NOT_USER, SHAPES, STRUCTURE, WORDS } from "./names.ts";
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

/** The deepest real templates take about thirty thousand. */
export const STEPS_MAX: number = 600_000;
/** Values in values: a sum of a hundred texts is a hundred deep (CWE-674). */
const DEPTH_MAX = 600;
export const REPEATED_MAX: number = 1_000_000;

export abstract class Expressions {
  readonly events: Events = new Events();
  /** True where it was too much to follow to the end. */
  incomplete = false;
  protected scope: Map<string, Value> = new Map();
  protected sink: Piece[] = [];
  protected guards: readonly Question[] = [];
  protected refined: readonly Refinement[] = [];
  protected steps = 0;
  protected depth = 0;
  protected readonly open: { readonly name: string; readonly branches: number }[] = [];
  /** Conditions and loops around the place that is looked at. */
  protected branches = 0;
  protected turns = 1;
  protected overMessages = 0;
  protected readonly spaces: Map<number, Map<string, Value>> = new Map();

  protected abstract call(node: Extract<Expression, { type: "call" }>): Value;
  /** A filter or a method: the same words for both. */
  protected abstract apply(name: string, of: Value, given: Arguments, node: Expression): Value;

  // ---- places and roles

  /** One of what a loop goes over. */
  protected element(over: Value, at: number): Value {
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
      notUser: over.notUser || this.notUser(path),
      questions: over.questions,
      cuts: over.cuts,
    });
    const whole = over.items ? one : { ...one, pieces: over.pieces.length > 1 ? over.pieces : one.pieces };
    return element ? either(whole, element) : whole;
  }

  protected notUser(path: string | undefined): boolean {
    if (path === undefined) return false;
    return this.refined.some(
      (one) =>
        one.path === path &&
        ((one.only !== undefined &&
          one.only.length > 0 &&
          one.only.every((role) => NOT_USER.has(role.toLowerCase()))) ||
          (one.not?.includes("user") ?? false)),
    );
  }

  /** What a condition says about roles when it holds, and when it does not. */
  protected refinements(test: Expression, depth = 0): readonly [readonly Refinement[], readonly Refinement[]] {
    if (depth > DEPTH_MAX) return [[], []];
    if (test.type === "unary" && test.operator === "not") {
      const [yes, no] = this.refinements(test.of, depth + 1);
      return [no, yes];
    }
    if (test.type === "binary" && (test.operator === "and" || test.operator === "or")) {
      const [leftYes, leftNo] = this.refinements(test.left, depth + 1);
      const [rightYes, rightNo] = this.refinements(test.right, depth + 1);
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
      const { path } = this.evaluate(test.of);
      const found: readonly Refinement[] = path === undefined ? [] : [{ path, isMapping: true }];
      return (test.name === "mapping") === test.negated ? [[], found] : [found, []];
    } else return [[], []];
    let subject = this.evaluate(left);
    let roles = this.evaluate(right);
    if (!subject.path?.endsWith(".role")) [subject, roles] = [roles, subject];
    if (!subject.path?.endsWith(".role")) return [[], []];
    const names = textsOf(roles);
    if (names.length === 0) return [[], []];
    const path = subject.path.slice(0, -".role".length);
    return equal
      ? [[{ path, only: names }], [{ path, not: names }]]
      : [[{ path, not: names }], [{ path, only: names }]];
  }

  protected space(value: Value): Map<string, Value> | undefined {
    const id = /^namespace (\d+)$/.exec(value.callee ?? "")?.[1];
    return id === undefined ? undefined : this.spaces.get(Number(id));
  }

  // ---- expressions

  protected evaluate(node: Expression): Value {
    if (++this.steps > STEPS_MAX || this.depth >= DEPTH_MAX) {
      this.incomplete = true;
      return NOTHING;
    }
    this.depth++;
    const value = this.valueOf(node);
    this.depth--;
    return value;
  }

  protected valueOf(node: Expression): Value {
    switch (node.type) {
      case "literal":
        if (typeof node.value === "string") return ofText(node.value, node.at);
        return typeof node.value === "number" ? { ...NOTHING, number: node.value } : { ...NOTHING, text: undefined };
      case "name":
        return this.name(node.name, node);
      case "list":
        return container(
          node.items.map((item, i) => [String(i), this.evaluate(item)] as const),
          true,
        );
      case "dict":
        return container(
          node.entries.map(([key, value], i) => [this.evaluate(key).text ?? `#${i}`, this.evaluate(value)] as const),
          false,
        );
      case "attribute":
        return this.member(this.evaluate(node.of), ofText(node.name, node.at), node, "attribute");
      case "index":
        return this.member(this.evaluate(node.of), this.evaluate(node.index), node, "subscript");
      case "slice":
        return this.slice(node);
      case "call":
        return this.call(node);
      case "filter":
        return this.apply(node.name, node.of ? this.evaluate(node.of) : NOTHING, node, node);
      case "test":
        return this.test(node);
      case "unary": {
        const of = this.evaluate(node.of);
        if (node.operator === "-" && of.number !== undefined) return { ...of, number: -of.number, pieces: [] };
        return { ...mixed([of]), ...(node.operator === "not" ? { from: FROM.shape } : {}) };
      }
      case "binary":
        return this.binary(node);
      case "compare":
        return this.compare(node);
      case "conditional": {
        const { questions } = this.evaluate(node.test);
        const [yes, no] = this.refinements(node.test);
        const refined = this.refined;
        this.branches++;
        this.refined = [...refined, ...yes];
        const first = under(this.evaluate(node.yes), questions);
        this.refined = [...refined, ...no];
        const second = node.no ? under(this.evaluate(node.no), questions) : undefined;
        this.refined = refined;
        this.branches--;
        return second ? either(first, second) : { ...first, text: undefined };
      }
    }
  }

  protected name(name: string, node: Expression): Value {
    const known = this.scope.get(name);
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
      this.events.reach({ name, how: "global", hidden: false, unknown: false, at, to });
    return hole(FROM.given | (ENGINE.has(name) ? FROM.engine : 0), at, { path: name, callee: name });
  }

  /** `of.key` and `of[key]`. */
  protected member(of: Value, key: Value, node: Expression, how: "attribute" | "subscript"): Value {
    const { at, to } = node;
    const name = key.text;
    if (name !== undefined) this.named(name, how, node, how === "subscript" && key.made === true, of);
    else if (how === "subscript" && key.number === undefined && key.made) {
      // A name made of pieces that are not all fixed.
      for (const { text } of key.pieces)
        if (text.includes("__")) this.events.reach({ name: text, how, hidden: true, unknown: true, at, to });
    }
    const space = this.space(of);
    if (space && name !== undefined) return space.get(name) ?? NOTHING;
    const item =
      of.items && (name ?? key.number) !== undefined
        ? of.items.get(of.isList ? String(indexIn(of.items.size, key.number)) : (name ?? String(key.number)))
        : undefined;
    if (item && (of.from & (FROM.messages | FROM.message)) === 0) return item;
    if (of.items && name === undefined && key.number === undefined && (of.from & (FROM.messages | FROM.message)) === 0)
      return this.chosen(of.items, of.isList === true, key, node);
    if (of.text !== undefined && key.number !== undefined) {
      const one = Array.from(of.text).at(key.number);
      if (one !== undefined) return ofText(one, at, true);
    }
    if (item && of.items && !of.isList) {
      // A message that may be one of the template's own.
      const other = this.part(of, key, node, how);
      return either(other, item);
    }
    return this.part(of, key, node, how);
  }

  /** What a key that is only known when rendered picks: any of them, each for its own key. */
  protected chosen(items: ReadonlyMap<string, Value>, isList: boolean, key: Value, { at, to }: Expression): Value {
    let all: Value | undefined;
    for (const [name, item] of items) {
      const own: readonly Question[] =
        (key.from & FROM.text) !== 0 && !isList ? [{ about: "text", constants: [name], at, to }] : [];
      all = either(all, under(item, joinQuestions(key.questions, own)));
    }
    return all ? { ...all, text: undefined } : NOTHING;
  }

  protected part(of: Value, key: Value, { at }: Expression, how: "attribute" | "subscript"): Value {
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
      return hole(FROM.message, at, { ...base, path, notUser: of.notUser === true || this.notUser(path) });
    if ((of.from & (FROM.message | FROM.messages)) !== 0) {
      const notUser = of.notUser === true || this.notUser(of.path);
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
  protected named(name: string, how: Reach["how"], { at, to }: Expression, hidden: boolean, of: Value): void {
    const isInner = /(?:^|\.)_/.test(name) || INNER.has(name);
    if (isInner || (of.callee === "self" && how === "attribute"))
      this.events.reach({
        name: of.callee === "self" && !isInner ? `self.${name}` : name,
        how,
        hidden,
        unknown: false,
        at,
        to,
      });
  }

  protected slice(node: Extract<Expression, { type: "slice" }>): Value {
    const of = this.evaluate(node.of);
    const part = (one: Expression | undefined): number | undefined => (one ? this.evaluate(one).number : undefined);
    const [from, until, step] = [part(node.from), part(node.until), part(node.step)];
    const isFixed = (one: Expression | undefined, number: number | undefined): boolean =>
      one === undefined || number !== undefined;
    if (of.text !== undefined && isFixed(node.from, from) && isFixed(node.until, until) && isFixed(node.step, step)) {
      const taken = sliced(of.text, from, until, step);
      if (taken !== undefined) return ofText(taken, node.at, true);
    }
    if (of.items && of.isList && step === -1) return listFolded("reverse", of, [], node.at) ?? of;
    let asked: readonly Question[] = [];
    for (const one of [node.from, node.until]) if (one) asked = joinQuestions(asked, this.evaluate(one).questions);
    return under({ ...of, text: undefined, items: of.isList ? of.items : undefined }, asked);
  }

  protected binary(node: Extract<Expression, { type: "binary" }>): Value {
    const { operator, at } = node;
    const left = this.evaluate(node.left);
    const refined = this.refined;
    if (operator === "and" || operator === "or")
      this.refined = [...refined, ...this.refinements(node.left)[operator === "and" ? 0 : 1]];
    const right = this.evaluate(node.right);
    this.refined = refined;
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
      return this.arithmetic(operator, left.number, right.number, node);
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
      this.widths(left.text, node);
      const text = percent(left.text, right.isList && right.items ? [...right.items.values()] : [right]);
      return text === undefined ? concatenated([left, right], "", at) : ofText(text, at, true);
    }
    if (operator === "*" && (left.text ?? left.size) !== undefined) return this.repeated(left, right, node);
    if (operator === "*" && left.isList && (right.number ?? 0) * this.turns > REPEATED_MAX)
      this.events.costly(`A list is repeated ${right.number} times`, node);
    return { ...mixed([left, right]), pieces: [...left.pieces, ...right.pieces] };
  }

  protected repeated(left: Value, right: Value, node: Expression): Value {
    const times = right.number;
    const size = (left.size ?? left.text?.length ?? 0) * (times ?? 1);
    if (size * this.turns > REPEATED_MAX) this.events.costly(`A text is repeated to ${size} characters`, node);
    // `"text" * (condition)` is there or not.
    if (times === undefined) return under({ ...left, text: undefined }, right.questions);
    return left.text !== undefined && times >= 0 && size < 4096
      ? ofText(left.text.repeat(Math.floor(times)), node.at, true)
      : { ...left, text: undefined, size };
  }

  /** A width in a format text is a number of characters. */
  protected widths(text: string, node: Expression): void {
    const width = Number(/[%{:<>^ ][^%{}a-zA-Z]{0,8}?(\d{6,15})/.exec(text)?.[1] ?? 0);
    if (width * this.turns > REPEATED_MAX) this.events.costly(`A text is padded to ${width} characters`, node);
  }

  protected arithmetic(operator: string, a: number, b: number, node: Expression): Value {
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
        this.events.costly(`${a} is raised to the power of ${b}`, node);
    }
    return { ...NOTHING, number };
  }

  protected compare(node: Extract<Expression, { type: "compare" }>): Value {
    const left = this.evaluate(node.left);
    const right = this.evaluate(node.right);
    return this.asked(left, right, node.operator, node);
  }

  /** A comparison: which questions it asks. */
  protected asked(left: Value, right: Value, operator: string, node: Expression): Value {
    const result: Value = { ...mixed([left, right]), from: FROM.shape };
    const [subject, other] = left.from !== 0 ? [left, right] : [right, left];
    const question = this.question(subject, other, operator, node);
    return question ? { ...result, questions: joinQuestions(result.questions, [question]) } : result;
  }

  protected question(subject: Value, other: Value, operator: string, { at, to }: Expression): Question | undefined {
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
      if (isIn && path !== undefined && (isPart || this.refined.some((one) => one.path === path && one.isMapping)))
        return undefined;
      return about("text");
    }
    return (from & FROM.given) !== 0 && CALLER.test(subject.path ?? "") && constants.length > 0
      ? about("caller")
      : undefined;
  }

  protected test(node: Extract<Expression, { type: "test" }>): Value {
    const of = this.evaluate(node.of);
    const args = node.args.map((arg) => this.evaluate(arg));
    if (SHAPES.has(node.name)) {
      const isEngine = (of.from & FROM.engine) !== 0 && /^(?:un)?defined$/.test(node.name);
      const questions: Question[] = isEngine
        ? [{ about: "engine", constants: [of.callee ?? ""], at: node.at, to: node.to }]
        : [];
      return { ...NOTHING, from: FROM.shape, questions };
    }
    return this.asked(of, args[0] ?? NOTHING, node.name, node);
  }
}
const indexIn = (size: number, index: number | undefined): number =>
  index === undefined ? -1 : index < 0 ? size + index : index;

/** What holds when one of two conditions does: roles of the same place together. */
function eitherOf(a: readonly Refinement[], b: readonly Refinement[]): readonly Refinement[] {
  const joined: Refinement[] = [];
  for (const one of a) {
    const other = b.find(
      ({ path, only, not, isMapping }) =>
        path === one.path &&
        isMapping === one.isMapping &&
        (only !== undefined) === (one.only !== undefined) &&
        (not !== undefined) === (one.not !== undefined),
    );
    if (!other) continue;
    if (one.isMapping) joined.push(one);
    else if (one.only && other.only) joined.push({ path: one.path, only: [...one.only, ...other.only] });
    else if (one.not && other.not)
      joined.push({ path: one.path, not: one.not.filter((role) => other.not?.includes(role)) });
  }
  return joined;
}
