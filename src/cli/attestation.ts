// The work behind `bezoar attest`: digest the folder, put the statement together, sign it, add it to the claims.
import { createHash } from "node:crypto";
import { basename, resolve } from "node:path";
import { canonicalJson } from "../base/canonical.ts";
import { LIMITS } from "../base/limits.ts";
import { quote, visible } from "../base/escape.ts";
import { yaml } from "../base/yaml.ts";
import { badConfig, ToolError, usage } from "../core/errors.ts";
import type { ScanReport } from "../core/report.ts";
import { gitTree, type GitFile } from "../core/git-digest.ts";
import type { FileDigest } from "../core/tree-digest.ts";
import { gitBlobOf, type TreeFile } from "../sources/strict-tree.ts";
import { bomSubjectMatches } from "../attest/bom.ts";
import { isAbout, readClaims } from "../attest/claims.ts";
import { MODEL_SIGNATURE, nameTroubles, readModelManifest, treeSubject } from "../attest/model-signing.ts";
import { kindOf, PREDICATES, type ClaimKind } from "../attest/predicates.ts";
import { Refused } from "../core/refusal.ts";
import { scanPassed, scanStatement } from "../attest/scan-result.ts";
import { statement, type Statement, type Subject } from "../attest/statement.ts";
import { isObject, strictObject } from "../attest/strict-json.ts";
import { summaryStatement } from "../attest/summary.ts";
import { parseRun, trainingStatement, withRevision, type Input, type ResolvedInput } from "../attest/training.ts";
import { vexStatement, type VexStatus } from "../attest/vex.ts";
import { decideClaims, type ClaimRule } from "../policy/claims.ts";
import { exitCode } from "../policy/decide.ts";
import { plural } from "../report/figures.ts";
import { addClaim, readClaimsFile } from "./claims-file.ts";
import { checkOutput, print } from "./output.ts";
import { digestsOf, listTree, readNamed, signerOf, trustOf, type SignFlags, type TrustFlags } from "./signing.ts";
import { version } from "./version.ts";

export interface AttestFlags extends SignFlags {
  claims: string;
  ignore?: string[];
}
export interface ScanFlags extends AttestFlags {
  report?: string;
}
export interface TrainFlags extends AttestFlags {
  run: string;
}
export interface VsaFlags extends AttestFlags, TrustFlags {
  require?: string[];
  resourceUri?: string;
}
export interface BomFlags extends AttestFlags {
  bom: string;
}
export interface VexFlags extends AttestFlags {
  advisory: string;
  status: VexStatus;
  justification?: string;
  action?: string;
  author: string;
}

export interface DigestedTree {
  readonly files: readonly FileDigest[];
  readonly listed: readonly TreeFile[];
  readonly subject: Subject;
}

/** Digests a folder as a subject; anything in it that cannot be digested ends the work. */
export async function digestTree(
  folder: string,
  options: { readonly beside: string; readonly ignore?: readonly string[] },
  signal: AbortSignal,
): Promise<DigestedTree> {
  const tree = listTree(folder, options.beside, { leaveOut: options.ignore ?? [] });
  const [trouble] = tree.troubles;
  if (trouble) throw new ToolError("unsupported", `${visible(folder)} cannot be attested. ${trouble.message}`);
  if (tree.files.length === 0) throw new ToolError("unsupported", `${visible(folder)} holds no file.`);
  const files = await digestsOf(tree.files, signal);
  const [bad] = nameTroubles(files);
  if (bad) throw new ToolError("unsupported", `${visible(folder)} cannot be attested. ${bad.message}`);
  return { files, listed: tree.files, subject: treeSubject(tree.name, files) };
}

async function state(
  folder: string,
  flags: AttestFlags,
  signal: AbortSignal,
  make: (tree: DigestedTree) => Statement<unknown> | Promise<Statement<unknown>>,
): Promise<void> {
  checkOutput(flags.claims);
  const signer = await signerOf(flags);
  const tree = await digestTree(
    folder,
    { beside: flags.claims, ...(flags.ignore ? { ignore: flags.ignore } : {}) },
    signal,
  );
  try {
    await addClaim(flags.claims, signer, await make(tree));
  } catch (error) {
    if (error instanceof Refused) throw new ToolError("unsupported", `${visible(folder)}: ${error.message}`);
    throw error;
  }
  await print(
    `Added to ${visible(flags.claims)}: a statement about ${plural(tree.files.length, "file")} of ${visible(folder)}.\n`,
  );
}

export async function attestScan(folder: string, flags: ScanFlags, signal: AbortSignal): Promise<void> {
  await state(folder, flags, signal, async ({ files, subject }) => {
    if (flags.report !== undefined) {
      const bytes = readNamed(flags.report, LIMITS.signatureBytesMax);
      return scanStatement(subject, files, { report: reportOf(bytes, flags.report), reportSha256: sha256(bytes) });
    }
    const [{ scan, cards }, { renderJson }] = await Promise.all([import("./pipeline.ts"), import("../report/json.ts")]);
    const { report } = await scan([folder], { signal });
    return scanStatement(subject, files, {
      report,
      reportSha256: sha256(renderJson(report)),
      detectors: [...cards.keys()],
    });
  });
}

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

/** A report as `bezoar scan --format json` writes it. */
export function reportOf(bytes: Buffer, where: string): ScanReport {
  try {
    const json = strictObject(bytes, "statement-malformed", "It");
    if (json["schema"] !== "bezoar.report/v1" || !Array.isArray(json["artifacts"]) || !Array.isArray(json["findings"]))
      throw badConfig(where, "is not a report that bezoar scan --format json wrote.");
    return json as unknown as ScanReport;
  } catch (error) {
    if (error instanceof Refused) throw badConfig(where, error.message);
    throw error;
  }
}

export async function attestTrain(folder: string, flags: TrainFlags, signal: AbortSignal): Promise<void> {
  const run = parseRun(documentOf(readNamed(flags.run), flags.run), flags.run);
  await state(folder, flags, signal, async ({ subject }) => {
    const resolved: ResolvedInput[] = [];
    for (const input of run.inputs) resolved.push(await resolveInput(input, flags, signal));
    return trainingStatement(subject, run, resolved);
  });
}

/** What is here is read; what is not must have been given with a digest. */
async function resolveInput(input: Input, flags: TrainFlags, signal: AbortSignal): Promise<ResolvedInput> {
  const declared = withRevision(input.digest ?? {}, input.uri);
  if (input.path !== undefined) {
    const place = resolve(flags.run, "..", input.path);
    const { subject, listed } = await digestTree(
      place,
      { beside: resolve(place, "..", basename(flags.claims)) },
      signal,
    );
    const found = {
      ...subject.digest,
      ...(declared["gitTree"] === undefined ? {} : { gitTree: await gitTreeOf(listed, signal) }),
    };
    for (const [algorithm, hex] of Object.entries(found))
      if (declared[algorithm] !== undefined && declared[algorithm] !== hex)
        throw new ToolError(
          "unsupported",
          `${visible(input.path)} is not what the run file says: its ${algorithm} is ${hex.slice(0, 16)}….`,
        );
    return { ...input, digest: { ...declared, ...subject.digest }, evidence: "observed" };
  }
  if (Object.keys(declared).length === 0)
    throw badConfig(
      flags.run,
      `${quote(input.uri ?? "")} has no digest, so it could be anything. Give a path, a digest, or a revision of 40 hex digits after @.`,
    );
  return { ...input, digest: declared, evidence: "declared" };
}

async function gitTreeOf(files: readonly TreeFile[], signal: AbortSignal): Promise<string> {
  const named: GitFile[] = [];
  for (const file of files)
    named.push({ path: file.path, blob: await gitBlobOf(file, signal), executable: file.executable ?? false });
  return gitTree(named) ?? "none";
}

function documentOf(bytes: Buffer, where: string): unknown {
  const document = yaml().parseDocument(bytes.toString("utf8"), { uniqueKeys: true });
  const [broken] = document.errors;
  if (broken) throw badConfig(where, broken.message);
  return document.toJS({ maxAliasCount: 0 }) as unknown;
}

export async function attestBom(folder: string, flags: BomFlags, signal: AbortSignal): Promise<void> {
  const bytes = readNamed(flags.bom, LIMITS.signatureBytesMax);
  await state(folder, flags, signal, ({ subject }) => {
    const bom = strictObject(bytes, "statement-malformed", "The bill of materials");
    if (bom["bomFormat"] !== "CycloneDX") throw badConfig(flags.bom, "is not a CycloneDX document.");
    if (!bomSubjectMatches(bom, subject))
      throw badConfig(flags.bom, "is about other bytes. Write it again with bezoar bom.");
    return statement([subject], PREDICATES.bom, bom);
  });
}

export async function attestVex(folder: string, flags: VexFlags, signal: AbortSignal): Promise<void> {
  await state(folder, flags, signal, ({ subject }) =>
    vexStatement(subject, {
      advisory: flags.advisory,
      status: flags.status,
      author: flags.author,
      at: new Date(),
      version,
      ...(flags.justification === undefined ? {} : { justification: flags.justification }),
      ...(flags.action === undefined ? {} : { action: flags.action }),
    }),
  );
}

/** Rules for the kinds that `--require` names. A model signature holds where its manifest does and fits `files`. */
export function rulesFor(kinds: readonly string[], files: readonly FileDigest[]): ClaimRule[] {
  return kinds.map((kind): ClaimRule => {
    if (!Object.hasOwn(PREDICATES, kind))
      throw usage(`--require knows ${Object.keys(PREDICATES).join(", ")}, and not ${JSON.stringify(kind)}.`);
    const predicateType = PREDICATES[kind as ClaimKind];
    const rule = { kind, predicateType };
    if (kind === "scan") return { ...rule, holds: scanPassed };
    if (kind === "vsa") return { ...rule, holds: ({ predicate }) => predicate["verificationResult"] === "PASSED" };
    if (kind === "vex") return { ...rule, holds: notAffected };
    if (kind === "signature") return { ...rule, holds: (signed) => fits(signed, files) };
    return rule;
  });
}

function notAffected({ predicate }: Statement): boolean {
  const { statements } = predicate;
  return (
    Array.isArray(statements) &&
    (statements as unknown[]).every((s) => isObject(s) && (s["status"] === "not_affected" || s["status"] === "fixed"))
  );
}

/** The OMS root binds no names, so a signature is about a tree only if its manifest is that of the tree. */
function fits(signed: Statement, files: readonly FileDigest[]): boolean {
  if (signed.predicateType !== MODEL_SIGNATURE) return false;
  try {
    const manifest = new Map(readModelManifest(signed).files.map(({ path, sha256 }) => [path, sha256]));
    return manifest.size === files.length && files.every(({ path, sha256 }) => manifest.get(path) === sha256);
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

export async function attestVsa(folder: string, flags: VsaFlags, signal: AbortSignal): Promise<void> {
  if (!flags.require || flags.require.length === 0)
    throw usage("Say what must have been attested: --require scan,train.");
  const trust = await trustOf(flags);
  const bytes = readClaimsFile(flags.claims);
  let passed = false;
  let because: readonly string[] = [];
  const kinds = [...new Set(flags.require)].sort();
  await state(folder, flags, signal, ({ files, subject }) => {
    const { verified, troubles } = readClaims(bytes, [trust]);
    const decision = decideClaims(verified, rulesFor(kinds, files), (claim) => isAbout(claim, subject));
    passed = decision.verdict === "pass";
    because = [
      ...decision.reasons.map(({ code, message }) => `${message} [${code}]`),
      ...troubles.map(({ lineNumber, code, message }) => `Line ${lineNumber} counts for nothing: ${message} [${code}]`),
    ];
    return summaryStatement(subject, {
      passed,
      at: new Date(),
      resourceUri: flags.resourceUri ?? `file:${basename(resolve(folder))}`,
      version,
      policySha256: sha256(canonicalJson({ require: kinds })),
      inputs: decision.used
        .filter(({ value }) => kindOf(value.predicateType) !== undefined)
        .map(({ bundleSha256 }) => bundleSha256),
    });
  });
  await print(
    `${passed ? "Verified" : "Refused"}: ${kinds.join(", ")}.\n${because.map((line) => `  ${line}\n`).join("")}`,
  );
  process.exitCode = exitCode(passed ? "pass" : "fail");
}
