// Takes items out of a list or object in bytes held in memory, each with exactly one neighbouring comma and the white
// space that belongs to it.
import { Cursor } from "./cursor.ts";

/** Gathers what to cut out of one container, [start, end) after [start, end), as its items are decided in turn. */
export class ItemCuts {
  total = 0;
  kept = 0;
  readonly #cuts: number[];
  #before = 0;
  #within = 0;

  constructor(cuts: number[]) {
    this.#cuts = cuts;
  }

  /** Before the item is decided: cuts made from here on lie within it. */
  begin(): void {
    this.#within = this.#cuts.length;
  }

  /** The comma before the first item that stays goes; every other item goes with the comma before it. */
  end(start: number, end: number, keep: boolean): void {
    if (keep) {
      if (this.kept === 0 && this.total > 0) this.#cuts.splice(this.#within, 0, this.#before, start);
      this.kept++;
    } else {
      this.#cuts.length = this.#within;
      this.#cuts.push(this.total === 0 ? start : this.#before, end);
    }
    this.total++;
    this.#before = end;
  }
}

/** Adds to `cuts` the items that `keep` says no to, by their index. */
export function cutItems(bytes: Buffer, open: number, to: number, cuts: number[], keep: (i: number) => boolean): void {
  const item = new Cursor(bytes, open, to);
  const list = new ItemCuts(cuts);
  while (item.next()) {
    list.begin();
    list.end(item.itemStart, item.end, keep(list.total));
  }
}

/** The bytes [from, to) without the cuts. */
export function* withoutCuts(
  bytes: Uint8Array,
  from: number,
  to: number,
  cuts: readonly number[],
): Generator<Uint8Array> {
  for (let i = 0; i < cuts.length; i += 2) {
    const [start = to, end = to] = [cuts[i], cuts[i + 1]];
    if (start > from) yield bytes.subarray(from, start);
    from = end;
  }
  if (from < to) yield bytes.subarray(from, to);
}
