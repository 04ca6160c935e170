// The answer to "is this what was signed, and by whom": `bezoar.verification/v1`. Refusals are listed, not thrown, so that
// a reader sees every changed file at once and a program can tell one reason from another by its code.
import { SIGNATURE_REFUSALS, type Refusal, type RefusalCode } from "./refusal.ts";
import type { SignerName } from "./verified.ts";

export interface Verification {
  readonly schema: "bezoar.verification/v1";
  readonly target: string;
  /** Undecided: nothing is wrong with what could be read, and not all of it could. */
  readonly verdict: "pass" | "fail" | "undecided";
  /** Who signed. Absent where that did not hold. */
  readonly signer?: SignerName;
  /** The OMS root that was signed, hex. */
  readonly root?: string;
  readonly bundleSha256?: string;
  /** Files whose bytes were compared. */
  readonly files: number;
  readonly refusals: readonly Refusal[];
  /** How many more there were. */
  readonly refusalsLeftOut: number;
  /** What a reader should know although it does not count against it. */
  readonly notes: readonly string[];
}

const UNDECIDED: ReadonlySet<RefusalCode> = new Set<RefusalCode>(["tree-unreadable", "tree-limit"]);
const REFUSALS_MAX = 1000;

export function verification(
  target: string,
  found: {
    readonly refusals: readonly Refusal[];
    readonly signer?: SignerName;
    readonly root?: string;
    readonly bundleSha256?: string;
    readonly files?: number;
    readonly notes?: readonly string[];
  },
): Verification {
  const { refusals, files = 0, notes = [], ...rest } = found;
  return {
    schema: "bezoar.verification/v1",
    target,
    verdict: refusals.length === 0 ? "pass" : refusals.every(({ code }) => UNDECIDED.has(code)) ? "undecided" : "fail",
    ...rest,
    files,
    refusals: refusals.slice(0, REFUSALS_MAX),
    refusalsLeftOut: Math.max(0, refusals.length - REFUSALS_MAX),
    notes,
  };
}

/** 0 pass, 1 refused, 2 undecided; where asked for, the first refusal's own code in place of 1 and 2. */
export function verificationExitCode({ verdict, refusals }: Verification, detailed = false): number {
  const [first] = refusals;
  if (detailed && first) return SIGNATURE_REFUSALS[first.code];
  return verdict === "pass" ? 0 : verdict === "fail" ? 1 : 2;
}
