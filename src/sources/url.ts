// One file behind an https address. A first request for a single byte tells size, version and whether ranges work.
import type { ArtifactRef } from "../core/artifact.ts";
import { usage } from "../core/errors.ts";
import { request, type HttpSettings } from "./http.ts";
import { contentRange, refusal, validatorOf } from "./http-source.ts";

export async function urlTarget(target: string, settings: HttpSettings): Promise<ArtifactRef> {
  const url = URL.parse(target);
  if (!url) throw usage(`${target} is no URL.`);
  if (url.username || url.password)
    throw usage("A password in a URL ends up in logs and reports. Use a signed link, or download the file.");
  // A query often is a signature that opens the file to whoever reads the report.
  const uri = `${url.origin}${url.pathname}${url.search ? "?…" : ""}`;
  const answer = await request(uri, url, { headers: { range: "bytes=0-0" } }, settings);
  answer.body.destroy();
  const { total } = contentRange(answer.headers["content-range"]);
  // An empty file has no first byte: 416 with `bytes */0`.
  const empty = answer.status === 416 && answer.headers["content-range"] === "bytes */0";
  if (answer.status !== 200 && answer.status !== 206 && !empty) throw refusal(uri, answer, false);
  const ranged = answer.status === 206 && total >= 0;
  const length = answer.status === 200 ? Number(answer.headers["content-length"] ?? NaN) : total;
  const sizeBytes = empty ? 0 : Number.isSafeInteger(length) && length >= 0 ? length : undefined;
  const etag = validatorOf(answer);
  const size = sizeBytes === undefined ? {} : { sizeBytes };
  return {
    kind: "artifact",
    uri,
    name: fileName(url.pathname),
    ...size,
    location: {
      type: "http",
      url: url.href,
      ...size,
      ...(etag === undefined ? {} : { etag }),
      ...(ranged || empty ? {} : { sequential: true }),
    },
  };
}

function fileName(pathname: string): string {
  const last = pathname.slice(pathname.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last).replaceAll("/", "_") || "download";
  } catch {
    return last;
  }
}
