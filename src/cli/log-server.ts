// Serves a checksum log: the checkpoint, tiles, and lookups. It holds public records alone, answers GET and nothing else,
// and takes no path but those that it writes itself.
import { createServer, type Server } from "node:http";
import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import type { LogStore } from "../store/log-store.ts";
import { renderLookup } from "../tlog/client.ts";
import { parseTilePath } from "../tlog/tile.ts";

const PATH_MAX = 500;

export function logServer(folder: string, store: LogStore): Server {
  const server = createServer({ maxHeaderSize: 8192, requestTimeout: 10_000 }, (request, response) => {
    const path = (request.url ?? "").slice(1, PATH_MAX);
    const answer = (status: number, text: string): void => {
      response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
      response.end(request.method === "HEAD" ? undefined : text);
    };
    if (request.method !== "GET" && request.method !== "HEAD") return answer(405, "GET only\n");
    if (path === "checkpoint" || path === "latest") return answer(200, store.note);
    if (path.startsWith("lookup/")) {
      let key = "";
      try {
        key = decodeURIComponent(path.slice("lookup/".length));
      } catch {
        return answer(400, "malformed\n");
      }
      const found = store.find(key);
      return found ? answer(200, renderLookup({ ...found, note: store.note })) : answer(404, "not in the log\n");
    }
    const tile = parseTilePath(path);
    const file = join(folder, path);
    const there = tile !== undefined && existsSync(file);
    const part =
      tile && !there && tile.level !== "entries" ? store.tile(tile.level, tile.index, tile.width) : undefined;
    if (!there && !part) return answer(404, "no such tile\n");
    response.writeHead(200, {
      "content-type": "application/octet-stream",
      "cache-control": "max-age=31536000, immutable",
    });
    if (request.method === "HEAD") return void response.end();
    if (part) return void response.end(part);
    createReadStream(file)
      .on("error", () => response.destroy())
      .pipe(response);
  });
  return server;
}
