// A file behind a URL as a ByteSource, by range requests (RFC 9110 section 14). Every answer must be a part of the same
// file: same total, same validator; a file that changes between two ranges would be judged by neither version. A stream
// that breaks is taken up again where it broke.
import type { ByteSource } from "../core/bytes.ts";
import type { ArtifactLocation } from "../core/artifact.ts";
import { LIMITS } from "../base/limits.ts";
import { quote } from "../base/escape.ts";
import { sourceRefused, sourceUnreachable, ToolError, type Absent } from "../core/errors.ts";
import { pause, reason, request, type HttpAnswer, type HttpRequest, type HttpSettings } from "./http.ts";
import type { Reach } from "./address.ts";

export interface HttpFile {
  readonly uri: string;
  readonly name: string;
  readonly location: Extract<ArtifactLocation, { type: "http" }>;
  readonly bearer?: string;
  /** The commit that every answer of a Hub must be of. */
  readonly revision?: string;
}

const BREAKS_MAX = 6;
/** A stream that breaks again before this much has come did not recover. */
const PROGRESS_BYTES = 1024 * 1024;

export function httpSource(file: HttpFile, settings: HttpSettings): ByteSource {
  const { uri, location } = file;
  const url = new URL(location.url);
  const sizeBytes = location.sizeBytes;
  let validator = location.etag;
  let revision = file.revision;
  // Where the last redirect led, with how far it was allowed to lead: storage links hold for minutes to an hour, and
  // asking the Hub again for each range spends its rate limit.
  let shortcut: { readonly url: URL; readonly origin: Reach } | undefined;

  const hold = (answer: HttpAnswer, direct: boolean): void => {
    const seen = direct || revision === undefined ? validatorOf(answer) : undefined;
    validator ??= seen;
    const commit = direct ? answer.firstHeaders["x-repo-commit"] : undefined;
    if (typeof commit === "string") revision ??= commit;
    const length = answer.status === 200 ? answer.headers["content-length"] : undefined;
    const resized = sizeBytes !== undefined && length !== undefined && Number(length) !== sizeBytes;
    const moved = typeof commit === "string" && commit !== revision;
    if (!resized && !moved && (seen === undefined || seen === validator)) return;
    answer.body.destroy();
    throw changed(uri);
  };

  const ask = async (range: string | undefined): Promise<HttpAnswer> => {
    const headers = { ...location.headers, ...(range ? { range } : {}) };
    const known = shortcut;
    if (known) {
      const answer = await request(uri, known.url, { headers, origin: known.origin }, settings);
      if (answer.status === 200 || answer.status === 206) {
        hold(answer, false);
        return answer;
      }
      // The link has expired: ask where the file is now.
      answer.body.destroy();
      if (shortcut === known) shortcut = undefined;
    }
    const asked: HttpRequest = { headers, ...(file.bearer === undefined ? {} : { bearer: file.bearer }) };
    const answer = await request(uri, url, asked, settings);
    if (answer.status !== 200 && answer.status !== 206) {
      answer.body.destroy();
      throw refusal(uri, answer, file.bearer !== undefined);
    }
    hold(answer, true);
    if (answer.url.origin !== url.origin) shortcut = { url: answer.url, origin: answer.origin };
    return answer;
  };

  /** The body from `start`, exactly the part that was asked for. */
  const part = async (start: number, end: number): Promise<HttpAnswer> => {
    const answer = await ask(`bytes=${start}-${end - 1}`);
    try {
      if (answer.status === 206) {
        const { first, last, total } = contentRange(answer.headers["content-range"]);
        if (first !== start || last !== end - 1 || total !== sizeBytes) throw changed(uri);
      } else if (start !== 0) {
        throw sourceUnreachable(uri, "its server ignores byte ranges. Download the file, and scan that.");
      }
      return answer;
    } catch (error) {
      answer.body.destroy();
      throw error;
    }
  };

  async function* stream(start = 0, end = Infinity): AsyncIterable<Uint8Array> {
    const ranged = !location.sequential && sizeBytes !== undefined;
    const to = ranged ? Math.min(end, sizeBytes) : (sizeBytes ?? LIMITS.expandedBytesMax);
    let at = ranged ? start : 0;
    let steady = at;
    for (let breaks = 0; at < to;) {
      const whole = !ranged || (at === 0 && to === sizeBytes);
      const answer = whole ? await ask(undefined) : await part(at, to);
      try {
        for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
          // No more than was asked for, whatever the server sends (CWE-770).
          if (at + chunk.length > to) {
            if (sizeBytes !== undefined) yield chunk.subarray(0, to - at);
            at = to;
            break;
          }
          at += chunk.length;
          yield chunk;
        }
        if (at === to && sizeBytes === undefined) throw sourceRefused(uri, `it does not end (limit expandedBytesMax).`);
        if (sizeBytes === undefined || at >= to) return;
        throw new Error(`it ended after ${at} of ${to} bytes`);
      } catch (error) {
        if (error instanceof ToolError) throw error;
        if (settings.signal?.aborted) throw new ToolError("interrupted", `${uri}: stopped.`);
        if (at - steady >= PROGRESS_BYTES) breaks = 0;
        steady = at;
        if (!ranged || ++breaks > BREAKS_MAX) throw sourceUnreachable(uri, `${reason(error)}. Try again later.`, error);
        await pause(breaks, settings);
      } finally {
        answer.body.destroy();
      }
    }
  }

  const slice = async (start: number, end: number): Promise<Uint8Array> => {
    const to = Math.min(end, sizeBytes ?? end);
    if (to <= start) return new Uint8Array(0);
    const bytes = new Uint8Array(to - start);
    let at = 0;
    for await (const chunk of stream(start, to)) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  };

  return {
    name: file.name,
    sizeBytes,
    ...(location.sequential || sizeBytes === undefined ? {} : { slice }),
    stream,
  };
}

/** What tells one version of a file from another. Behind a Hub's redirect the Hub's own header does, which names the
 * content; a content network's differs from one of its machines to the next. */
export function validatorOf(answer: HttpAnswer): string | undefined {
  const { headers, firstHeaders } = answer;
  const own =
    headers !== firstHeaders && firstHeaders["x-repo-commit"] ? undefined : (headers.etag ?? headers["last-modified"]);
  const value = firstHeaders["x-linked-etag"] ?? own;
  return typeof value === "string" ? value.replace(/^W\//, "").replaceAll('"', "") : undefined;
}

/** The fields of `Content-Range`, -1 where it says nothing usable. */
export function contentRange(header: string | undefined): { first: number; last: number; total: number } {
  const match = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/.exec(header ?? "");
  return { first: Number(match?.[1] ?? -1), last: Number(match?.[2] ?? -1), total: Number(match?.[3] ?? -1) };
}

const changed = (uri: string): ToolError =>
  sourceUnreachable(uri, "it changed while it was read. Scan again, and pin a revision where there is one.");

/** A refusal in words a person can act on. The server's own message is quoted, never trusted to be plain. */
export function refusal(
  uri: string,
  answer: Pick<HttpAnswer, "status" | "headers" | "firstHeaders">,
  withToken: boolean,
): ToolError {
  const header = (name: string): string => String(answer.headers[name] ?? answer.firstHeaders[name] ?? "");
  const code = header("x-error-code");
  const said = header("x-error-message") ? ` The server says ${quote(header("x-error-message"), 300)}.` : "";
  const { status } = answer;
  const refused = (why: string, absent?: Absent): ToolError => sourceRefused(uri, `${why}${said}`, undefined, absent);
  if (code === "GatedRepo") {
    return refused(
      "the repository is gated. Accept its terms on its page, then set HF_TOKEN to a token of that account.",
    );
  }
  if (code === "RepoNotFound") {
    return refused(
      `no such repository, or a private one. Check the name${withToken ? "" : ", or set HF_TOKEN"}.`,
      "repository",
    );
  }
  if (code === "RevisionNotFound") return refused("no such revision. Check what follows the @.", "revision");
  if (code === "EntryNotFound") return refused("no such file at this revision. Check the path.", "file");
  if (status === 401) {
    return refused(
      withToken
        ? "the token in HF_TOKEN was not accepted. Make a new one."
        : "not found, or not public. Check the name, or set HF_TOKEN.",
      withToken ? undefined : "repository",
    );
  }
  if (status === 403 || status === 451) return refused(`access is refused (HTTP ${status}).`);
  if (status === 404 || status === 410) return refused(`not found (HTTP ${status}). Check the name.`, "repository");
  if (status === 429)
    return sourceUnreachable(
      uri,
      `too many requests. Wait some minutes${withToken ? "" : ", or set HF_TOKEN"}.${said}`,
    );
  return sourceUnreachable(uri, `its server answered HTTP ${status}.${said}`);
}
