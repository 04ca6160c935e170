// What a pickle does, as a bounded list: equal operations are one with a count. Each distinct name and each call with
// another name, result or (where it decides what is called) text among its operands is kept apart.
import type { Argument, Operation } from "../../core/model.ts";
import type { PythonName } from "./names.ts";
import { KEPT_MAX, Kind, type Values } from "./values.ts";

/** Distinct operations of one pickle (CWE-770). An honest file has a few hundred. */
export const OPERATIONS_MAX = 20_000;
/** Characters of texts among operands that are kept (CWE-770). An honest file has some thousands. */
const TEXTS_MAX = 64 * 1024 * 1024;
/** Operands looked at, and how deep. */
const ARGUMENTS_MAX = 16;
const DEPTH_MAX = 4;
/** Values looked at to tell one call from another, all depths together (CWE-407): each of a million calls may share one
 * huge operand. */
const COMPARED_MAX = 512;
/** Calls of one name kept with their operands, where these say nothing about what else is called. */
const ALIKE_MAX = 8;
/** Characters of an operation as text, and of a text among its operands. */
const RENDERED_MAX = 600;
export const TEXT_MAX = 4096;

/** Python looks something up by the text that these get. */
const TEXT_DECIDES = new Set([
  "builtins.getattr",
  "operator.attrgetter",
  "operator.methodcaller",
  "operator.itemgetter",
  "importlib.import_module",
  "builtins.__import__",
  "numpy.dtype",
  "numpy.core._ufunc_reconstruct",
  "numpy._core._ufunc_reconstruct",
  "_codecs.encode",
  "codecs.encode",
  "_operator.getitem",
  "operator.getitem",
  "dill._dill._create_namedtuple",
  "dill._dill._load_type",
  "dill._dill._get_attr",
  "dill._dill._import_module",
  "cloudpickle.cloudpickle._builtin_type",
  "cloudpickle.cloudpickle.subimport",
]);
/** Texts longer than this are data. */
const SHORT_MAX = 200;
/** A member of an enumeration, a setting: nothing that names a file or holds code. */
const PLAIN = /^[\w-]{0,40}$/;
/** These make an object of the class that is their first operand, without calling it. */
const MAKERS: ReadonlySet<string> = new Set(["copyreg._reconstructor", "copyreg.__newobj__", "copyreg.__newobj_ex__"]);

type Written = { -readonly [K in keyof Operation]: Operation[K] };

/** scipy/stats/_distn_infrastructure.py, `rv_generic`: its `__setstate__` runs this text of its state by `exec`. */
const STATE_CODE_KEY = "_parse_arg_template";
const STATES_WITH_CODE = /^scipy\.stats(?:\.|$)/;

/** Gives the text of a text or bytes value, `max` bytes of it at most. */
export type TextOf = (handle: number, max: number) => string;

export class Operations {
  readonly list: Written[] = [];
  readonly names: PythonName[] = [];
  full = false;
  readonly #nameIndex = new Map<string, number>();
  readonly #imports: number[] = [];
  readonly #dotted: string[] = [];
  readonly #known = new Map<string, number>();
  readonly #alike = new Map<string, { count: number; first: number }>();
  readonly #repeated = new Map<number, number>();
  #texts = 0;
  /** Values that may still be looked at to tell this call from another. */
  #compared = 0;
  readonly #values: Values;
  readonly #textOf: TextOf;

  constructor(values: Values, textOf: TextOf) {
    this.#values = values;
    this.#textOf = textOf;
  }

  /** A name is looked up; its index among the names. */
  import(found: PythonName, offset: number): number {
    const key = `${found.module}\0${found.name}`;
    const known = this.#nameIndex.get(key);
    if (known !== undefined) {
      const operation = this.list[this.#imports[known] as number] as Written;
      operation.count = (operation.count ?? 1) + 1;
      return known;
    }
    if (this.list.length >= OPERATIONS_MAX) {
      this.full = true;
      // Past the limit all names are one; the scan is undecided by then.
      return this.names.length - 1;
    }
    const index = this.names.push(found) - 1;
    this.#nameIndex.set(key, index);
    this.#imports[index] = this.list.length;
    this.#dotted[index] = dotted(found);
    this.list.push({ use: "import", ...found, arguments: [], text: dotted(found), offset });
    return index;
  }

  /** A name is called, or an object of it made; the index of the operation. */
  call(use: "call" | "new", callee: number, args: number, offset: number): number {
    const kind = this.#values.kind(callee);
    const index = this.#values.at[callee >> 1] as number;
    const name = kind === Kind.Global ? this.names[index] : undefined;
    const full = name ? (this.#dotted[index] as string) : "";
    const byText = TEXT_DECIDES.has(full);
    const usual = use === "call" && name && !byText ? this.#usual(index, args) : -1;
    const repeated = usual < 0 ? undefined : this.#repeated.get(usual);
    if (repeated !== undefined) return this.#again(repeated);
    const operands = this.#values.isContainer(args) ? this.#values.items(args) : Int32Array.of(args);
    if (name && MAKERS.has(full) && operands.length > 0) {
      const made = operands[0] as number;
      if (this.#values.kind(made) === Kind.Global)
        return this.#record("new", made, operands.subarray(1), offset, { method: name.name });
    }
    return this.#record(use, callee, operands, offset, { byText, usual });
  }

  #record(
    use: "call" | "new",
    callee: number,
    operands: Int32Array,
    offset: number,
    { byText = false, usual = -1, method }: { byText?: boolean; usual?: number; method?: string },
  ): number {
    this.#compared = COMPARED_MAX;
    const { marks, shape } = this.#signature(operands, byText, 0);
    const calleeKey = this.#identity(callee);
    const key = `${calleeKey} ${use} ${shape} ${marks}`;
    const alike = this.#alike.get(key);
    if (alike && (marks !== "" || alike.count >= ALIKE_MAX)) {
      if (usual >= 0) this.#repeated.set(usual, alike.first);
      return this.#again(alike.first);
    }
    if (this.list.length >= OPERATIONS_MAX || this.#texts > TEXTS_MAX) {
      this.full = true;
      return this.list.length - 1;
    }
    const kind = this.#values.kind(callee);
    const target = this.#values.at[callee >> 1] as number;
    const name = kind === Kind.Global ? this.names[target] : undefined;
    const given = Array.from(operands.subarray(0, ARGUMENTS_MAX));
    const said = this.#render(callee, RENDERED_MAX / 2);
    const inside = given.map((handle) => this.#render(handle, 160)).join(", ");
    const operation: Written = {
      use,
      ...(name ?? { name: said }),
      ...(kind === Kind.Result ? { callee: target } : {}),
      ...(method === undefined ? {} : { method }),
      arguments: given.map((handle) => this.#argument(handle)),
      text: clip(use === "new" ? `${said}.__new__(${inside})` : `${said}(${inside})`, RENDERED_MAX),
      offset,
    };
    const index = this.list.push(operation) - 1;
    if (alike) alike.count++;
    else this.#alike.set(key, { count: 1, first: index });
    return index;
  }

  /** What stands at `target` is given a state, or items, or is changed itself. */
  state(target: number, state: number, offset: number, how: string): void {
    const kind = this.#values.kind(target);
    if (kind !== Kind.Global && kind !== Kind.Result) return;
    const index = this.#values.at[target >> 1] as number;
    const made = kind === Kind.Global ? undefined : this.list[index];
    const code = this.#stateCode(made, state);
    const key = `${how} ${kind} ${index} ${code ? JSON.stringify(code) : ""}`;
    const known = this.#known.get(key);
    if (known !== undefined) {
      this.#again(known);
      return;
    }
    if (this.list.length >= OPERATIONS_MAX) {
      this.full = true;
      return;
    }
    const name = made
      ? { ...(made.module === undefined ? {} : { module: made.module }), name: made.name }
      : this.names[index];
    const said = this.#render(target, 200);
    const operation: Written = {
      use: kind === Kind.Global ? "patch" : "state",
      ...(name ?? { name: said }),
      ...(made ? { callee: index } : {}),
      method: how,
      arguments: [this.#argument(state), ...(code ? [code] : [])],
      text: clip(`${said}.${how}(${this.#render(state, 200)})`, RENDERED_MAX),
      offset,
    };
    this.#known.set(key, this.list.push(operation) - 1);
  }

  /** The text in a state that the class runs as a program; `other` where the state does not show whether it has one. */
  #stateCode(made: Written | undefined, state: number): Argument | undefined {
    const hidden: Argument | undefined = STATES_WITH_CODE.test(made?.module ?? "")
      ? { kind: "other", text: "state that cannot be looked at in full" }
      : undefined;
    const kind = this.#values.kind(state);
    if (kind === Kind.None) return undefined;
    if (kind !== Kind.Dict) return hidden;
    const items = this.#values.items(state);
    for (let i = 0; i + 1 < items.length; i += 2) {
      const key = items[i] as number;
      const keyKind = this.#values.kind(key);
      if (keyKind !== Kind.Text && keyKind !== Kind.Spelled) {
        if (hidden) return hidden;
      } else if (
        this.#values.count[key >> 1] === STATE_CODE_KEY.length &&
        this.#textOf(key, SHORT_MAX) === STATE_CODE_KEY
      )
        return this.#argument(items[i + 1] as number);
    }
    return items.length >= KEPT_MAX ? hidden : undefined;
  }

  /** A number for a call of a name with a few operands that are numbers or bytes, of which there may be millions; -1 for any
   * other. */
  #usual(name: number, args: number): number {
    const values = this.#values;
    if (values.kind(args) !== Kind.Tuple) return -1;
    const count = values.count[args >> 1] as number;
    if (count > 4) return -1;
    const start = values.at[args >> 1] as number;
    let code = name;
    for (let i = 0; i < count; i++) {
      const handle = values.kept[start + i] as number;
      const kind = values.kind(handle);
      if (kind !== Kind.Bytes && kind > Kind.Number) return -1;
      code = code * 3 + (kind === Kind.Bytes ? 1 : (handle & 1) === 1 ? 2 : 0);
    }
    return code * 5 + count;
  }

  #again(index: number): number {
    const operation = this.list[index] as Written;
    operation.count = (operation.count ?? 1) + 1;
    return index;
  }

  #identity(handle: number): number {
    const kind = this.#values.kind(handle);
    const at = this.#values.at[handle >> 1] as number;
    return kind === Kind.Global ? at * 4 : kind === Kind.Result ? at * 4 + 1 : kind * 4 + 2;
  }

  /** What of the operands bears on what is called: names and results exactly, of the others whether they are plain. */
  #signature(operands: Int32Array, byText: boolean, depth: number): { readonly marks: string; readonly shape: string } {
    let marks = "";
    let shape = "";
    const { length } = operands;
    for (let i = 0; i < length && this.#compared > 0; i++) {
      this.#compared--;
      const handle = operands[i] as number;
      if ((handle & 1) === 1) {
        if (byText) marks += ` ${handle >> 1}`;
        shape += "n";
        continue;
      }
      const kind = this.#values.kinds[handle >> 1] as number;
      if (kind === Kind.Global || kind === Kind.Result) marks += ` ${i}:${kind}.${this.#values.at[handle >> 1]}`;
      else if (kind >= Kind.Tuple && kind <= Kind.Set && depth < DEPTH_MAX) {
        const inside = this.#signature(this.#values.items(handle), byText, depth + 1);
        if (inside.marks !== "") marks += ` ${i}(${inside.marks})`;
        shape += "c";
      } else if (kind === Kind.Text || kind === Kind.Spelled) {
        const short = (this.#values.count[handle >> 1] as number) <= SHORT_MAX;
        // One text in a long list of names decides: a codec, an attribute. Long texts decide nothing.
        if (byText && short) marks += ` ${i}${JSON.stringify(this.#textOf(handle, SHORT_MAX))}`;
        if (depth === 0) shape += short && PLAIN.test(this.#textOf(handle, SHORT_MAX)) ? "p" : "t";
      } else shape += kind === Kind.Bytes ? "b" : "o";
    }
    return { marks, shape: shape.slice(0, 64) };
  }

  #argument(handle: number): Argument {
    if ((handle & 1) === 1) return { kind: "number", value: handle >> 1 };
    const at = this.#values.at[handle >> 1] as number;
    switch (this.#values.kind(handle)) {
      case Kind.Text:
      case Kind.Spelled:
      case Kind.Bytes:
        return this.#kept(this.#textOf(handle, TEXT_MAX));
      case Kind.Global: {
        const found = this.names[at] as PythonName;
        return { kind: "global", module: found.module, name: found.name };
      }
      case Kind.Result:
        return { kind: "result", of: at };
      default:
        return { kind: "other", text: this.#render(handle, RENDERED_MAX) };
    }
  }

  #kept(text: string): Argument {
    this.#texts += text.length;
    return { kind: "text", text };
  }

  #render(handle: number, max: number, depth = 0): string {
    if ((handle & 1) === 1) return String(handle >> 1);
    const values = this.#values;
    const at = values.at[handle >> 1] as number;
    const kind = values.kind(handle);
    switch (kind) {
      case Kind.None:
        return "None";
      case Kind.True:
        return "True";
      case Kind.False:
        return "False";
      case Kind.Text:
      case Kind.Spelled:
        return clip(JSON.stringify(this.#textOf(handle, max)), max);
      case Kind.Bytes:
        return clip(`b${JSON.stringify(this.#textOf(handle, max))}`, max);
      case Kind.Global:
        return dotted(this.names[at] as PythonName);
      case Kind.Result:
        return clip(this.list[at]?.text ?? "…", max);
      case Kind.Persistent:
        return `persistent_load(${depth > DEPTH_MAX ? "…" : this.#render(at, max - 20, depth + 1)})`;
      case Kind.Number:
        return "number";
      case Kind.Forgotten:
        return "(…)";
      default: {
        if (depth > DEPTH_MAX || max < 8) return kind === Kind.Dict ? "{…}" : "(…)";
        const parts: string[] = [];
        let left = max;
        for (const item of values.items(handle)) {
          const part = left < 8 ? "…" : this.#render(item, left, depth + 1);
          parts.push(part);
          left -= part.length + 2;
          if (part === "…") break;
        }
        if (kind === Kind.Dict) {
          const pairs: string[] = [];
          for (let i = 0; i < parts.length; i += 2) pairs.push(`${parts[i]}: ${parts[i + 1] ?? "…"}`);
          return `{${pairs.join(", ")}}`;
        }
        const [open, close] = kind === Kind.Tuple ? "()" : kind === Kind.List ? "[]" : "{}";
        return `${open}${parts.join(", ")}${kind === Kind.Tuple && parts.length === 1 ? "," : ""}${close}`;
      }
    }
  }
}

const dotted = ({ module, name }: PythonName): string => `${module}.${name}`;
const clip = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, Math.max(0, max - 1))}…`;
