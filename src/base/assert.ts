// Invariants of our own code. A failed one is a bug of Bezoar, never of what it reads: it is caught only at a unit's
// edge (one record, one detector, one format), where it makes the scan undecided.

export class InvariantError extends Error {
  override name = "InvariantError";
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
