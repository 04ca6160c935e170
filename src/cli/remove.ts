// Reads and rewrites one local dataset file for `clean`, compressions included.
import { Readable } from "node:stream";
import { createGzip, createZstdCompress } from "node:zlib";
import type { ArtifactRef } from "../core/artifact.ts";
import { recordDigest } from "../core/record-digest.ts";
import type { ByteSource } from "../core/bytes.ts";
import { unsupported } from "../core/errors.ts";
import type { Format, ReadContext } from "../core/format.ts";
import { LIMITS } from "../base/limits.ts";
import { formats } from "../formats/index.ts";
import { opener } from "./engine.ts";

const COMPRESS: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  gzip: () => createGzip(),
  zstd: () => createZstdCompress(),
};

interface Opened {
  readonly source: ByteSource;
  readonly format: Format;
  readonly context: ReadContext;
  readonly compressions: readonly string[];
  close(): Promise<void>;
}

const byId = (id: string): Format => {
  const format = formats.find((candidate) => candidate.id === id);
  if (!format) throw unsupported(`There is no reader called ${id}`, "Please report it.");
  return format;
};

/** `gzip+jsonl` names the compressions from the outside in, the records' format last. */
const localRef = (path: string): ArtifactRef => ({
  kind: "artifact",
  uri: path,
  name: path,
  location: { type: "file", path },
});

async function open(ref: ArtifactRef, formatPath: string): Promise<Opened> {
  const io = opener(LIMITS);
  const file = await io.open(ref);
  const spooler = io.spooler();
  const context: ReadContext = { limits: LIMITS, spool: spooler.spool };
  const names = formatPath.split("+");
  const last = names.pop() ?? "";
  let source: ByteSource = file;
  for (const name of names) {
    const wrapper = byId(name);
    if (wrapper.yields !== "stream")
      throw unsupported(
        `Records inside ${wrapper.title} cannot be removed in place`,
        "Unpack it, clean the file inside, and pack it again.",
      );
    for await (const part of wrapper.read(source, context)) {
      if (part.kind !== "member") continue;
      source = part.source;
      break;
    }
  }
  return {
    source,
    format: byId(last),
    context,
    compressions: names,
    close: async () => void (await Promise.allSettled([spooler.close(), file.close()])),
  };
}

export async function* removeRecords(
  path: string,
  formatPath: string,
  drop: (record: number) => boolean,
): AsyncIterable<Uint8Array> {
  const { source, format, context, compressions, close } = await open(localRef(path), formatPath);
  try {
    if (!format.remove)
      throw unsupported(
        `${format.title} cannot be rewritten record by record`,
        "Filter it with the list that `bezoar scan --records` writes.",
      );
    let out: AsyncIterable<Uint8Array> = format.remove(source, drop, context);
    for (const name of compressions.toReversed()) {
      const compress = COMPRESS[name];
      if (!compress) throw unsupported(`Writing ${name} is not supported`, "Decompress the file and clean that.");
      out = Readable.from(copied(out)).pipe(compress()) as unknown as AsyncIterable<Uint8Array>;
    }
    yield* out;
  } finally {
    await close();
  }
}

/** A compressor works on a chunk while the next one is made in its place. */
async function* copied(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) yield Uint8Array.from(chunk);
}

/** The records that `wanted` names, in order, with what commits to each; none after `last` is read. */
export async function* readRecords(
  target: string | ArtifactRef,
  formatPath: string,
  wanted: (record: number) => boolean,
  last: number = Infinity,
): AsyncIterable<{ readonly index: number; readonly value: unknown; digest(): Uint8Array }> {
  const ref = typeof target === "string" ? localRef(target) : target;
  const { source, format, context, close } = await open(ref, formatPath);
  try {
    for await (const part of format.read(source, context)) {
      if (part.kind !== "records") continue;
      for (let i = 0; i < part.count; i++) {
        const index = part.first + i;
        if (!wanted(index)) continue;
        const record = part.value(i);
        yield {
          index,
          value: record.value,
          digest: () => recordDigest(record, part.bytes.subarray(part.starts[i], part.ends[i])),
        };
      }
      if (part.first + part.count > last) return;
    }
  } finally {
    await close();
  }
}
