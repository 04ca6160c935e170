// The records of the checksum log (docs/specs/checksum-log.md): what content a commit of a repository has, and which
// repository that name was then. One line says the content, one the identity, both under the name and the commit.

export interface LogRecord {
  /** `huggingface.co/datasets/owner/name`. */
  readonly name: string;
  /** 40 hex digits. */
  readonly commit: string;
  readonly h1: string;
  /** The Hub's identity of the repository. */
  readonly identity?: string;
}

const NAME = /^[a-z0-9][a-z0-9.-]{0,200}(?::\d{1,5})?(?:\/(?:datasets|spaces))?\/[\w.-]{1,96}(?:\/[\w.-]{1,96})?$/;
const COMMIT = /^[0-9a-f]{40}$/;
const H1 = /^h1:[A-Za-z0-9+/]{43}=$/;
const IDENTITY = /^[\w.-]{1,200}$/;

export const recordKey = ({ name, commit }: Pick<LogRecord, "name" | "commit">): string => `${name}@${commit}`;

export const renderRecord = ({ name, commit, h1, identity }: LogRecord): string =>
  `${name} ${commit} ${h1}\n${identity === undefined ? "" : `${name} ${commit}/repository id:${identity}\n`}`;

/** Undefined for every text that `renderRecord` does not write. */
export function parseRecord(text: string): LogRecord | undefined {
  const [line = "", second = "", ...rest] = text.split("\n");
  const [name = "", commit = "", h1 = ""] = line.split(" ");
  const identity = second.startsWith(`${name} ${commit}/repository id:`)
    ? second.slice(second.indexOf(" id:") + 4)
    : undefined;
  if (rest.length > 1) return undefined;
  const record: LogRecord = { name, commit, h1, ...(identity === undefined ? {} : { identity }) };
  return isRecord(record) && renderRecord(record) === text ? record : undefined;
}

export const isRecord = ({ name, commit, h1, identity }: LogRecord): boolean =>
  NAME.test(name) &&
  !name.includes("..") &&
  COMMIT.test(commit) &&
  H1.test(h1) &&
  (identity === undefined || IDENTITY.test(identity));
