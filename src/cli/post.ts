// One question to a signing service, its answer bounded. What is sent holds a token, so it follows no redirect to another
// host; retries are those of every other request.
import { clip } from "../base/escape.ts";
import { LIMITS } from "../base/limits.ts";
import { sourceRefused } from "../core/errors.ts";
import type { Post } from "../attest/keyless-signer.ts";
import { readBody, request } from "../sources/http.ts";

export function post(allowHttp = false): Post {
  return async (url, body, accept) => {
    const answer = await request(
      url,
      addressOf(url),
      { method: "POST", stay: true, body, headers: { "content-type": "application/json", accept } },
      { env: process.env, ...(allowHttp ? { allowHttp } : {}) },
    );
    // A certificate or an entry of a log takes a few kilobytes.
    const bytes = await readBody(url, answer, LIMITS.documentBytesMax);
    if (answer.status < 200 || answer.status > 299)
      throw sourceRefused(url, `it answered ${answer.status}: ${clip(bytes.toString("utf8"), 200)}`);
    return bytes;
  };
}

function addressOf(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw sourceRefused(url, "this is no address.");
  }
}
