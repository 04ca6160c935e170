// How surprising a table of counts is.

/** Twice the log-likelihood ratio of a 2x2 table against independence: T. Dunning, Computational Linguistics 19(1), 1993. */
export function likelihoodRatio(a: number, b: number, c: number, d: number): number {
  const h = (x: number): number => (x > 0 ? x * Math.log(x) : 0);
  const n = a + b + c + d;
  return 2 * (h(a) + h(b) + h(c) + h(d) - h(a + b) - h(c + d) - h(a + c) - h(b + d) + h(n));
}
