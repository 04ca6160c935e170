// Operations as a reader collects them: equal ones are counted, not listed, because a graph repeats a few hundred kinds
// a million times.
import { problem, type Part } from "../../core/format.ts";
import type { Irregularity, Loader, Operation } from "../../core/model.ts";

/** Different operations of one part (CWE-770); ordinary models have a few hundred. */
const DIFFERENT_MAX = 20_000;
const TEXT_MAX = 400;

export class Operations {
  /** Some were left out. */
  #dropped = false;
  readonly #known = new Map<string, { operation: Operation; count: number }>();

  add(operation: Operation): void {
    const { use, module = "", name, arguments: given, text } = operation;
    const key = `${use}\0${module}\0${name}\0${use === "path" || given.length === 0 ? "" : text}`;
    const known = this.#known.get(key);
    if (known) known.count++;
    else if (this.#known.size >= DIFFERENT_MAX) this.#dropped = true;
    else this.#known.set(key, { operation: { ...operation, text: text.slice(0, TEXT_MAX) }, count: 1 });
  }

  /** The model that they are of, and that some of them were left out. */
  *parts(loader: Loader, irregularities: readonly Irregularity[] = []): Generator<Part> {
    yield { kind: "model", loader, operations: this.list(), irregularities };
    if (this.#dropped)
      yield problem("limit", "The model does more different things than are listed. The rest was not looked at.");
  }

  list(): Operation[] {
    return [...this.#known.values()].map(({ operation, count }) => (count > 1 ? { ...operation, count } : operation));
  }
}
