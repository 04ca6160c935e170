// Bytes from a reference: what a worker does first with an artifact it was sent. Opening and reading throw ToolErrors;
// `problemOf` turns one into the coverage of its artifact, so that one vanished file does not end a scan.
import type { ArtifactRef } from "../core/artifact.ts";
import type { Problem } from "../core/problem.ts";
import { ToolError } from "../core/errors.ts";
import { fileSource, type OpenSource } from "./file-source.ts";
import type { HttpSettings } from "./http.ts";

export type { OpenSource };

export async function openSource(ref: ArtifactRef, settings: HttpSettings = { env: process.env }): Promise<OpenSource> {
  const { uri, name, location } = ref;
  if (location.type === "file") return fileSource(uri, name, location);
  // Most scans are of local files: the network's code is loaded by those that need it.
  const [{ httpSource }, { hubAccess }] = await Promise.all([import("./http-source.ts"), import("./hub-access.ts")]);
  const hub = hubAccess(settings.env);
  // A reference may come from a queue: it names a credential, and only this machine decides which host is the Hub.
  const ours = location.credential === "hub" && location.url.startsWith(`${hub.endpoint}/`);
  const bearer = ours ? hub.token() : undefined;
  const allowHttp = settings.allowHttp || (ours && hub.plain);
  const revision = location.credential === "hub" ? ref.declared?.revision : undefined;
  const file = {
    uri,
    name,
    location,
    ...(bearer === undefined ? {} : { bearer }),
    ...(revision === undefined ? {} : { revision }),
  };
  return { ...httpSource(file, { ...settings, allowHttp }), close: () => Promise.resolve() };
}

/** The problem that a failed opening or reading is for its artifact; undefined for a bug and for an interruption. */
export function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof ToolError) || error.code === "interrupted") return undefined;
  return { code: "unreadable", message: error.message, lost: true };
}
