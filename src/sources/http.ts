// HTTP for fetching what is scanned (RFC 9110). Redirects, retries, time and the reach of a redirect are bounded here
// and nowhere else. No compression is asked for, so that a range counts the file's own bytes. A credential goes to the
// host it is for and never follows a redirect to another.
import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { quote } from "../base/escape.ts";
import { sourceRefused, sourceUnreachable, ToolError } from "../core/errors.ts";
import { AddressRefused, checkHost, guardedLookup, isLoopbackHost, reachOf, type Reach } from "./address.ts";

/** The environment as data, so that tests set it and nothing reads `process.env` on its own. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface HttpSettings {
  readonly env: Environment;
  /** Lets plain HTTP reach hosts other than this machine. */
  readonly allowHttp?: boolean;
  readonly signal?: AbortSignal;
  /** First pause before a retry; doubles each time. */
  readonly backoffMs?: number;
}

export interface HttpRequest {
  readonly method?: "GET" | "HEAD" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sent to the first host only. */
  readonly bearer?: string;
  /** The body is a secret of the first host's: a redirect to another is refused. */
  readonly stay?: boolean;
  /** Set where the URL was reached by an earlier redirect: how far that redirect was allowed to lead. */
  readonly origin?: Reach;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The first host's headers: a redirect to a content network carries the Hub's own there. */
  readonly firstHeaders: IncomingHttpHeaders;
  readonly url: URL;
  readonly origin: Reach;
  /** Must be read to its end or destroyed. */
  readonly body: IncomingMessage;
}

const REDIRECTS_MAX = 8; // Hub, then storage, then a mirror: three are seen; a loop has no end (CWE-835).
const ATTEMPTS_MAX = 5;
const BACKOFF_MS = 500;
const PAUSE_MS_MAX = 20_000; // A server that asks us to wait an hour is a server that is down.
const SILENCE_MS_MAX = 60_000; // A connection without a byte for this long is dead (CWE-400).
const TRANSIENT = new Set([408, 429, 500, 502, 503, 504]);
/** Failures that will be the same in a second: no such host, nobody listening, a certificate that is not trusted. */
const LASTING = /^(ENOTFOUND|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|.*(CERT|TLS|SSL|SIGNATURE|SELF_SIGNED).*)$/;
const REDIRECT = new Set([301, 302, 303, 307, 308]);

/** The answer after redirects, whatever its status. Transient failures are retried. Throws a ToolError. */
export async function request(uri: string, url: URL, asked: HttpRequest, settings: HttpSettings): Promise<HttpAnswer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await follow(uri, url, asked, settings);
      if (!TRANSIENT.has(answer.status) || attempt === ATTEMPTS_MAX) return answer;
      answer.body.destroy();
      await pause(attempt, settings, answer.headers["retry-after"]);
    } catch (error) {
      if (error instanceof ToolError) throw error;
      if (error instanceof AddressRefused) throw sourceRefused(uri, `${error.message}.`);
      if (settings.signal?.aborted) throw new ToolError("interrupted", `${uri}: stopped.`);
      if (LASTING.test(codeOf(error)))
        throw sourceUnreachable(uri, `${reason(error)}. Check the address and the network.`, error);
      if (attempt === ATTEMPTS_MAX) throw sourceUnreachable(uri, `${reason(error)}. Try again later.`, error);
      await pause(attempt, settings);
    }
  }
}

/** Waits before the next attempt; `Retry-After` may lengthen it, within reason. */
export async function pause(attempt: number, settings: HttpSettings, retryAfter?: string): Promise<void> {
  const asked = Number(retryAfter ?? 0) * 1000;
  const own = (settings.backoffMs ?? BACKOFF_MS) * 2 ** (attempt - 1);
  const wait = Math.min(PAUSE_MS_MAX, Math.max(own, Number.isFinite(asked) ? asked : 0));
  try {
    await sleep(wait, undefined, settings.signal ? { signal: settings.signal } : {});
  } catch {
    throw new ToolError("interrupted", "Stopped while waiting to try again.");
  }
}

const inner = (error: unknown): unknown => (error instanceof AggregateError ? (error.errors[0] ?? error) : error);
const codeOf = (error: unknown): string => String((inner(error) as NodeJS.ErrnoException | undefined)?.code ?? "");

/** A network error in words. */
export function reason(error: unknown): string {
  const cause = inner(error);
  const said = cause instanceof Error ? cause.message : String(cause);
  return said.includes(codeOf(error)) ? said : `${said} (${codeOf(error)})`;
}

async function follow(uri: string, first: URL, asked: HttpRequest, settings: HttpSettings): Promise<HttpAnswer> {
  let url = first;
  let method = asked.method ?? "GET";
  let origin = asked.origin;
  let firstHeaders: IncomingHttpHeaders | undefined;
  let trusted = true;
  checkScheme(uri, url, first, settings);
  for (let hop = 0; hop <= REDIRECTS_MAX; hop++) {
    const headers: Record<string, string> = { "accept-encoding": "identity", "user-agent": "bezoar", ...asked.headers };
    if (asked.bearer !== undefined && trusted) headers["authorization"] = `Bearer ${asked.bearer}`;
    const body = method === "POST" ? asked.body : undefined;
    const answer = await send(url, method, headers, body, origin, settings);
    // The first host was named by the user: how near it is, is how near its redirects may lead.
    origin ??= proxied(settings.env) ? "public" : reachOf(answer.socket.remoteAddress ?? "");
    firstHeaders ??= answer.headers;
    const status = answer.statusCode ?? 0;
    const location = answer.headers.location;
    if (!REDIRECT.has(status) || location === undefined) {
      return { status, headers: answer.headers, firstHeaders, url, origin, body: answer };
    }
    answer.destroy();
    const next = URL.parse(location, url.href);
    if (!next) throw sourceRefused(uri, `it redirects to ${quote(location)}, which is no URL.`);
    checkScheme(uri, next, first, settings);
    checkHost(next.hostname, origin);
    trusted &&= next.origin === first.origin;
    if (asked.stay && !trusted)
      throw sourceRefused(uri, `it redirects to ${quote(next.origin)}, and what was sent is for it alone.`);
    if (status === 303 || (status !== 307 && status !== 308 && method === "POST")) method = "GET";
    url = next;
  }
  throw sourceRefused(uri, `it redirects more than ${REDIRECTS_MAX} times.`);
}

// A redirect's scheme is the server's choice: `file:` would read this disk, and plain HTTP would let anyone on the way
// replace what is scanned.
function checkScheme(uri: string, url: URL, first: URL, settings: HttpSettings): void {
  if (url.protocol === "https:") return;
  const mayBePlain = settings.allowHttp || isLoopbackHost(url.hostname);
  if (url.protocol === "http:" && first.protocol === "http:" && mayBePlain) return;
  if (url !== first) throw sourceRefused(uri, `it redirects to ${quote(url.href)}; only https is followed.`);
  throw sourceRefused(uri, "plain http can be changed by anyone on the way. Use https, or allow it with --allow-http.");
}

const proxied = (env: Environment): boolean =>
  ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"].some((name) => Boolean(env[name]));

// A pooled connection was checked for the origin it was opened for; another origin must not inherit it.
const agents = new Map<string, http.Agent>();
function agentFor(url: URL, origin: Reach | undefined, env: Environment): http.Agent {
  const secure = url.protocol === "https:";
  const throughProxy = proxied(env);
  const key = `${secure} ${origin ?? "named"} ${throughProxy}`;
  let agent = agents.get(key);
  if (!agent) {
    const options = {
      keepAlive: true,
      maxSockets: 16,
      ...(throughProxy ? { proxyEnv: env as NodeJS.ProcessEnv } : {}),
    };
    agent = secure ? new https.Agent(options) : new http.Agent(options);
    agents.set(key, agent);
  }
  return agent;
}

function send(
  url: URL,
  method: string,
  headers: Record<string, string>,
  body: string | undefined,
  origin: Reach | undefined,
  settings: HttpSettings,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options: https.RequestOptions = {
      method,
      headers,
      agent: agentFor(url, origin, settings.env),
      timeout: SILENCE_MS_MAX,
      // Behind a proxy the proxy resolves names, and its own rules stand.
      ...(origin && !proxied(settings.env) ? { lookup: guardedLookup(origin) } : {}),
      ...(settings.signal ? { signal: settings.signal } : {}),
    };
    let answer: IncomingMessage | undefined;
    const sent = (url.protocol === "https:" ? https : http).request(url, options, (received) => {
      answer = received;
      resolve(received);
    });
    sent.on("timeout", () => {
      // Bytes that wait for us mean that the reader is slow, not the server.
      if (!answer || answer.readableLength === 0) sent.destroy(new Error(`silent for ${SILENCE_MS_MAX / 1000} s`));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** The whole body, at most `bytesMax` of it. */
export async function readBody(uri: string, answer: HttpAnswer, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
      total += chunk.length;
      // The server decides how much it sends (CWE-770).
      if (total > bytesMax) throw sourceRefused(uri, `its answer is longer than ${bytesMax} bytes.`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ToolError) throw error;
    throw sourceUnreachable(uri, `${reason(error)}. Try again later.`, error);
  }
  return Buffer.concat(chunks);
}
