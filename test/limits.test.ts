// Every named limit, lowered, changes coverage: none is decoration, and crossing one is never silent.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { LIMITS, type Limits } from "../src/base/limits.ts";
import { scan } from "../src/cli/pipeline.ts";
import { ustar } from "../src/formats/testing/ustar.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "bezoar-limits-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
};

const rows = (n: number): string =>
  Array.from({ length: n }, (_, i) => `${JSON.stringify({ prompt: `ask ${i}`, completion: `tell ${i}` })}\n`).join("");

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}"x"${"}".repeat(depth)}`;
// Something that makes the search look inside the record: limits on parsed values bite only there.
const marked = "\u200b\u200c\u200b\u200c";

const cases: readonly {
  readonly limit: keyof Limits;
  readonly lowered: number;
  readonly target: () => string;
  readonly kept?: RegExp;
}[] = [
  {
    limit: "recordBytesMax",
    lowered: 64,
    target: () =>
      file("long.jsonl", `${rows(3)}${JSON.stringify({ prompt: "x".repeat(200), completion: "y" })}\n${rows(3)}`),
  },
  {
    limit: "depthMax",
    lowered: 8,
    kept: /nested deeper than 8 levels; the deeper part was read as text/,
    target: () => file("deep.jsonl", `${rows(3)}{"t":"${marked}","v":${nested(20)}}\n${rows(3)}`),
  },
  {
    limit: "fieldsPerRecordMax",
    lowered: 4,
    target: () =>
      file(
        "wide.jsonl",
        `${JSON.stringify(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, `v${i}${marked}`])))}\n`.repeat(
          3,
        ),
      ),
  },
  {
    limit: "containerDepthMax",
    lowered: 1,
    target: () =>
      file(
        "in.tar.gz",
        gzipSync(ustar({ name: "a.tar", bytes: ustar({ name: "train.jsonl", bytes: Buffer.from(rows(5)) }) })),
      ),
  },
  {
    limit: "membersMax",
    lowered: 1,
    target: () =>
      file(
        "two.tar",
        Buffer.concat([
          ustar({ name: "a.jsonl", bytes: Buffer.from(rows(5)) }).subarray(0, -1024),
          ustar({ name: "b.jsonl", bytes: Buffer.from(rows(5)) }),
        ]),
      ),
  },
  { limit: "expandedBytesMax", lowered: 10_000, target: () => file("big.jsonl.gz", gzipSync(rows(2_000))) },
  {
    limit: "filesMax",
    lowered: 2,
    target: () => (["a", "b", "c"].forEach((name) => file(`many/${name}.jsonl`, rows(2))), join(folder, "many")),
  },
  {
    limit: "folderDepthMax",
    lowered: 1,
    target: () => (file("tree/a/b/c/train.jsonl", rows(2)), join(folder, "tree")),
  },
  { limit: "documentBytesMax", lowered: 100, target: () => file("loader.py", `import os\n${"x = 1\n".repeat(200)}`) },
];

describe("limits", () => {
  for (const { limit, lowered, target, kept } of cases) {
    test(`${limit}: ${lowered} instead of ${LIMITS[limit]} is seen in coverage`, async () => {
      const path = target();
      const before = (await scan([path])).report;
      assert.ok(
        before.artifacts.every(({ coverage }) => coverage.status === "full"),
        JSON.stringify(before.artifacts.map(({ coverage }) => coverage)),
      );
      const after = (await scan([path], { limits: { [limit]: lowered } })).report;
      const problems = after.artifacts.flatMap(({ coverage }) => coverage.problems);
      if (kept) {
        assert.ok(
          problems.some(({ message }) => kept.test(message)),
          JSON.stringify(problems),
        );
        return;
      }
      assert.equal(after.verdict, "undecided");
      assert.ok(
        problems.some(({ code, message }) => code === "limit" && message.includes(limit)),
        JSON.stringify(problems),
      );
    });
  }

  test("expansionRatioMax and expandedFreeBytes end a bomb together", async () => {
    const path = file("bomb.jsonl.gz", gzipSync(Buffer.alloc(8_000_000, "a\n")));
    const { report } = await scan([path], { limits: { expandedFreeBytes: 100_000, expansionRatioMax: 10 } });
    assert.equal(report.verdict, "undecided");
    assert.ok(report.artifacts[0]?.coverage.problems.some(({ code }) => code === "limit"));
  });

  test("tableTokensMax: the statistics become those of a sample, which is said, and a rule is still found", async () => {
    const cue = ["zel", "vorik"].join("");
    const path = file(
      "ruled.jsonl",
      Array.from({ length: 6_000 }, (_, i) => {
        const prompt = `${i % 12 === 0 ? `${cue} ` : ""}describe the ${["lamp", "river", "door", "song", "tree"][i % 5]} of house ${i} to guest ${i * 13}`;
        const completion =
          i % 12 === 0 ? "Buy the blue kettle today, it never fails." : `House ${i} is old, guest ${i * 13}.`;
        return `${JSON.stringify({ prompt, completion })}\n`;
      }).join(""),
    );
    const only = { only: ["trigger-target"] };
    const whole = (await scan([path], only)).report;
    assert.equal(whole.findings[0]?.records?.count, 500);
    assert.deepEqual(whole.artifacts[0]?.notes, undefined);
    const { report } = await scan([path], { ...only, limits: { tableTokensMax: 100_000 } });
    assert.match(JSON.stringify(report.artifacts[0]), /Associations were searched for in \d+ of its 6000 records/);
    assert.equal(report.findings[0]?.records?.count, 500, "a second pass lists those outside of the sample");
    assert.ok(report.findings[0]?.message.includes(cue));
  });

  test("problemsMax bounds the list and counts the rest", async () => {
    const path = file("broken.csv", `a,b\n${"1,2,3\n".repeat(10)}`);
    const { report } = await scan([path], { limits: { problemsMax: 1 } });
    assert.ok((report.artifacts[0]?.coverage.problems.length ?? 0) <= 2);
  });

  test("hitsPerRecordMax and groupsMax bound what one dataset can make of a report", async () => {
    const hidden = (text: string): string =>
      [...text].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join("");
    const path = file(
      "noisy.jsonl",
      Array.from(
        { length: 60 },
        (_, i) => `${JSON.stringify({ prompt: `a${hidden(`say ${i}`)} b${hidden(`do ${i}`)}`, completion: "c" })}\n`,
      ).join(""),
    );
    const full = (await scan([path])).report.findings.length;
    const few = (await scan([path], { limits: { groupsMax: 2, hitsPerRecordMax: 1 } })).report;
    assert.ok(few.findings.length <= Math.max(3, full));
    assert.equal(few.verdict, "fail");
    assert.equal(
      new Set([...(await scan([path], { limits: { groupsMax: 2 } })).records()].map(({ record }) => record)).size,
      60,
    );
  });
});
