// Calls, filters, methods and macros of a template: what they give, what they ask, what they reach for.
import type { Arguments, Expression, Statement } from "../../base/jinja/ast.ts";
import { Expressions, REPEATED_MAX } from "./expressions.ts";
import { folded, listFolded } from "./functions.ts";
import { ASKS, ATTRIBUTE_FILTERS, CUTS, NOT_USER, STRUCTURE, TRIMS } from "./names.ts";
import {
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
  type Question,
  type Value,
} from "./value.ts";

const MACRO_DEPTH_MAX = 8;
/** Turns of all loops around a place together, and characters of one text, beyond which a template is a weapon. */
export const TURNS_MAX: number = 1_000_000;

export interface Macro {
  readonly parameters: readonly { readonly name: string; readonly value: Expression | undefined }[];
  readonly body: readonly Statement[];
}

export abstract class Calls extends Expressions {
  protected readonly macros: Map<string, Macro> = new Map();

  protected abstract body(statements: readonly Statement[]): void;
  protected abstract print(value: Value): void;
  /** What the statements print, as a value. */
  protected abstract captured(run: () => void): Value;

  // ---- calls

  protected arguments({ args, named }: Arguments): { values: Value[]; keywords: Map<string, Value> } {
    return {
      values: args.map((arg) => this.evaluate(arg)),
      keywords: new Map(named.map(([name, value]) => [name, this.evaluate(value)] as const)),
    };
  }

  protected call(node: Extract<Expression, { type: "call" }>): Value {
    const { of } = node;
    if (of.type === "attribute") {
      const receiver = this.evaluate(of.of);
      const space = this.space(receiver);
      if (!space && !/^(?:loop|self)$/.test(receiver.callee ?? "")) {
        this.named(of.name, "attribute", of, false, receiver);
        const callee = receiver.callee ?? "";
        if ((receiver.from & FROM.clock) !== 0) return hole(FROM.clock, node.at);
        if ((receiver.from & FROM.given) !== 0 && /^(?:os|sys|subprocess|builtins|importlib|loaded \w+)\b/.test(callee))
          this.events.reach({
            name: `${callee.replace("loaded ", "")}.${of.name}`,
            how: "global",
            hidden: false,
            unknown: false,
            at: node.at,
            to: node.to,
          });
        return this.apply(of.name, receiver, node, node);
      }
      if (receiver.callee === "loop") {
        const { values } = this.arguments(node);
        return of.name === "cycle" ? values.reduce((all, one) => either(all, one), NOTHING) : hole(FROM.count, node.at);
      }
    }
    const target = this.evaluate(of);
    const { values, keywords } = this.arguments(node);
    const macro = /^macro (.+)$/.exec(target.callee ?? "")?.[1];
    if (macro !== undefined) return this.captured(() => this.invoke(macro, node, values, keywords));
    switch (target.callee) {
      case "namespace":
      case "dict": {
        const fields = new Map(keywords);
        for (const value of values) for (const [key, item] of value.items ?? []) fields.set(key, item);
        if (target.callee === "dict") return container(fields, false);
        // Fields set in the first pass are known in the second from the start.
        const kept = this.spaces.get(node.at);
        if (kept) for (const [key, item] of fields) kept.set(key, either(kept.get(key), item));
        else this.spaces.set(node.at, fields);
        return { ...NOTHING, callee: `namespace ${node.at}` };
      }
      case "range": {
        const [a, b, c] = values.map(({ number }) => number);
        const turns =
          values.length === 1 ? a : a !== undefined && b !== undefined ? Math.ceil((b - a) / (c ?? 1)) : undefined;
        if (turns !== undefined && turns > TURNS_MAX) this.events.costly(`A loop over range runs ${turns} times`, node);
        return { ...mixed(values), callee: "range()", number: turns };
      }
      case "raise_exception":
        return NOTHING;
      case "caller":
        return this.scope.get("caller()") ?? hole(FROM.given, node.at);
      case "lipsum":
        if (Math.max(values[0]?.number ?? 0, keywords.get("n")?.number ?? 0) > 1_000)
          this.events.costly("It prints thousands of paragraphs", node);
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

  protected invoke(
    name: string,
    node: Arguments,
    values: readonly Value[],
    keywords: ReadonlyMap<string, Value> = new Map(),
  ): void {
    const macro = this.macros.get(name);
    const last = this.open.findLast((one) => one.name === name);
    if (last && last.branches === this.branches && macro)
      this.events.costly("A macro calls itself without an end", node.args[0] ?? { at: 0, to: 0 });
    // One that calls itself is gone into once more: what it prints then is what it prints again.
    if (!macro || this.open.length >= MACRO_DEPTH_MAX || this.open.filter((one) => one.name === name).length > 1) {
      this.print(mixedPieces(values));
      return;
    }
    const outer = this.scope;
    const at = node.args[0]?.at ?? 0;
    this.scope = new Map(outer);
    this.steps += outer.size >> 3;
    this.open.push({ name, branches: this.branches });
    macro.parameters.forEach((parameter, i) => {
      const given =
        values[i] ??
        keywords.get(parameter.name) ??
        (parameter.value ? this.evaluate(parameter.value) : hole(FROM.given, at, { path: parameter.name }));
      this.scope.set(parameter.name, given);
    });
    this.body(macro.body);
    this.open.pop();
    this.scope = outer;
  }

  /** The chain of filters of a block, applied to what it printed. */
  protected filtered(filters: Expression, inner: Value): Value {
    if (filters.type !== "filter") return inner;
    return this.apply(filters.name, filters.of ? this.filtered(filters.of, inner) : inner, filters, filters);
  }

  /** A filter or a method: the same words for both. */
  protected apply(name: string, of: Value, given: Arguments, node: Expression): Value {
    const { values, keywords } = this.arguments(given);
    const [first, second] = values;
    const { at, to } = node;
    if (name === "attr") {
      const key = first?.text;
      if (key === undefined) this.events.reach({ name: "attr", how: "filter", hidden: true, unknown: true, at, to });
      else this.named(key, "filter", node, first?.made === true, of);
      return first ? this.part(of, first, node, "attribute") : of;
    }
    if (ATTRIBUTE_FILTERS.has(name)) {
      const isMap = name === "map" && first?.text === "attr";
      const key = isMap
        ? second
        : (keywords.get("attribute") ??
          (name === "selectattr" || name === "rejectattr" || name === "groupby" ? first : undefined));
      if (key?.text !== undefined) this.named(key.text, "filter", node, key.made === true, of);
      else if (key && (key.from !== 0 || key.made))
        this.events.reach({ name, how: "filter", hidden: true, unknown: true, at, to });
    }
    if ((name === "format" || name === "format_map") && of.text !== undefined) {
      for (const { 1: path = "" } of of.text.matchAll(/\{[^{}.[]{0,40}((?:\.|\[)[^{}]{1,200})\}/g))
        if (/[.[]\s{0,3}_/.test(path))
          this.events.reach({
            name: path.slice(0, 80),
            how: "format",
            hidden: of.made === true,
            unknown: false,
            at,
            to,
          });
    } else if (
      (name === "format" || name === "format_map") &&
      node.type === "call" &&
      of.made &&
      of.pieces.some(({ text }) => text.includes("{"))
    )
      this.events.reach({ name: "format", how: "format", hidden: true, unknown: true, at, to });
    if (name === "center" || name === "ljust" || name === "rjust" || name === "indent" || name === "zfill") {
      const width = (first ?? keywords.get("width"))?.number;
      if (width !== undefined && width * this.turns > REPEATED_MAX)
        this.events.costly(`A text is padded to ${width} characters`, node);
    }
    if (name === "format" || name === "format_map") {
      if (of.text !== undefined) this.widths(of.text, node);
      if (node.type === "call" && (of.from & FROM.text) !== 0)
        this.events.reach({ name, how: "format", hidden: true, unknown: true, at, to });
    }
    if (name === "map" && (of.from & FROM.messages) !== 0) {
      const key = keywords.get("attribute") ?? (first?.text === "attr" ? second : undefined);
      if (key?.text !== undefined) return this.part(this.element(of, at), key, node, "attribute");
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
      const found = this.member(of, first, node, "subscript");
      return second ? either(found, second) : found;
    }
    if (name === "replace" && first && second && (of.from & FROM.text) !== 0)
      this.events.rewrite(textsOf(first), textsOf(second), node);
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
}

const mixedPieces = (values: readonly Value[]): Value => ({
  ...mixed(values),
  pieces: values.flatMap(({ pieces }) => pieces),
});
