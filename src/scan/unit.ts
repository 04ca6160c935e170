// One unit of work, from bytes to hits: sniff, unwrap, read, search, and run the detectors that the search names. It does
// no I/O of its own (sources are handed in) and keeps nothing between units.
import { createHash } from "node:crypto";
import type { ByteSource } from "../core/bytes.ts";
import type {
  ArtifactDetector,
  Carries,
  DatasetDetector,
  Detector,
  DocumentDetector,
  Hit,
  ModelDetector,
  RecordDetector,
} from "../core/detector.ts";
import type { ByteRange, DocumentPart, Format, Head, ReadContext } from "../core/format.ts";
import { problem } from "../core/format.ts";
import { ToolError } from "../core/errors.ts";
import type { ModelPart } from "../core/model.ts";
import type { Problem } from "../core/problem.ts";
import type { RecordBatch, RecordValue } from "../core/record.ts";
import { toRecord } from "../core/fields.ts";
import { recordDigest, UNREAD_RECORD } from "../core/record-digest.ts";
import { recordSketch, SKETCH_BYTES } from "../core/record-sketch.ts";
import { planRoles, roleOf, type RoleOverride, type RolePlan } from "../core/roles.ts";
import type { Limits } from "../base/limits.ts";
import { quote } from "../base/escape.ts";
import { sniffEncoding } from "../base/utf8.ts";
import { baseName } from "../formats/document/whole.ts";
import { partOf, randomAccess } from "../formats/shared/part-of.ts";
import { ReadProblem } from "../formats/shared/read-problem.ts";
import { unescaped } from "../formats/shared/unescape.ts";
import { appendedZip } from "../formats/shared/zip-directory.ts";
import { Follower } from "../mining/follow.ts";
import { rowOf, TableBuilder } from "../mining/table.ts";
import type { Sample } from "./held.ts";
import { buildSearch, type Search } from "./search.ts";
import { documentKey } from "./document-key.ts";
import { addProblem, HitTally, newPartial, type ArtifactPartial, type UnitResult } from "./partial.ts";

/** All that a scan knows besides its input; built once for a thread. */
export interface Engine {
  readonly formats: readonly Format[];
  readonly records: readonly RecordDetector[];
  readonly documents: readonly DocumentDetector[];
  readonly models: readonly ModelDetector[];
  readonly artifacts: readonly ArtifactDetector[];
  /** Where there are none, records that no anchor marks are not even parsed. */
  readonly datasets: readonly DatasetDetector[];
  /** Whether tables hold a digest of each record, to compare revisions by. */
  readonly digests: boolean;
  /** Whether each record is committed to (`core/record-digest`), and sketched (`core/record-sketch`). */
  readonly rows: boolean;
  /** Of a scan of what is new: whether the record with this digest is known, and not looked at again. */
  readonly known?: (digest: Uint8Array) => boolean;
  /** Of a second pass: what the records are searched for, and nothing else. */
  readonly follow?: readonly Carries[];
  readonly search: Search;
  readonly limits: Limits;
  readonly roles: RoleOverride;
  /** Documents of the model that is compared with, by `documentKey`. */
  readonly baseline: ReadonlyMap<string, DocumentPart>;
}

export function buildEngine(
  formats: readonly Format[],
  detectors: readonly Detector[],
  limits: Limits,
  roles: RoleOverride = {},
  digests = false,
  baseline: readonly DocumentPart[] = [],
): Engine {
  const records = detectors.filter((d): d is RecordDetector => d.reads === "record");
  return {
    formats,
    records,
    documents: detectors.filter((d): d is DocumentDetector => d.reads === "document"),
    models: detectors.filter((d): d is ModelDetector => d.reads === "model"),
    artifacts: detectors.filter((d): d is ArtifactDetector => d.reads === "artifact"),
    datasets: detectors.filter((d): d is DatasetDetector => d.reads === "dataset"),
    digests,
    rows: false,
    search: buildSearch(records),
    limits,
    roles,
    baseline: new Map(baseline.map((document) => [documentKey(document), document] as const)),
  };
}

export interface UnitInput {
  readonly source: ByteSource;
  readonly spool: ReadContext["spool"];
  /** A range of a file that was planned before, with the format and roles of the whole. */
  readonly range?: ByteRange;
  readonly format?: string;
  readonly plan?: RolePlan;
  /** Of the statistics: one record in 2^level is kept of a dataset that is known to be too large. */
  readonly sample?: Sample;
  /** The key of the sample, where the dataset turns out to be too large; it may take a pass over the file. */
  readonly key?: () => Promise<number>;
  /** Called with the bytes that were read and the records that were searched, for progress. */
  readonly onBytes?: (bytes: number, records: number) => void;
}

export async function scanUnit(input: UnitInput, engine: Engine): Promise<UnitResult> {
  const scan = new UnitScan(engine, input);
  const { range, format, onBytes } = input;
  const size = range ? range.end - range.start : input.source.sizeBytes;
  const meter = metered(input.source, size, (bytes) => onBytes?.(bytes, 0));
  await scan.artifact(meter.source, "", 0, range ? { format: format ?? "", range } : undefined);
  meter.end();
  return { artifacts: scan.artifacts };
}

/**
 * Counts the bytes that are read of a source, for progress: of a compressed file the compressed ones, of one that is read
 * twice each once. In the end all of them have gone by.
 */
function metered(
  source: ByteSource,
  sizeBytes: number | undefined,
  gone: (bytes: number) => void,
): { readonly source: ByteSource; readonly end: () => void } {
  let left = sizeBytes ?? Infinity;
  const read = (bytes: number): void => {
    const counted = Math.min(bytes, left);
    left -= counted;
    if (counted > 0) gone(counted);
  };
  const { slice } = source;
  const own: ByteSource = {
    ...source,
    async *stream(start, end) {
      for await (const chunk of source.stream(start, end)) {
        read(chunk.length);
        yield chunk;
      }
    },
  };
  const sliced = slice && {
    slice: async (start: number, end: number) => {
      const bytes = await slice(start, end);
      read(bytes.length);
      return bytes;
    },
  };
  return { source: { ...own, ...sliced }, end: () => left !== Infinity && read(left) };
}

interface Open {
  readonly partial: ArtifactPartial;
  readonly tally: HitTally;
  plan: RolePlan | undefined;
  /** The mask of the column names, where records are marked without them. */
  columns: Uint32Array | undefined;
  /** The statistics of the records, where a detector asks for them. */
  table: TableBuilder | undefined;
  /** Of a second pass. */
  follower: Follower | undefined;
  /** The digests of the records, where they are asked for. */
  rows: Bytes | undefined;
  sketches: Bytes | undefined;
  /** Records broken or cut, told once at the end. */
  malformed: number;
  firstMalformed: { record: number; why: string } | undefined;
  cut: number;
  /** The bytes stopped before their end, and a problem says so. */
  broken: boolean;
}

/** Digests or sketches one behind the other. */
class Bytes {
  #bytes: Uint8Array = new Uint8Array(4096);
  #length = 0;

  add(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

const NO_SKETCH = new Uint8Array(SKETCH_BYTES);

class UnitScan {
  readonly artifacts: ArtifactPartial[] = [];
  readonly #engine: Engine;
  readonly #input: UnitInput;
  #masks: Uint32Array = new Uint32Array(0);
  #key: number | undefined;

  constructor(engine: Engine, input: UnitInput) {
    this.#engine = engine;
    this.#input = input;
  }

  async artifact(
    source: ByteSource,
    member: string,
    depth: number,
    planned?: { readonly format: string; readonly range: ByteRange },
  ): Promise<void> {
    const { limits } = this.#engine;
    const partial = newPartial(member);
    this.artifacts.push(partial);
    const open: Open = {
      partial,
      tally: new HitTally(limits),
      plan: this.#input.plan,
      columns: undefined,
      table: undefined,
      follower: this.#engine.follow ? new Follower(this.#engine.follow) : undefined,
      rows: this.#engine.rows ? new Bytes() : undefined,
      sketches: this.#engine.rows ? new Bytes() : undefined,
      malformed: 0,
      firstMalformed: undefined,
      cut: 0,
      broken: false,
    };
    source = this.#enduring(source, open, (read) => {
      if (source.sizeBytes === undefined) partial.bytes = Math.max(partial.bytes, read);
    });
    try {
      if (planned) {
        const format = this.#engine.formats.find(({ id }) => id === planned.format);
        if (!format) throw new Error(`no format ${planned.format}`);
        partial.format = format.id;
        partial.bytes = planned.range.end - planned.range.start;
        await this.#read(format, source, open, depth, planned.range);
      } else {
        await this.#unwrap(source, open, depth);
      }
    } catch (error) {
      addProblem(partial, asProblem(error), limits);
    }
    this.#close(open);
  }

  /**
   * A source whose stream ends where it breaks, so that its reader hands over what it holds and that is searched; what
   * broke it is told beside. Our own failures pass.
   */
  #enduring(source: ByteSource, open: Open, onRead?: (bytes: number) => void): ByteSource {
    const { limits } = this.#engine;
    return {
      ...source,
      stream: async function* (start, end) {
        let read = 0;
        try {
          for await (const chunk of source.stream(start, end)) {
            read += chunk.length;
            onRead?.(read);
            yield chunk;
          }
        } catch (error) {
          const found = asProblem(error);
          if (found.code === "bug") throw error;
          if (!open.broken) addProblem(open.partial, found, limits);
          open.broken = true;
        }
      },
    };
  }

  /** Peels compressions off, then reads with the format that the content decides. */
  async #unwrap(source: ByteSource, open: Open, depth: number): Promise<void> {
    const { limits, formats } = this.#engine;
    const { partial } = open;
    const head = await readHead(source, limits);
    if (source.sizeBytes !== undefined && partial.bytes === 0) partial.bytes = source.sizeBytes;
    if (head.whole && head.text.trim() === "") {
      // After a break there may have been more.
      if (open.broken) return;
      const message = `The file ${head.bytes.length === 0 ? "is empty" : "holds nothing but white space"}: there is nothing to look at.`;
      addProblem(partial, { code: "empty", message, lost: false }, limits);
      partial.format = partial.format === "unknown" ? "empty" : partial.format;
      return;
    }
    const ranked = rank(formats, head);
    const format = ranked[0]?.format;
    this.#judgeArtifact(head, ranked, open);
    if (!format) {
      await this.#appended(source, undefined, head, open, depth);
      addProblem(
        partial,
        {
          code: "unknown-format",
          message: head.bytes.every((byte) => byte === 0)
            ? "It begins with zero bytes only, as an unfinished download does, so no reader recognises it and it was not looked at. Fetch it again; if it is no training data, exclude it."
            : "No reader recognises the content, so it was not looked at. If it is training data, convert it to JSON Lines or Parquet; if it is not, exclude it.",
          lost: true,
        },
        limits,
      );
      return;
    }
    partial.format = partial.format === "unknown" ? format.id : `${partial.format}+${format.id}`;
    const named = formats.filter(
      ({ yields, extensions }) => yields === "records" && extensions.includes(head.extension),
    );
    if (format.id === "text" && !format.extensions.includes(head.extension) && named.length > 0) {
      const message = `It is named ${quote(head.extension)} and holds no such records. It was read as plain text, line by line. Check that it is the file you meant.`;
      addProblem(partial, { code: "malformed", message, lost: false }, limits);
    }
    await this.#read(format, source, open, depth);
    // A picture that is called one is opened by nothing that looks for archives; the end of each would be one more read.
    const looked =
      format.yields === "model" || (format.id === "foreign" && !format.extensions.includes(head.extension));
    if (looked) await this.#appended(source, format, head, open, depth);
  }

  /**
   * A zip archive is found by its end, whatever stands at its beginning: behind a file of another kind it is a second
   * file in the same bytes, and is read as well.
   */
  async #appended(
    source: ByteSource,
    format: Format | undefined,
    head: Head,
    open: Open,
    depth: number,
  ): Promise<void> {
    const random = randomAccess(source);
    const zip = this.#engine.formats.find(({ id }) => id === "zip");
    if (!random || !zip || zip.sniff(head) > 0 || open.broken) return;
    const archive = await appendedZip(random);
    if (!archive) return;
    if (!format?.carriesArchive) {
      const kind = format?.yields === "model" ? `${format.title} ` : "";
      this.#model(
        {
          kind: "model",
          loader: "other",
          operations: [],
          irregularities: [
            {
              code: "appended-archive",
              message: `A zip archive (${archive.members === 1 ? "1 member" : `${archive.members} members`}) stands at the end of this ${kind}file: programs that look there open it instead`,
              offset: archive.start,
              values: { members: archive.members },
            },
          ],
        },
        open,
      );
    }
    await this.#read(zip, partOf(random, source.name, archive.start, random.sizeBytes ?? 0), open, depth);
  }

  async #read(format: Format, source: ByteSource, open: Open, depth: number, range?: ByteRange): Promise<void> {
    const { limits } = this.#engine;
    const { partial } = open;
    const context: ReadContext = { limits, spool: this.#input.spool, ...(range ? { range } : {}) };
    if (format.yields === "records") {
      partial.kind = "dataset";
      partial.records ??= 0;
    } else if (format.yields === "members" && partial.kind === "other") partial.kind = "archive";
    else if (format.yields === "model") partial.kind = "model";
    let members = 0;
    for await (const part of format.read(source, context)) {
      switch (part.kind) {
        case "records":
          this.#batch(part, open);
          while (open.table?.full) open.table.thin(await this.#sampleKey());
          break;
        case "document":
          this.#document({ name: baseName(source.name), ...part }, open, format.yields === "document");
          break;
        case "model":
          this.#model(part, open);
          break;
        case "problem":
          // That the text ends early is no news after its bytes did.
          if (!(open.broken && part.code === "truncated")) addProblem(partial, part, limits);
          break;
        case "note":
          if (partial.notes.length < limits.problemsMax && !partial.notes.includes(part.message))
            partial.notes.push(part.message);
          break;
        case "member":
          if (depth >= limits.containerDepthMax) {
            addProblem(
              partial,
              {
                code: "limit",
                message: `Containers are nested deeper than ${limits.containerDepthMax} (containerDepthMax); ${quote(part.name)} was not opened.`,
                lost: true,
                at: { member: part.name },
              },
              limits,
            );
            break;
          }
          if (format.yields === "stream") await this.#unwrap(this.#enduring(part.source, open), open, depth + 1);
          else {
            members++;
            if (members > limits.membersMax) {
              addProblem(
                partial,
                {
                  code: "limit",
                  message: `More than ${limits.membersMax} members (membersMax); the rest were not opened.`,
                  lost: true,
                },
                limits,
              );
              return;
            }
            await this.artifact(
              part.source,
              partial.member === "" ? part.name : `${partial.member}!${part.name}`,
              depth + 1,
            );
          }
          break;
      }
    }
  }

  /** Made where there are records: many files are models, and have none. */
  #newTable(): TableBuilder {
    const { digests, limits } = this.#engine;
    // A range is small, and its file is thinned as a whole.
    const tokensMax = this.#input.range ? Infinity : limits.tableTokensMax;
    return new TableBuilder({ digests, tokensMax, ...this.#input.sample });
  }

  async #sampleKey(): Promise<number> {
    return (this.#key ??= this.#input.sample?.key ?? (await this.#input.key?.()) ?? 0);
  }

  #batch(batch: RecordBatch, open: Open): void {
    const { partial } = open;
    const { search, records: detectors, limits } = this.#engine;
    const { words, opaqueBit } = search;
    open.plan ??= this.#plan(batch, open);
    // A reader may leave out records that it cannot read and still count them.
    const base = batch.first;
    if (this.#engine.datasets.length > 0) open.table ??= this.#newTable();
    const told = open.table ?? open.follower;
    for (let left = partial.records ?? 0; left < base && (told || open.rows); left++) {
      told?.add([]);
      open.rows?.add(UNREAD_RECORD);
      open.sketches?.add(NO_SKETCH);
    }
    partial.records = base + batch.count;
    if (batch.count > 0) partial.searched = true;
    if (this.#masks.length < batch.count * words) this.#masks = new Uint32Array(batch.count * words);
    const masks = this.#masks;
    search.mark(batch, masks);
    // Where the bytes of a record do not hold the names of its columns, the names are searched once for all records.
    if (batch.escapes === "none") {
      open.columns ??= this.#markText(
        [{ text: Object.keys(open.partial.roles ?? {}).join("\n") }],
        new Uint32Array(words),
        0,
      );
      if (open.columns.some((word) => word !== 0)) {
        for (let i = 0; i < batch.count * words; i++)
          masks[i] = (masks[i] as number) | (open.columns[i % words] as number);
      }
    }
    for (let i = 0; i < batch.count; i++) {
      let any = 0;
      for (let w = 0; w < words; w++) any |= masks[i * words + w] as number;
      if (any === 0 && !told && !open.rows) continue;
      const value = this.#value(batch, i, base, open);
      if (open.rows) {
        const digest = recordDigest(value, batch.bytes.subarray(batch.starts[i], batch.ends[i]));
        open.rows.add(digest);
        open.sketches?.add(recordSketch(value));
        if (this.#engine.known?.(digest)) {
          told?.add([]);
          continue;
        }
      }
      if (any === 0 && !told) continue;
      const record = toRecord(base + i, value, open.plan, limits);
      if (record.cut) open.cut++;
      told?.add(record.fields, rowOf(batch.bytes.subarray(batch.starts[i], batch.ends[i])));
      if (any === 0) continue;
      const opaque = ((masks[i * words + (opaqueBit >> 5)] as number) >>> (opaqueBit & 31)) & 1;
      const mask = opaque
        ? this.#markText(record.fields, masks, i * words)
        : masks.subarray(i * words, (i + 1) * words);
      for (let w = 0; w < words; w++) {
        let bits = mask[w] as number;
        while (bits !== 0) {
          const bit = 31 - Math.clz32(bits & -bits);
          bits &= bits - 1;
          const detector = detectors[w * 32 + bit];
          if (!detector) continue;
          const lineNumber = batch.lineNumber?.(i);
          this.#inspect(detector, open, record.index, (report) =>
            detector.inspect(record, lineNumber === undefined ? report : (hit) => report({ ...hit, lineNumber })),
          );
        }
      }
    }
    this.#input.onBytes?.(0, batch.count);
  }

  /** The mask of a record whose raw bytes could not be seen through: of its parsed text, and what was seen already. */
  #markText(fields: readonly { readonly text: string }[], masks: Uint32Array, at: number): Uint32Array {
    const { search } = this.#engine;
    const bytes = utf8Of(fields.map((field) => field.text).join("\n"));
    const mask = new Uint32Array(search.words);
    search.mark(
      { bytes, starts: Uint32Array.of(0), ends: Uint32Array.of(bytes.length), count: 1, escapes: "none" },
      mask,
    );
    for (let w = 0; w < search.words; w++) mask[w] = (mask[w] as number) | (masks[at + w] as number);
    return mask;
  }

  #value(batch: RecordBatch, i: number, base: number, open: Open): RecordValue {
    const value = batch.value(i);
    if (value.problem !== undefined) {
      open.malformed++;
      open.firstMalformed ??= { record: base + i, why: value.problem };
    }
    return value;
  }

  #plan(batch: RecordBatch, open: Open): RolePlan {
    const sample: unknown[] = [];
    for (let i = 0; i < Math.min(batch.count, this.#engine.limits.sampleRecordsMax); i++)
      sample.push(batch.value(i).value);
    const plan = planRoles(sample, this.#engine.roles);
    open.partial.roles = Object.fromEntries(rolesOf(sample, plan));
    return plan;
  }

  #document(document: DocumentPart, open: Open, own: boolean): void {
    const { documents } = this.#engine;
    open.partial.searched = true;
    if (own) {
      const { language } = document;
      if (language === "python" || language === "shell") open.partial.kind = "code";
      else if (
        open.partial.kind === "other" &&
        (language === "card" || language === "infos" || language === "markdown")
      )
        open.partial.kind = "card";
    }
    const baseline = this.#engine.baseline.get(documentKey(document));
    for (const detector of documents) {
      if (detector.languages.includes(document.language)) {
        this.#inspect(detector, open, undefined, (report) => detector.inspect(document, report, baseline));
      }
    }
    // A template is written in what would be an attack in a record: role markers, instructions, special tokens.
    if (document.language === "template") return;
    // A document is also text: every record detector reads it as one record of one field.
    const field = { pointer: "", column: "", role: documentRole(document), text: document.text };
    const record = { index: 0, fields: [field] };
    // Whoever writes a JSON or YAML document can hide text in its escapes; in a program they are the program's business.
    if (ESCAPED.has(document.language)) {
      const plain = unescaped(document.text);
      if (plain !== document.text) record.fields.push({ ...field, text: plain });
    }
    const mask = this.#markText(record.fields, new Uint32Array(this.#engine.search.words), 0);
    this.#engine.records.forEach((detector, d) => {
      if (((mask[d >> 5] as number) >>> (d & 31)) & 1) {
        this.#inspect(detector, open, undefined, (report) =>
          detector.inspect(record, (hit) => report({ ...hit, ...lineOf(hit.field?.text ?? document.text, hit) })),
        );
      }
    });
  }

  #model(model: ModelPart, open: Open): void {
    open.partial.searched = true;
    for (const detector of this.#engine.models) {
      if (detector.loaders.includes(model.loader))
        this.#inspect(detector, open, undefined, (report) => detector.inspect(model, report));
    }
  }

  #judgeArtifact(head: Head, ranked: readonly { format: Format; score: number }[], open: Open): void {
    const facts = {
      name: head.name,
      extension: head.extension,
      format: ranked[0]?.format.id,
      extensionFormats: this.#engine.formats.filter((f) => f.extensions.includes(head.extension)).map((f) => f.id),
      alsoFormats: ranked
        .slice(1)
        .filter(({ score }) => score >= 0.95)
        .map(({ format }) => format.id),
    };
    for (const detector of this.#engine.artifacts) {
      this.#inspect(detector, open, undefined, (report) => detector.inspect(facts, report));
    }
  }

  /** A detector's failure is our bug: it makes the scan undecided, and never sinks it. */
  #inspect(
    detector: Detector,
    open: Open,
    record: number | undefined,
    run: (report: (hit: Hit) => void) => void,
  ): void {
    let hits = 0;
    try {
      run((hit) => {
        if (++hits <= this.#engine.limits.hitsPerRecordMax) open.tally.add(detector, hit, record);
      });
    } catch (error) {
      addProblem(
        open.partial,
        {
          code: "bug",
          message: `The detector ${detector.id} failed (${quote(error instanceof Error ? error.message : String(error))}). Please report it.`,
          lost: true,
          ...(record === undefined ? {} : { at: { record } }),
        },
        this.#engine.limits,
      );
    }
  }

  #close(open: Open): void {
    const { partial, malformed, firstMalformed, cut } = open;
    const { limits } = this.#engine;
    partial.groups = open.tally.groups();
    if (open.table && partial.records !== undefined) partial.tables = [open.table.build()];
    if (open.follower && partial.records !== undefined) partial.followed = open.follower.records();
    if (open.rows && open.sketches && partial.records !== undefined) {
      partial.rows = open.rows.bytes();
      partial.sketches = open.sketches.bytes();
    }
    if (firstMalformed && !partial.problems.some(({ code }) => code === "malformed-record")) {
      const { why } = firstMalformed;
      const which =
        malformed === 1 ? "1 record is not well formed" : `${malformed} records are not well formed, the first`;
      addProblem(
        partial,
        {
          code: "malformed-record",
          message: `${which}: ${why}.${why.includes("was read as text") ? "" : " The raw text was searched instead."}`,
          lost: false,
          at: { record: firstMalformed.record },
        },
        limits,
      );
    }
    if (cut > 0) {
      addProblem(
        partial,
        {
          code: "limit",
          message: `${cut === 1 ? "1 record holds" : `${cut} records hold`} more than ${limits.fieldsPerRecordMax} texts (fieldsPerRecordMax) or ${cut === 1 ? "nests" : "nest"} deeper than ${limits.depthMax} levels (depthMax). What is beyond that was not looked at.`,
          lost: true,
        },
        limits,
      );
    }
  }
}

function* rolesOf(sample: readonly unknown[], plan: RolePlan): Iterable<[string, string]> {
  const columns = new Set<string>();
  for (const value of sample) {
    for (const field of toRecord(0, { value }, plan).fields) if (columns.size < 100) columns.add(field.column);
  }
  for (const column of [...columns].sort()) {
    const parent = column.slice(0, column.lastIndexOf("."));
    const spoken = plan.messages.get(parent)?.content === column.slice(parent.length + 1);
    yield [column, spoken ? "by speaker" : roleOf(plan, column)];
  }
}

// The text of every other record goes through here: one buffer, because garbage of buffers is collected late.
const SCRATCH_BYTES = 1024 * 1024;
const encoder = new TextEncoder();
let scratch: Uint8Array | undefined;

/** The bytes of a text, valid until the next call. */
function utf8Of(text: string): Uint8Array {
  if (text.length * 3 > SCRATCH_BYTES) return Buffer.from(text, "utf8");
  scratch ??= new Uint8Array(SCRATCH_BYTES);
  return scratch.subarray(0, encoder.encodeInto(text, scratch).written);
}

const ESCAPED: ReadonlySet<DocumentPart["language"]> = new Set(["json", "yaml", "infos"]);

const documentRole = (document: DocumentPart): "text" | "metadata" =>
  document.language === "markdown" || document.language === "card" ? "text" : "metadata";

const lineOf = (text: string, hit: Hit): { lineNumber?: number } => {
  if (hit.lineNumber !== undefined || hit.start === undefined) return {};
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < hit.start; at = text.indexOf("\n", at + 1)) line++;
  return { lineNumber: line };
};

export function asProblem(error: unknown): Problem {
  if (error instanceof ReadProblem) return error.problem;
  if (error instanceof ToolError && error.code !== "interrupted") return problem("unreadable", error.message);
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  const message = error instanceof Error ? error.message : String(error);
  if (typeof code === "string" && /^E[A-Z0-9]+$/.test(code)) {
    return problem("unreadable", `The bytes could not be read: ${quote(message)}.`);
  }
  return problem("bug", `A reader failed (${quote(message)}). Please report it.`);
}

const COMPRESSIONS = [".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".lzma", ".lz4", ".z"];

export async function readHead(source: ByteSource, limits: Limits): Promise<Head> {
  let bytes: Uint8Array;
  if (source.slice) bytes = await source.slice(0, limits.headBytes);
  else {
    const chunks: Uint8Array[] = [];
    let length = 0;
    try {
      for await (const chunk of source.stream()) {
        chunks.push(Uint8Array.from(chunk));
        length += chunk.length;
        if (length >= limits.headBytes) break;
      }
    } catch (error) {
      // What came before a break still decides the format; the reader will meet the break again and report it.
      if (!(error instanceof ReadProblem) || length === 0) throw error;
    }
    bytes = Buffer.concat(chunks, length).subarray(0, limits.headBytes);
  }
  const { encoding, bomBytes } = sniffEncoding(bytes);
  const text = new TextDecoder(encoding).decode(bytes.subarray(bomBytes));
  let name = (source.name.split("/").pop() ?? "").toLowerCase();
  for (const suffix of COMPRESSIONS) if (name.endsWith(suffix)) name = name.slice(0, -suffix.length);
  const dot = name.lastIndexOf(".");
  const whole = source.sizeBytes === undefined ? bytes.length < limits.headBytes : bytes.length >= source.sizeBytes;
  return { bytes, text, extension: dot > 0 ? name.slice(dot) : "", name, whole };
}

/** Candidates best first. Content decides; an equal guess goes to the one whose extension fits. */
export function rank(formats: readonly Format[], head: Head): { format: Format; score: number }[] {
  const fits = (format: Format): number => (format.extensions.includes(head.extension) ? 1 : 0);
  return formats
    .map((format) => ({ format, score: format.sniff(head) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || fits(b.format) - fits(a.format) || (a.format.id < b.format.id ? -1 : 1));
}

/** Reads a source to its end for its digest. */
export async function digestOf(source: ByteSource, onBytes?: (bytes: number) => void): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of source.stream()) {
    hash.update(chunk);
    onBytes?.(chunk.length);
  }
  return hash.digest("hex");
}

/** Line feeds from one place up to another. */
export function linesIn(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a, from); at >= 0 && at < to; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
}
