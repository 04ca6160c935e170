// Where the tensors of a file lie: overlaps, holes, what reaches past the end and what follows the last one. Formats
// differ in what they allow; the facts are the same.
import { quote } from "../../base/escape.ts";
import type { Facts } from "./facts.ts";

export interface Span {
  readonly name: string;
  /** Bytes [start, end) of the file. */
  readonly start: number;
  readonly end: number;
}

/**
 * Tells `facts` about tensors that should fill the file from `from`, each beginning on a multiple of `alignment` behind
 * the one before. Gives where the last one ends: a file that ends inside of well-laid tensors is a short one, which is
 * the caller's to say.
 */
export function layOut(spans: readonly Span[], from: number, facts: Facts, alignment = 1): number {
  const ordered = [...spans].sort((a, b) => a.start - b.start || a.end - b.end);
  let reached = from;
  let last = "";
  for (const { name, start, end } of ordered) {
    // An empty tensor takes no room and overlaps nothing.
    if (end === start) continue;
    const due = Math.ceil(reached / alignment) * alignment;
    if (start < reached) {
      facts.say("tensors-overlap", `The tensors ${quote(last)} and ${quote(name)} share bytes`, start, {
        first: last,
        second: name,
        sharedBytes: Math.min(reached, end) - start,
      });
    } else if (start > due) {
      facts.say("hole", `${start - due} bytes before the tensor ${quote(name)} belong to no tensor`, due, {
        bytes: start - due,
        before: name,
      });
    }
    if (end > reached) {
      reached = end;
      last = name;
    }
  }
  return reached;
}
