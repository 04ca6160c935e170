// What is found of a signed tree or of claims, as a check: bounded, with the verdict that its refusals make.
import { verdictOf, type Check } from "../core/check.ts";

const REFUSALS_MAX = 1000;

export function verification(
  target: string,
  found: Pick<Check, "refusals"> & Partial<Pick<Check, "signer" | "root" | "bundleSha256" | "files" | "notes">>,
): Check {
  const { refusals, files = 0, notes = [], ...rest } = found;
  const leftOut = refusals.length - REFUSALS_MAX;
  return {
    target,
    verdict: verdictOf(refusals),
    ...rest,
    files,
    refusals: refusals.slice(0, REFUSALS_MAX),
    ...(leftOut > 0 ? { refusalsLeftOut: leftOut } : {}),
    notes,
  };
}
