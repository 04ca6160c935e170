// Where the Hub is and who we are to it, from the environment variables that Hugging Face's own tools read. The token
// is read when it is used, and never leaves for another host than the endpoint.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { badConfig } from "../core/errors.ts";
import type { Environment } from "./http.ts";
import { isLoopbackHost } from "./address.ts";

export interface HubAccess {
  /** Without a slash at its end; may hold a path (`https://gateway.example/team/a`). */
  readonly endpoint: string;
  /** True when the user named a plain-HTTP endpoint. */
  readonly plain: boolean;
  token(): string | undefined;
}

export function hubAccess(env: Environment): HubAccess {
  const endpoint = (env["HF_ENDPOINT"] || "https://huggingface.co").replace(/\/+$/, "");
  const url = URL.parse(endpoint);
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:") || url.search || url.hash || url.username) {
    throw badConfig("HF_ENDPOINT", "must be a URL such as https://huggingface.co, without query or password.");
  }
  return { endpoint, plain: url.protocol === "http:" && !isLoopbackHost(url.hostname), token: () => tokenOf(env) };
}

function tokenOf(env: Environment): string | undefined {
  const named = env["HF_TOKEN"] || env["HUGGING_FACE_HUB_TOKEN"];
  const token = (named ?? readToken(env)).trim();
  if (token === "") return undefined;
  // A line break in a header value would begin another header.
  if (!/^[\x21-\x7e]{1,1000}$/.test(token)) throw badConfig("HF_TOKEN", "holds characters that no token has.");
  return token;
}

function readToken(env: Environment): string {
  const home = env["HF_HOME"] || join(env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache"), "huggingface");
  try {
    return readFileSync(env["HF_TOKEN_PATH"] || join(home, "token"), "utf8");
  } catch {
    return "";
  }
}
