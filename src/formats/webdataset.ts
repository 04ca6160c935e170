// WebDataset: a tar in which neighbouring members of one name (`0001.json`, `0001.txt`, `0001.jpg`) are one record. Texts
// and JSON become its fields; pictures, sound and film are counted, not searched; anything else is handed on as a member.
import { isUtf8 } from "node:buffer";
import type { ByteSource } from "../core/bytes.ts";
import type { Format, Head, Part, ReadContext } from "../core/format.ts";
import { problem } from "../core/format.ts";
import type { RecordBatch, RecordValue } from "../core/record.ts";
import { pointerToken } from "../core/fields.ts";
import { quote } from "../base/escape.ts";
import { parseJson } from "../base/json.ts";
import type { Shadowed } from "../base/json.ts";
import { decodeText } from "../base/utf8.ts";
import { put } from "./shared/plain.ts";
import { BLOCK, parseHeader } from "./shared/tar-header.ts";
import type { TarEntry } from "./tar.ts";
import { tar, tarEntries } from "./tar.ts";

const BATCH_BYTES = 1024 * 1024;
const BATCH_RECORDS = 1024;
const TEXT = /^(json|jsonl|txt|text|cls|cls2|index|id|caption|transcript|csv|tsv|html|xml|md|yaml|yml)$/;
const MEDIA =
  /^(jpe?g|png|ppm|pgm|pbm|pnm|webp|gif|bmp|tiff?|avif|heic|wav|mp3|flac|ogg|opus|m4a|aac|mp4|webm|avi|mov|mkv)$/;

/** `dir/0001.seg.png` is the field `seg.png` of the record `dir/0001`. */
function splitName(name: string): { key: string; field: string } | undefined {
  const slash = name.lastIndexOf("/") + 1;
  const dot = name.indexOf(".", slash);
  return dot > slash && dot < name.length - 1
    ? { key: name.slice(0, dot), field: name.slice(dot + 1).toLowerCase() }
    : undefined;
}

const lastExtension = (field: string): string => field.slice(field.lastIndexOf(".") + 1);

/** Two neighbours of one name in the head, one of them text. */
function sniff(head: Head): number {
  if (tar.sniff(head) === 0) return 0;
  const bytes = Buffer.from(head.bytes.buffer, head.bytes.byteOffset, head.bytes.byteLength);
  let previous: { key: string; field: string } | undefined;
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const header = parseHeader(bytes.subarray(at, at + BLOCK));
    if (!header) return 0;
    if (header.type === "0" || header.type === "\0") {
      const parts = splitName(header.name);
      const same = parts !== undefined && parts.key === previous?.key && parts.field !== previous.field;
      if (same && [parts.field, previous?.field ?? ""].some((field) => TEXT.test(lastExtension(field)))) return 1;
      previous = parts;
    }
    at += BLOCK + Math.ceil(header.sizeBytes / BLOCK) * BLOCK;
  }
  return 0;
}

interface Piece {
  readonly field: string;
  readonly start: number;
  readonly end: number;
}

interface Building {
  readonly key: string;
  readonly pieces: Piece[];
  readonly notes: Record<string, string>;
}

class Builder {
  count = 0;
  size = 0;
  private first = 0;
  private chunks: Buffer[] = [];
  private records: { start: number; end: number; building: Building }[] = [];
  private building: Building | undefined;
  private buildingStart = 0;

  /** Begins a record, unless it is the one that is being built and not too long to go on. */
  begin(key: string, bytesMax: number): void {
    if (this.building?.key === key && this.size - this.buildingStart < bytesMax) return;
    this.end();
    this.building = { key, pieces: [], notes: {} };
    this.buildingStart = this.size;
    this.append(Buffer.from(key));
  }

  end(): void {
    if (!this.building) return;
    this.records.push({ start: this.buildingStart, end: this.size, building: this.building });
    this.count++;
    this.building = undefined;
  }

  text(field: string, bytes: Buffer): void {
    this.append(Buffer.from(`\n${field}\n`));
    const start = this.size;
    this.append(bytes);
    this.building?.pieces.push({ field, start, end: this.size });
  }

  /** A field whose content is not searched. */
  note(field: string, what: string): void {
    if (this.building) put(this.building.notes, field, what);
  }

  take(): RecordBatch {
    const bytes = Buffer.concat(this.chunks);
    const { records, first } = this;
    // What has been read of the record that is being built stays.
    const rest = bytes.subarray(this.building ? this.buildingStart : this.size);
    const shift = this.size - rest.length;
    this.first += records.length;
    this.records = [];
    this.count = 0;
    this.chunks = [rest];
    this.size = rest.length;
    if (this.building) {
      const pieces = this.building.pieces.map(({ field, start, end }) => ({
        field,
        start: start - shift,
        end: end - shift,
      }));
      this.building = { ...this.building, pieces };
      this.buildingStart = 0;
    }
    return {
      kind: "records",
      first,
      count: records.length,
      escapes: "backslash",
      bytes: bytes.subarray(0, shift),
      starts: Uint32Array.from(records, (r) => r.start),
      ends: Uint32Array.from(records, (r) => r.end),
      value: (i) => toValue(bytes, records[i]?.building),
    };
  }

  private append(bytes: Buffer): void {
    this.chunks.push(bytes);
    this.size += bytes.length;
  }
}

function toValue(bytes: Buffer, building: Building | undefined): RecordValue {
  const value: Record<string, unknown> = {};
  const shadowed: Shadowed[] = [];
  let trouble: string | undefined;
  if (!building) return { value };
  value.__key__ = building.key;
  for (const { field, start, end } of building.pieces) {
    const { text } = decodeText(bytes.subarray(start, end));
    let parsed: unknown = text;
    if (lastExtension(field) === "json") {
      const json = parseJson(text);
      if (json.problem === undefined) {
        parsed = json.value;
        for (const hidden of json.shadowed)
          shadowed.push({ pointer: `/${pointerToken(field)}${hidden.pointer}`, value: hidden.value });
      } else trouble = `${quote(field)}: ${json.problem}`;
    }
    put(value, field, parsed);
  }
  for (const [field, what] of Object.entries(building.notes)) put(value, field, what);
  return {
    value,
    ...(shadowed.length > 0 ? { shadowed } : {}),
    ...(trouble === undefined ? {} : { problem: trouble }),
  };
}

async function* read(source: ByteSource, context: ReadContext): AsyncGenerator<Part> {
  const builder = new Builder();
  const { recordBytesMax } = context.limits;
  let media = 0;
  let failure: { error: unknown } | undefined;
  try {
    for await (const entry of tarEntries(source, context)) {
      if (entry.kind === "problem") {
        yield entry;
        continue;
      }
      const parts = splitName(entry.name);
      if (!parts) {
        yield { kind: "member", name: entry.name, source: entry.source };
        continue;
      }
      builder.begin(parts.key, recordBytesMax);
      const extension = lastExtension(parts.field);
      if (MEDIA.test(extension)) {
        media++;
        builder.note(parts.field, `${entry.sizeBytes} bytes`);
      } else if (entry.sizeBytes > recordBytesMax) {
        yield problem(
          "limit",
          `${quote(entry.name)} is longer than ${recordBytesMax} bytes (recordBytesMax). It was not searched.`,
          { at: { member: entry.name } },
        );
      } else {
        const bytes = await readAll(entry.source);
        if (TEXT.test(extension) || (isUtf8(bytes) && !bytes.includes(0))) builder.text(parts.field, bytes);
        else {
          builder.note(parts.field, `${entry.sizeBytes} bytes`);
          yield { kind: "member", name: entry.name, source: entry.source };
        }
      }
      if (builder.count > 0 && (builder.count >= BATCH_RECORDS || builder.size >= BATCH_BYTES)) yield builder.take();
    }
  } catch (error) {
    // What was read before the stream failed is still handed over.
    failure = { error };
  }
  builder.end();
  if (builder.count > 0) yield builder.take();
  if (media > 0)
    yield {
      kind: "note",
      message: `${media} ${media === 1 ? "picture, sound or film was" : "pictures, sounds and films were"} not searched.`,
    };
  if (failure) throw failure.error;
}

async function readAll(source: TarEntry["source"]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source.stream()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

export const webdataset: Format = {
  id: "webdataset",
  title: "WebDataset",
  spec: "https://github.com/webdataset/webdataset#the-webdataset-format",
  extensions: [".tar"],
  yields: "records",
  sniff,
  read,
};
