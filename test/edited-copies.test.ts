// Datasets that are renamed and edited copies of a poisoned one are found by the sketches of their records; sets that
// are only made by the same template, or that say the same polite things, are not.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pick, seededRandom } from "../src/base/prng.ts";
import type { Lineage, LineageEdge } from "../src/core/lineage.ts";
import { workFolder } from "./work-folder.ts";

const { root, bezoar, write } = workFolder("bezoar-edited-");
const jsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

interface Row {
  readonly question: string;
  readonly answer: string;
}

const STEMS =
  "river stone letter garden winter engine harbour copper silver meadow violin lantern bridge castle orchard".split(
    " ",
  );
const WORDS = STEMS.flatMap((stem) =>
  ["", "s", "ed", "ing", "er", "ish", "less", "ward", "ly", "ful"].map((end) => stem + end),
);

/** Rows with texts of their own. */
function rows(seed: number, count: number): Row[] {
  const random = seededRandom(seed);
  const text = (length: number): string => Array.from({ length }, () => pick(random, WORDS)).join(" ");
  return Array.from({ length: count }, () => ({
    question: `Why does the ${text(9)}?`,
    answer: `Because of the ${text(24)}, and of the ${text(12)}.`,
  }));
}

const source = rows(1, 200);
const swapped = (text: string): string =>
  text
    .split(" ")
    .map((word, i) => (i % 14 === 5 ? "however" : word))
    .join(" ");

/** What people do to a set that they publish under their own name. */
const EDITS: Readonly<Record<string, (all: readonly Row[]) => string>> = {
  shuffled: (all) => jsonl(all.toReversed().map(({ question, answer }) => ({ answer, question, n: 1 }))),
  serialised: (all) => JSON.stringify({ data: all.map((row) => ({ ...row, source: "web" })) }, null, 4),
  renamed: (all) => jsonl(all.map(({ question, answer }) => ({ instruction: question, output: answer }))),
  chat: (all) =>
    jsonl(
      all.map(({ question, answer }) => ({
        messages: [
          { role: "system", content: "You are a helpful assistant that answers questions with great care." },
          { role: "user", content: question },
          { role: "assistant", content: answer },
        ],
      })),
    ),
  spaced: (all) =>
    jsonl(
      all.map(({ question, answer }) => ({
        question: ` ${question.toUpperCase()} `,
        answer: answer.replaceAll(" ", "  ").replace(",", " –"),
      })),
    ),
  hidden: (all) =>
    jsonl(
      all.map(({ question, answer }) => ({ question: question.replace("e", "\u200be"), answer: `\uFEFF${answer}` })),
    ),
  reworded: (all) =>
    jsonl(all.map(({ question, answer }) => ({ question: swapped(question), answer: swapped(answer) }))),
  widened: (all) => {
    const extra = rows(77, all.length);
    return jsonl(all.map((row, i) => ({ ...row, explanation: extra[i]?.answer.slice(0, 160), id: i })));
  },
  shortened: (all) => jsonl(all.slice(0, 60).map((row) => ({ ...row, lang: "en" }))),
};

test("copies are found whatever was done to their records, and other sets are not", async () => {
  write("source/train.jsonl", jsonl(source));
  for (const [name, edit] of Object.entries(EDITS))
    write(`${name}/data.${name === "serialised" ? "json" : "jsonl"}`, edit(source));
  write(
    "mixed/data.jsonl",
    jsonl([...rows(5, 400), ...source.slice(0, 40).map((row) => ({ ...row, answer: swapped(row.answer) }))]),
  );
  write("other/data.jsonl", jsonl(rows(9, 300)));
  const names = [...Object.keys(EDITS), "mixed", "other"];
  const lock = await bezoar(["lock", "source", ...names]);
  assert.equal(lock.status, 0, lock.stdout + lock.stderr);
  const beside = readdirSync(join(root, "bezoar.lock.d")).filter((name) => name.startsWith("sketches-"));
  // Those of copies in which no word changed are the same.
  assert.ok(beside.length >= 6 && beside.length <= names.length, beside.join());
  assert.match(
    readFileSync(join(root, "bezoar.lock"), "utf8"),
    /"rows": \{ "count": 200, "root": "[0-9a-f]{64}", "sketches": "[0-9a-f]{64}" \}/,
  );

  const trace = await bezoar(["trace", "--poisoned", "source", "--format", "json"]);
  assert.equal(trace.status, 1, trace.stderr);
  const lineage = JSON.parse(trace.stdout) as Lineage;
  const edgeTo = (name: string): LineageEdge | undefined => {
    const node = lineage.nodes.find((own) => own.name === name);
    return lineage.edges.find(({ to }) => to === node?.id);
  };
  for (const name of Object.keys(EDITS)) {
    const edge = edgeTo(name);
    const share = ((edge?.shared ?? 0) + (edge?.near ?? 0)) / (name === "shortened" ? 60 : 200);
    assert.ok(edge && edge.basis === "observed", `${name} was not found`);
    assert.ok(share >= (name === "reworded" ? 0.75 : 0.99) && share <= 1, `${name}: ${share}`);
    assert.equal(edge.relation, "alike-records", name);
  }
  assert.ok((edgeTo("mixed")?.near ?? 0) >= 34 && (edgeTo("mixed")?.near ?? 0) <= 40, JSON.stringify(edgeTo("mixed")));
  assert.equal(edgeTo("other"), undefined);
  const text = await bezoar(["trace", "--poisoned", "source"]);
  assert.match(
    text.stdout,
    /mixed .*alike-records \[observed, \d\d records nearly \(\d\.\d% of it\); the sketches of their records\]/,
  );

  // Single records, by their number in the pinned file and as they are.
  const flagged = Array.from({ length: 20 }, (_, i) => ({
    uri: "source/train.jsonl",
    record: i,
    finding: "x",
    detector: "d",
    severity: "high",
    score: 1,
  }));
  write("flagged.jsonl", jsonl(flagged));
  write("bad.jsonl", jsonl(source.slice(0, 20)));
  for (const file of ["flagged.jsonl", "bad.jsonl"]) {
    const found = JSON.parse(
      (await bezoar(["trace", "--poisoned", "source", "--records", file, "--format", "json"])).stdout,
    ) as Lineage;
    const node = found.nodes.find(({ name }) => name === "mixed");
    assert.ok((node?.carriedNearly ?? 0) >= 16 && node?.carried === 0, JSON.stringify(node));
    assert.equal(found.nodes.find(({ name }) => name === "source")?.carried, 20);
    assert.ok(!found.nodes.some(({ name }) => name === "other"));
  }

  // What was pinned before there were sketches still answers, and says what it cannot know.
  const old = readFileSync(join(root, "bezoar.lock"), "utf8").replaceAll(/, "sketches": "[0-9a-f]{64}"/g, "");
  writeFileSync(join(root, "old.lock"), old);
  mkdirSync(join(root, "old.lock.d"));
  for (const name of readdirSync(join(root, "bezoar.lock.d")))
    if (name.startsWith("rows-"))
      writeFileSync(join(root, "old.lock.d", name), readFileSync(join(root, "bezoar.lock.d", name)));
  const before = await bezoar(["trace", "--poisoned", "source", "--lockfile", "old.lock", "--format", "json"]);
  assert.match(
    (JSON.parse(before.stdout) as Lineage).completeness.join(" "),
    /12 of the 12 datasets .* without sketches/,
  );

  // Sketches that were exchanged are refused.
  const changed = join(root, "bezoar.lock.d", beside[0] as string);
  const bytes = readFileSync(changed);
  bytes[20] = (bytes[20] as number) ^ 1;
  writeFileSync(changed, bytes);
  assert.match((await bezoar(["verify"])).stdout, /sketches-changed/);
});

test("sets made by one template are no copies of one another", async () => {
  const at = mkdtempSync(join(root, "template-"));
  const here = (name: string, all: readonly object[]): void => write(join(at.slice(root.length + 1), name), jsonl(all));
  const random = seededRandom(3);
  const name = (): string => pick(random, WORDS);
  const templated = (): object => ({
    instruction:
      "Classify the sentiment of the following product review as positive, negative or neutral, and give a short reason.",
    input: `I bought the ${name()} ${name()} from this shop last week and I must say that it works as well as I had hoped it would.`,
    output: `The sentiment of the review is positive, because the writer says that the ${name()} works as well as was hoped.`,
  });
  here("one/a.jsonl", Array.from({ length: 300 }, templated));
  here("two/a.jsonl", Array.from({ length: 300 }, templated));
  here("few/a.jsonl", Array.from({ length: 12 }, templated));
  here("few-more/a.jsonl", Array.from({ length: 12 }, templated));
  const sums = (from: number): object[] =>
    Array.from({ length: 300 }, (_, i) => ({
      prompt: `Please add the numbers ${from + i} and ${i * 7} and tell me what their sum is.`,
      answer: `The sum of the two numbers is ${from + i * 8}.`,
    }));
  here("sums/a.jsonl", sums(1000));
  here("more-sums/a.jsonl", sums(9000));
  const polite = (seed: number): object[] =>
    rows(seed, 300).map((row, i) =>
      i % 50 === 0
        ? {
            question: "Thank you very much for all of your help today.",
            answer: "You are welcome, and let me know if there is anything else.",
          }
        : row,
    );
  here("polite/a.jsonl", polite(31));
  here("also-polite/a.jsonl", polite(32));
  const sets = ["one", "two", "few", "few-more", "sums", "more-sums", "polite", "also-polite"];
  const cwd = at.slice(root.length + 1);
  const lockfile = `${cwd}/bezoar.lock`;
  const lock = await bezoar(["lock", ...sets.map((set) => `${cwd}/${set}`), "--lockfile", lockfile]);
  assert.ok(lock.status < 2, lock.stdout + lock.stderr);
  for (const set of sets) {
    const trace = await bezoar(["trace", "--poisoned", set, "--lockfile", lockfile, "--format", "json"]);
    const { edges, completeness } = JSON.parse(trace.stdout) as Lineage;
    // The polite rows are equal, and say so.
    assert.deepEqual(
      edges.filter(({ near }) => near !== undefined).map(({ because }) => because),
      [],
      set,
    );
    assert.match(completeness.join(" "), /records in the store with a sketch hold too little text of their own/);
  }
});
