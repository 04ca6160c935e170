// A client of a checksum log: asks for what public entries of a lockfile are in it, keeps the latest tree head that it
// believed, and never names what is private.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, matchesGlob } from "node:path";
import { quote } from "../base/escape.ts";
import { badConfig, sourceRefused, usage } from "../core/errors.ts";
import type { Refusal } from "../core/refusal.ts";
import { hubAccess } from "../sources/hub-access.ts";
import { readBody, request, type HttpSettings } from "../sources/http.ts";
import type { LockEntry } from "../store/lockfile.ts";
import { writeDurably } from "../store/durably.ts";
import { advance, parseLookup, proveLookup, type LogTrust, type LogView } from "../tlog/client.ts";
import { parseVerifier, type NoteKey } from "../tlog/note.ts";
import { isRecord, recordKey, type LogRecord } from "../tlog/record.ts";
import type { Check } from "../core/check.ts";

export interface LogFlags {
  url: string;
  logKey: string;
  witness?: string[];
  witnesses?: number;
  ageMax?: number;
  state?: string;
  allowHttp?: boolean;
}

const ANSWER_BYTES_MAX = 2 * 1024 * 1024;

const keyOf = (text: string, flag: string): NoteKey => {
  const key = parseVerifier(existsSync(text) ? readFileSync(text, "utf8") : text);
  if (!key)
    throw usage(
      `${flag} takes a verifier key such as NAME+ID+BASE64, or a file that holds one; ${quote(text)} is none.`,
    );
  return key;
};

export class LogClient {
  readonly trust: LogTrust;
  readonly #base: URL;
  readonly #state: string;
  readonly #settings: HttpSettings;
  #latest: string;

  constructor(flags: LogFlags, signal: AbortSignal) {
    const url = URL.parse(flags.url.replace(/\/*$/, "/"));
    if (!url || (url.protocol !== "https:" && url.protocol !== "http:"))
      throw usage(`--url takes the address of a log; ${quote(flags.url)} is none.`);
    this.#base = url;
    const key = keyOf(flags.logKey, "--log-key");
    const witnesses = (flags.witness ?? []).map((text) => keyOf(text, "--witness"));
    this.trust = {
      origin: key.name,
      key,
      witnesses,
      witnessesMin: flags.witnesses ?? witnesses.length,
      ...(flags.ageMax === undefined ? {} : { ageMax: flags.ageMax }),
      now: Math.floor(Date.now() / 1000),
    };
    const home = process.env["XDG_STATE_HOME"] || join(process.env["HOME"] || homedir(), ".local", "state");
    const name = createHash("sha256").update(`${key.name} ${key.id}`).digest("hex").slice(0, 32);
    this.#state = flags.state ?? join(home, "bezoar", "log", `${name}.note`);
    this.#latest = existsSync(this.#state) ? readFileSync(this.#state, "utf8") : "";
    this.#settings = { env: process.env, signal, ...(flags.allowHttp ? { allowHttp: true } : {}) };
  }

  get latest(): string {
    return this.#latest;
  }

  async #get(path: string): Promise<Buffer | undefined> {
    const url = new URL(path, this.#base);
    const answer = await request(url.href, url, {}, this.#settings);
    if (answer.status === 404 || answer.status === 410) {
      answer.body.destroy();
      return undefined;
    }
    if (answer.status !== 200) {
      answer.body.destroy();
      throw sourceRefused(url.href, `the log answered HTTP ${answer.status}.`);
    }
    return readBody(url.href, answer, ANSWER_BYTES_MAX);
  }

  #view(): LogView {
    return { latest: this.#latest, tile: (path) => this.#get(path) };
  }

  #keep(latest: string): void {
    if (latest === this.#latest) return;
    this.#latest = latest;
    writeDurably(this.#state, latest);
  }

  /** The log's tree head now; a refusal where it does not go on from the one before. */
  async head(): Promise<{ readonly note: string; readonly size: number } | Refusal> {
    const bytes = await this.#get("checkpoint");
    if (!bytes) throw badConfig(this.#base.href, "there is no log here.");
    const note = bytes.toString("utf8");
    const before = this.#latest;
    const moved = await advance(note, this.trust, this.#view());
    if ("code" in moved) return moved;
    // The head that was kept is the later one: what is shown is the past.
    if (moved.latest === before && before !== note && before !== "")
      return {
        code: "log-rollback",
        message: `The log shows a tree of ${moved.checkpoint.size}, and a later one was seen before: it is an old state, shown again.`,
      };
    this.#keep(moved.latest);
    return { note, size: moved.checkpoint.size };
  }

  /** Undefined where the log does not know it. */
  async lookup(asked: Pick<LogRecord, "name" | "commit">): Promise<LogRecord | Refusal | undefined> {
    const bytes = await this.#get(`lookup/${encodeURIComponent(recordKey(asked))}`);
    if (!bytes) return undefined;
    const answer = parseLookup(bytes.toString("utf8"));
    if (!answer) return { code: "log-record", message: "The log's answer is malformed." };
    const proven = await proveLookup(answer, asked, this.trust, this.#view());
    if ("code" in proven) return proven;
    this.#keep(proven.latest);
    return proven.record;
  }
}

/** What a log would hold of an entry; why not, where it is none of a log's business. */
export function recordOf(entry: LockEntry, hidden: readonly string[], env: NodeJS.ProcessEnv): LogRecord | string {
  const { repository, revision, h1, id } = entry;
  if (!repository || revision === undefined) return "it is local: a log knows repositories";
  if (repository.private) return "it is private: its name does not leave this machine";
  if (id !== `hf://${repository.name}`) return "it is a part of a repository";
  const host = new URL(hubAccess(env).endpoint).host;
  const name = `${host}/${repository.name}`;
  if (hidden.some((glob) => matchesGlob(name, glob) || matchesGlob(repository.name, glob)))
    return "BEZOAR_NOLOG keeps its name on this machine";
  const record: LogRecord = {
    name,
    commit: revision,
    h1,
    ...(repository.id === undefined ? {} : { identity: repository.id }),
  };
  return isRecord(record) ? record : "its name is none that a log takes";
}

/** An entry against the log. */
export async function checkEntry(entry: LockEntry, client: LogClient, hidden: readonly string[]): Promise<Check> {
  const base = { target: entry.source, entry: entry.source, files: entry.files.length, bytes: 0 };
  const record = recordOf(entry, hidden, process.env);
  if (typeof record === "string")
    return { ...base, verdict: "pass", refusals: [], notes: [`Not asked for: ${record}.`] };
  const found = await client.lookup(record);
  if (found === undefined)
    return { ...base, verdict: "undecided", refusals: [], notes: ["The log does not know this commit."] };
  if ("code" in found) return { ...base, verdict: "fail", refusals: [found], notes: [] };
  const refusals: Refusal[] = [];
  if (found.h1 !== record.h1)
    refusals.push({
      code: "log-conflict",
      message: `Everybody else has ${found.h1} for this commit, and ${record.h1} is pinned here: you were shown other content.`,
    });
  if (found.identity !== undefined && record.identity !== undefined && found.identity !== record.identity)
    refusals.push({
      code: "repository-replaced",
      message: `The log knows this name as the repository ${quote(found.identity)}, and ${quote(record.identity)} is pinned here: the name was reused.`,
    });
  return { ...base, verdict: refusals.length > 0 ? "fail" : "pass", refusals, notes: [] };
}
