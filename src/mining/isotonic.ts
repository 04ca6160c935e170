// Isotonic regression: what classifiers are too sure of, made honest. Pure counting.

/** Steps of a score that were joined. */
export interface RisingStep {
  /** The first of them. */
  readonly first: number;
  readonly records: number;
  /** Of these records, those that have what the score is for. */
  readonly having: number;
}

/** Steps in order of a score, joined until their shares only rise (pool adjacent violators). */
export function risingSteps(records: ArrayLike<number>, having: ArrayLike<number>): RisingStep[] {
  const steps: RisingStep[] = [];
  for (let first = 0; first < records.length; first++) {
    let step = { first, records: records[first] as number, having: having[first] as number };
    for (
      let last = steps.at(-1);
      last && last.having * step.records >= step.having * last.records;
      last = steps.at(-1)
    ) {
      steps.pop();
      step = { first: last.first, records: last.records + step.records, having: last.having + step.having };
    }
    steps.push(step);
  }
  return steps;
}
