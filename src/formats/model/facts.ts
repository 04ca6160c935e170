// Irregularities as a reader collects them: a few of each kind, because whoever wrote the file chooses how many there are.
import type { Irregularity } from "../../core/model.ts";

const SHOWN = 3;

export class Facts {
  readonly all: Irregularity[] = [];
  readonly #counts = new Map<string, number>();

  say(code: string, message: string, offset?: number, values?: Irregularity["values"]): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count > SHOWN) return;
    this.all.push({
      code,
      message,
      ...(offset === undefined ? {} : { offset }),
      ...(values ? { values } : {}),
    });
  }

  has(code: string): boolean {
    return this.#counts.has(code);
  }
}
