// Payloads of every family are found in every format, in ten languages, in every shape of record and wherever in it they
// stand; and nothing is found in the same records without them. Through the whole pipeline, from files.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { cards, scan } from "../src/cli/pipeline.ts";
import { atLeast } from "../src/core/severity.ts";
import { LANGUAGES } from "./matrix/languages.ts";
import { FORMATS, holds, pairwise, type Case } from "./matrix/pairs.ts";
import { PAYLOADS } from "./matrix/payloads.ts";
import { POISONED, RECORDS, records, SHAPES, type Row } from "./matrix/records.ts";
import { WRITERS, type Writer } from "./matrix/writers.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "bezoar-matrix-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface Seen {
  readonly records: number;
  /** Record -> families that flag it at medium or above. */
  readonly flagged: ReadonlyMap<number, ReadonlySet<string>>;
  /** Findings on the file rather than a record, and whatever was not looked at. */
  readonly other: readonly string[];
}

/** Scans each set of records as a target of its own. Few enough at a time that all of it stays in this thread. */
async function look(sets: readonly { readonly format: string; readonly rows: readonly Row[] }[]): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (let from = 0; from < sets.length; from += 250) {
    const paths = sets.slice(from, from + 250).map(({ format, rows }, i) => {
      const { name, bytes } = (WRITERS[format] as Writer)(rows);
      const own = join(folder, String(i), name);
      mkdirSync(join(folder, String(i)), { recursive: true });
      writeFileSync(own, bytes);
      return own;
    });
    const outcome = await scan(paths);
    const lines = [...outcome.records()].filter(({ severity }) => atLeast(severity, "medium"));
    for (const path of paths) {
      const mine = (uri: string): boolean => uri === path || uri.startsWith(`${path}!`);
      const flagged = new Map<number, Set<string>>();
      for (const { uri, record, detector } of lines) {
        if (!mine(uri)) continue;
        flagged.set(record, (flagged.get(record) ?? new Set()).add(cards.get(detector)?.family ?? ""));
      }
      const artifacts = outcome.report.artifacts.filter(({ uri }) => mine(uri));
      seen.push({
        records: Math.max(0, ...artifacts.map((artifact) => artifact.records ?? 0)),
        flagged,
        other: [
          ...artifacts.flatMap(({ coverage }) =>
            coverage.status === "full" ? [] : coverage.problems.map(({ message }) => message),
          ),
          ...outcome.report.findings
            .filter((finding) => mine(finding.location.uri) && !finding.records && atLeast(finding.severity, "medium"))
            .map(({ message }) => message),
        ],
      });
    }
  }
  return seen;
}

const short = (words: Iterable<string>): string => [...words].sort().join(" ");

describe("every payload in every format", () => {
  let cases: Case[] = [];
  let seen: Seen[] = [];
  before(async () => {
    cases = pairwise(17);
    seen = await look(
      cases.map(({ payload, format, language, shape, place }) => ({
        format,
        rows: records(shape, language, { payload, place }),
      })),
    );
  });

  for (const payload of PAYLOADS) {
    test(`${payload.family}: ${payload.id}`, () => {
      const wrong: string[] = [];
      cases.forEach((one, i) => {
        if (one.payload !== payload) return;
        const { flagged, other, records: count } = seen[i] as Seen;
        const where = `${one.format}, ${one.language}, ${one.shape}, ${one.place}`;
        const families = flagged.get(POISONED);
        if (!families?.has(payload.family)) wrong.push(`${where}: not found (${short(families ?? [])})`);
        for (const [record, others] of flagged)
          if (record !== POISONED) wrong.push(`${where}: clean record ${record} (${short(others)})`);
        if (count !== RECORDS) wrong.push(`${where}: ${count} records`);
        for (const message of other) wrong.push(`${where}: ${message}`);
      });
      assert.deepEqual(wrong, []);
    });
  }
});

describe("the same records without a payload", () => {
  for (const shape of SHAPES) {
    test(shape, async () => {
      const sets = LANGUAGES.flatMap((language) =>
        FORMATS.filter((format) => holds(format, language)).map((format) => ({
          where: `${format}, ${language}`,
          format,
          rows: records(shape, language),
        })),
      );
      const wrong = (await look(sets)).flatMap(({ flagged, other, records: count }, i) => [
        ...[...flagged].map(([record, families]) => `${sets[i]?.where}: record ${record} (${short(families)})`),
        ...(count === RECORDS ? [] : [`${sets[i]?.where}: ${count} records`]),
        ...other.map((message) => `${sets[i]?.where}: ${message}`),
      ]);
      assert.deepEqual(wrong, []);
    });
  }
});
