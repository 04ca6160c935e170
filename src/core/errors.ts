// Operational failures: the network, the disk, the configuration, the command line. One class, a closed set of codes,
// built only by the functions below, so that every message says what, why and what to do. Bad input is never one of
// these: it is a Problem.

export type ToolErrorCode =
  | "usage"
  | "config"
  | "target-missing"
  | "source-unreachable"
  | "source-refused"
  | "output-exists"
  | "output-failed"
  | "unsupported"
  | "interrupted";

/** What a server said is not there, for those who must tell a vanished revision from a network that is down. */
export type Absent = "repository" | "revision" | "file";

export class ToolError extends Error {
  override name = "ToolError";
  readonly code: ToolErrorCode;
  readonly absent: Absent | undefined;
  constructor(code: ToolErrorCode, message: string, cause?: unknown, absent?: Absent) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.absent = absent;
  }
}

export const usage = (message: string): ToolError => new ToolError("usage", message);
export const badConfig = (where: string, what: string): ToolError => new ToolError("config", `${where}: ${what}`);
export const targetMissing = (target: string): ToolError =>
  new ToolError("target-missing", `${target}: no such file or folder. Check the path.`);
export const sourceUnreachable = (uri: string, why: string, cause?: unknown): ToolError =>
  new ToolError("source-unreachable", `${uri}: could not be fetched: ${why}`, cause);
export const sourceRefused = (uri: string, why: string, cause?: unknown, absent?: Absent): ToolError =>
  new ToolError("source-refused", `${uri}: ${why}`, cause, absent);
export const outputExists = (path: string): ToolError =>
  new ToolError("output-exists", `${path} exists already. Name another output, or remove it first.`);
export const outputFailed = (path: string, why: string, cause?: unknown): ToolError =>
  new ToolError("output-failed", `${path}: could not be written: ${why}`, cause);
export const unsupported = (what: string, instead: string): ToolError =>
  new ToolError("unsupported", `${what}. ${instead}`);
