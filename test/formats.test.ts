// One suite that every reader passes, from the registry, over the files in testdata/formats/<id>/: content decides, any
// damage gives an answer and no throw, chunks and ranges change nothing.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, test } from "node:test";
import type { ByteSource } from "../src/core/bytes.ts";
import { memorySource } from "../src/core/bytes.ts";
import type { Format, Part } from "../src/core/format.ts";
import { LIMITS, type Limits } from "../src/base/limits.ts";
import { seededRandom } from "../src/base/prng.ts";
import { formats } from "../src/formats/index.ts";
import { ReadProblem } from "../src/formats/shared/read-problem.ts";
import { rank, readHead } from "../src/scan/unit.ts";

const limits: Limits = { ...LIMITS, expandedBytesMax: 64 * 1024 * 1024, spoolBytesMax: 64 * 1024 * 1024 };

/** Everything held in memory: what the spool of the sources does, without the disk. */
async function spool(source: ByteSource): Promise<Required<ByteSource>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.stream()) chunks.push(Uint8Array.from(chunk));
  return memorySource(source.name, Buffer.concat(chunks)) as Required<ByteSource>;
}

/** A source that can only be read forward, in chunks of `size` bytes. */
const trickle = (name: string, bytes: Uint8Array, size: number): ByteSource => ({
  name,
  sizeBytes: undefined,
  async *stream() {
    for (let at = 0; at < bytes.length; at += size) yield Uint8Array.from(bytes.subarray(at, at + size));
  },
});

interface Answer {
  readonly records: unknown[];
  readonly problems: string[];
  readonly members: number;
  readonly documents: string[];
}

async function drain(format: Format, source: ByteSource, range?: { start: number; end: number }): Promise<Answer> {
  const answer: Answer & { members: number } = { records: [], problems: [], members: 0, documents: [] };
  try {
    for await (const part of format.read(source, { limits, spool, ...(range ? { range } : {}) }))
      await take(part, answer);
  } catch (error) {
    // A stream that breaks off says so with a problem; any other throw is a bug.
    if (!(error instanceof ReadProblem)) throw error;
    answer.problems.push(error.problem.code);
  }
  return answer;
}

async function take(part: Part, answer: Answer & { members: number }): Promise<void> {
  if (part.kind === "records") {
    assert.equal(part.starts.length >= part.count && part.ends.length >= part.count, true);
    for (let i = 0; i < part.count; i++) {
      const [start, end] = [part.starts[i] ?? -1, part.ends[i] ?? -1];
      assert.ok(
        start >= (i === 0 ? 0 : (part.ends[i - 1] ?? 0)) && end >= start && end <= part.bytes.length,
        `record ${i} spans [${start}, ${end}) of ${part.bytes.length}`,
      );
      answer.records.push(part.value(i).value);
    }
  } else if (part.kind === "problem") answer.problems.push(part.code);
  else if (part.kind === "document") answer.documents.push(part.text);
  else if (part.kind === "member") {
    answer.members++;
    let bytes = 0;
    for await (const chunk of part.source.stream()) bytes += chunk.length;
    assert.ok(bytes <= limits.expandedBytesMax + 4 * 1024 * 1024);
  }
}

/** As JSON; without the row names that a frame shows only once a row is gone. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, v: unknown) =>
      key === "__key__" ? undefined : typeof v === "bigint" ? String(v) : v,
    ) ?? "null",
  );

for (const format of formats) {
  const files = globSync(`testdata/formats/${format.id}/*`)
    .filter(
      (path) =>
        !path.endsWith(".json") ||
        format.id === "json" ||
        format.id === "settings" ||
        format.id === "dataset-infos" ||
        format.id === "notebook",
    )
    .filter((path) => !/\.(golden|expected|records)\.json$/.test(path))
    .sort();
  describe(`format ${format.id}`, () => {
    test("has a title, a specification and test files", () => {
      assert.match(format.id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      assert.ok(format.title && format.spec);
      assert.ok(files.length > 0, `testdata/formats/${format.id}/ is empty`);
    });

    for (const path of files) {
      const bytes = readFileSync(path);
      const name = basename(path);

      test(`${name}: chunks of any size give the same`, async () => {
        const whole = await drain(format, memorySource(name, bytes));
        for (const size of [1, 7, 4096]) {
          if (size === 1 && bytes.length > 30_000) continue;
          const parts = await drain(format, trickle(name, bytes, size));
          assert.deepEqual(plain(parts.records), plain(whole.records), `chunks of ${size}`);
        }
      });

      if (format.split) {
        test(`${name}: ranges give the same`, async () => {
          const source = memorySource(name, bytes) as Required<ByteSource>;
          const whole = await drain(format, source);
          for (const target of [64, 1_000, 1_000_000]) {
            const ranges = (await format.split?.(source, target, { limits, spool })) ?? [];
            const records: unknown[] = [];
            for (const range of ranges) records.push(...(await drain(format, source, range)).records);
            assert.deepEqual(plain(records), plain(whole.records), `ranges of ${target}`);
          }
        });
      }

      test(`${name}: cut or corrupted anywhere, it gives an answer`, async () => {
        const random = seededRandom(bytes.length);
        const cuts = bytes.length < 300 ? bytes.length : 120;
        for (let i = 0; i < cuts; i++) {
          const at = bytes.length < 300 ? i : Math.floor(random() * bytes.length);
          await drain(format, memorySource(name, bytes.subarray(0, at)));
        }
        for (let i = 0; i < 200; i++) {
          const damaged = Buffer.from(bytes);
          const flips = 1 + Math.floor(random() * 3);
          for (let f = 0; f < flips; f++) {
            const at = Math.floor(random() * damaged.length);
            damaged[at] = (damaged[at] ?? 0) ^ (1 << Math.floor(random() * 8));
          }
          await drain(format, memorySource(name, damaged));
        }
      });

      test(`${name}: its content alone names it`, async () => {
        const head = await readHead(memorySource("unknown", bytes), LIMITS);
        const best = rank(formats, head)[0]?.format.id;
        // names.txt holds lines that only Python can read: as text they are searched all the same.
        if (format.yields === "document" || bytes.length === 0 || name === "names.txt") return;
        const named = rank(formats, await readHead(memorySource(name, bytes), LIMITS))[0]?.format.id;
        assert.ok(best === format.id || named === format.id, `read as ${best} without its name, ${named} with it`);
      });
    }
  });
}

test("removing nothing changes nothing, removing a record leaves the others", async () => {
  for (const format of formats) {
    if (!format.remove) continue;
    for (const path of globSync(`testdata/formats/${format.id}/*`).sort()) {
      // In literal-quotes.tsv one row decides how quotes are read: without it the same bytes mean something else.
      if (/\.(golden|expected|records)\.json$|literal-quotes/.test(path)) continue;
      const bytes = readFileSync(path);
      const name = basename(path);
      const source = memorySource(name, bytes);
      const ranked = rank(formats, await readHead(source, LIMITS));
      if (ranked[0]?.format.id !== format.id) continue;
      const before = await drain(format, source);
      if (before.records.length < 4 || before.problems.length > 0) continue;
      for (const drop of [-1, 0, 1, before.records.length - 1]) {
        const chunks: Uint8Array[] = [];
        try {
          for await (const chunk of format.remove(source, (record) => record === drop, { limits, spool }))
            chunks.push(Uint8Array.from(chunk));
        } catch (error) {
          // A shape that cannot be rewritten says so; it never writes something else.
          assert.equal((error as { code?: string }).code, "unsupported", `${path}: ${(error as Error).message}`);
          break;
        }
        const out = Buffer.concat(chunks);
        if (drop === -1 && !["parquet", "arrow"].includes(format.id))
          assert.ok(out.equals(bytes), `${path}: removing nothing changed bytes`);
        const after = await drain(format, memorySource(name, out));
        assert.deepEqual(
          plain(after.records),
          plain(before.records.filter((_, i) => i !== drop)),
          `${path}: dropping ${drop}`,
        );
      }
    }
  }
});
