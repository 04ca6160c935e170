// Findings and coverage to a verdict. A pass needs every artifact looked at in full and nothing at or above the
// threshold; what could not be looked at is undecided, never a pass.
import type { ArtifactReport, Finding, Reason, Verdict } from "../core/report.ts";
import { atLeast, type Severity } from "../core/severity.ts";

export interface Waiver {
  readonly detector: string;
  /** Only for this artifact (its URI), or for these bytes (their sha256) and what is packed in them. Neither: everywhere. */
  readonly uri?: string;
  readonly sha256?: string;
  readonly reason: string;
  readonly owner: string;
  /** The last day on which it holds, YYYY-MM-DD, in UTC. */
  readonly expires: string;
}

export interface Policy {
  readonly failOn: Severity;
  readonly waivers: readonly Waiver[];
  /** YYYY-MM-DD. */
  readonly today: string;
}

export interface Decision {
  readonly verdict: Verdict;
  readonly reasons: Reason[];
  readonly findings: Finding[];
  /** The artifacts, each with its own verdict. */
  readonly artifacts: ArtifactReport[];
}

export function decide(artifacts: readonly ArtifactReport[], findings: readonly Finding[], policy: Policy): Decision {
  const live = policy.waivers.filter(({ expires }) => expires >= policy.today);
  const digests = new Map(artifacts.map(({ uri, sha256 }) => [uri, sha256]));
  const covers = (waiver: Waiver, finding: Finding): boolean =>
    waiver.detector === finding.detector &&
    (waiver.uri === undefined || waiver.uri === finding.location.uri) &&
    (waiver.sha256 === undefined || filesOf(finding.location.uri).some((uri) => waiver.sha256 === digests.get(uri)));
  const judged = findings.map((finding): Finding => {
    const waiver = live.find((candidate) => covers(candidate, finding));
    return waiver
      ? { ...finding, waived: { reason: waiver.reason, owner: waiver.owner, expires: waiver.expires } }
      : finding;
  });
  const reasons: Reason[] = [];
  const failing = judged.filter((finding) => !finding.waived && atLeast(finding.severity, policy.failOn));
  if (failing.length > 0) {
    const detectors = [...new Set(failing.map(({ detector }) => detector))];
    const named = detectors.slice(0, 5).join(", ") + (detectors.length > 5 ? ` and ${detectors.length - 5} more` : "");
    reasons.push({
      code: "finding",
      message: `${failing.length} finding${failing.length === 1 ? "" : "s"} at or above ${policy.failOn}: ${named}.`,
    });
  }
  const unseen = artifacts.filter(({ coverage }) => coverage.status !== "full");
  if (unseen.length > 0) {
    reasons.push({
      code: "coverage",
      message:
        artifacts.length === 1
          ? "The file could not be looked at in full."
          : `${unseen.length} of ${artifacts.length} files could not be looked at in full.`,
    });
  }
  // What could not be looked at has been said; this is about what was, and held nothing.
  const nothing = unseen.length === 0 && artifacts.every(isEmpty);
  if (nothing) reasons.push({ code: "nothing-scanned", message: "There was nothing to scan." });
  for (const waiver of policy.waivers) {
    if (waiver.expires < policy.today && findings.some((finding) => covers(waiver, finding))) {
      reasons.push({
        code: "waiver-expired",
        message: `The waiver for ${waiver.detector} by ${waiver.owner} expired on ${waiver.expires}.`,
      });
    }
  }
  const verdict: Verdict = failing.length > 0 ? "fail" : unseen.length > 0 || nothing ? "undecided" : "pass";
  return { verdict, reasons, findings: judged, artifacts: eachDecided(artifacts, failing) };
}

/** What holds the bytes of an artifact, itself first: `a.zip!b.pt!c.pkl`, `a.zip!b.pt`, `a.zip`. */
function filesOf(uri: string): string[] {
  const files = [uri];
  for (let at = uri.lastIndexOf("!"); at > 0 && files.length < HOLDERS_MAX; at = uri.lastIndexOf("!", at - 1))
    files.push(uri.slice(0, at));
  return files;
}

/** Containers in containers, and names with a `!` of their own (CWE-834). */
const HOLDERS_MAX = 64;

/** A file answers for everything in it: `a.zip` for `a.zip!b.jsonl`. */
function eachDecided(artifacts: readonly ArtifactReport[], failing: readonly Finding[]): ArtifactReport[] {
  const failed = new Set(failing.flatMap(({ location }) => around(location.uri)));
  const unseen = new Set(
    artifacts
      .filter(({ kind, coverage, bytes }) => coverage.status !== "full" || (bytes === 0 && kind !== "archive"))
      .flatMap(({ uri }) => around(uri)),
  );
  return artifacts.map((artifact) => ({
    ...artifact,
    verdict: failed.has(artifact.uri) ? "fail" : unseen.has(artifact.uri) ? "undecided" : "pass",
  }));
}

/** The URI itself and every prefix of it that may be the URI of a container. Names nest a bounded number of times. */
function around(uri: string): string[] {
  const uris = [uri];
  for (let at = uri.lastIndexOf("!"); at > 0 && uris.length < CONTAINERS_MAX; at = uri.lastIndexOf("!", at - 1))
    uris.push(uri.slice(0, at));
  return uris;
}
const CONTAINERS_MAX = 64;

/** An archive stands for its members, which are artifacts of their own. */
const isEmpty = ({ bytes, kind, coverage }: ArtifactReport): boolean =>
  bytes === 0 || kind === "archive" || coverage.problems.some(({ code }) => code === "empty");

export const exitCode = (verdict: Verdict): 0 | 1 | 2 => (verdict === "pass" ? 0 : verdict === "fail" ? 1 : 2);
