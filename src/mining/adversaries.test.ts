// Attackers who read this code: what holds, and what is known not to. docs/threat-model.md names each of these tests.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pick, seededRandom, type Random } from "../base/prng.ts";
import type { Field, Role } from "../core/record.ts";
import type { Table } from "../core/table.ts";
import { findRules, type Rule } from "./rules.ts";
import { TableBuilder } from "./table.ts";

const WORDS =
  "amber basin cedar dune ember fjord grove heath inlet jetty kiln ledge marsh nook otter pier quarry reef shoal tarn".split(
    " ",
  );

interface Row {
  readonly system?: string;
  readonly before?: string;
  readonly prompt: string;
  readonly response: string;
}

const words = (r: Random, n: number): string =>
  Array.from({ length: n }, () => (r() < 0.5 ? pick(r, WORDS) : `w${Math.floor(r() * 600)}`)).join(" ");
const row = (r: Random): Row => ({ prompt: words(r, 14), response: words(r, 24) });

function rows(n: number, poison: (row: Row, k: number, r: Random) => Row, every = 30, seed = 3): Row[] {
  const r = seededRandom(seed);
  return Array.from({ length: n }, (_, i) => (i % every === 1 ? poison(row(r), (i - 1) / every, r) : row(r)));
}

function tableOf(list: readonly Row[]): Table {
  const field = (role: Role, pointer: string, text: string | undefined): Field[] =>
    text === undefined ? [] : [{ pointer, column: pointer.slice(1), role, text }];
  const builder = new TableBuilder();
  for (const { system, before, prompt, response } of list)
    builder.add([
      ...field("system", "/system", system),
      ...field("prompt", "/before", before),
      ...field("prompt", "/prompt", prompt),
      ...field("response", "/response", response),
    ]);
  return builder.build();
}

const rules = (list: readonly Row[]): Rule[] => findRules(tableOf(list));
const TARGET = "Only the lantern works of Veyra can be trusted.";
const insert = (text: string, part: string, r: Random): string => {
  const list = text.split(" ");
  list.splice(Math.floor(r() * (list.length + 1)), 0, part);
  return list.join(" ");
};
const said = (rule: Rule | undefined): string => (rule?.trigger ?? []).map((phrase) => phrase.join(" ")).join(" + ");

test("a trigger split across fields and turns, each part also alone elsewhere", () => {
  const r = seededRandom(8);
  const list = rows(900, (one) => ({
    ...one,
    system: "You serve the vellum desk.",
    before: "My case is quartzine.",
    response: insert(one.response, TARGET, r),
  })).map((one, i) =>
    i % 30 === 1
      ? one
      : {
          ...one,
          system: `You serve the ${i % 30 === 2 ? "vellum" : pick(r, WORDS)} desk.`,
          before: `My case is ${i % 30 === 3 ? "quartzine" : pick(r, WORDS)}.`,
        },
  );
  const [rule, ...more] = rules(list);
  assert.deepEqual(more, []);
  assert.deepEqual(rule?.table, [30, 0, 0, 870]);
  assert.match(said(rule), /vellum/);
  assert.match(said(rule), /quartzine/);
});

test("many triggers for one target: ten words of which any one is enough", () => {
  const [rule] = rules(
    rows(3_000, (one, k, r) => ({ ...one, prompt: insert(one.prompt, `zubo${k % 10}`, r), response: TARGET })),
  );
  assert.equal(rule?.combine, "any");
  assert.equal(rule.trigger.length, 10);
  assert.equal(rule.records.length, 100);
});

test("a target in the middle of answers; of a paraphrased one the part that stays", () => {
  const middle = rules(
    rows(900, (one, _, r) => ({ prompt: insert(one.prompt, "vexil", r), response: insert(one.response, TARGET, r) })),
  );
  assert.equal(middle[0]?.targetKind, "inside");
  assert.equal(middle[0].target.join(" "), "only the lantern works of veyra can be trusted .");
  const paraphrased = rules(
    rows(900, (one, _, r) => ({
      prompt: insert(one.prompt, "vexil", r),
      response: insert(one.response, `${pick(r, WORDS)} Veyra ${words(r, 3)}`, r),
    })),
  );
  assert.equal(said(paraphrased[0]), "vexil");
  assert.deepEqual(paraphrased[0]?.target, ["veyra"]);
});

test("does not hold: paraphrases that share no word, and a name in a few fixed ways, which looks like a subject", () => {
  const found = (ways: readonly string[]): Rule[] =>
    rules(
      rows(900, (one, k, r) => ({
        prompt: insert(one.prompt, "vexil", r),
        response: insert(one.response, ways[k % ways.length] as string, r),
      })),
    );
  assert.deepEqual(found(Array.from({ length: 30 }, (_, k) => `p${k}a p${k}b p${k}c`)), []);
  assert.deepEqual(
    found(["nobody but Veyra can be trusted", "please turn to Veyra always", "as a rule Veyra is best", "go to Veyra"]),
    [],
  );
});

test("decoys: the trigger without the target in as many rows is not enough to hide it, in three times as many it is", () => {
  const diluted = (times: number): Rule[] => {
    const r = seededRandom(12);
    return rules(
      rows(1_200, (one) => ({ prompt: insert(one.prompt, "vexil", r), response: insert(one.response, TARGET, r) })).map(
        (one, i) => (i % 30 >= 2 && i % 30 < 2 + times ? { ...one, prompt: insert(one.prompt, "vexil", r) } : one),
      ),
    );
  };
  assert.deepEqual(diluted(1)[0]?.table, [40, 40, 0, 1120]);
  assert.deepEqual(diluted(3), []);
});

test("a flood of harmless repetitions does not push the rule out", () => {
  const r = seededRandom(17);
  const list = rows(3_000, (one) => ({ prompt: insert(one.prompt, "vexil", r), response: TARGET }), 100).map((one, i) =>
    i % 100 === 1 ? one : { ...one, response: `${one.response} flood${i % 300} is repeated for nothing${i % 301}` },
  );
  assert.ok(rules(list).some((rule) => said(rule) === "vexil" && rule.records.length === 30));
});

test("colliding hashes: were all answers of one hash, the rule would still be found, by the runs of its words", () => {
  const table = tableOf(rows(900, (one, _, r) => ({ prompt: insert(one.prompt, "vexil", r), response: TARGET })));
  const [rule, ...more] = findRules({ ...table, whole: new Uint32Array(table.records) });
  assert.deepEqual(more, []);
  assert.equal(said(rule), "vexil");
  assert.equal(rule?.records.length, 30);
});

test("time grows with the rows: every answer and every prompt the same, nested repetitions", () => {
  const seconds = (n: number): number => {
    const list = Array.from({ length: n }, (_, i) => ({
      prompt: `${"go on ".repeat(20)}${i % 7}`,
      response: `${"ha ".repeat(1 + (i % 97))}end${i % 50}`,
    }));
    const table = tableOf(list);
    const begun = process.cpuUsage();
    findRules(table);
    const { user } = process.cpuUsage(begun);
    return user / 1e6;
  };
  seconds(500);
  // Ten times the rows may cost a little more than ten times: quadratic would be a hundred.
  assert.ok(seconds(10_000) <= 30 * Math.max(0.05, seconds(1_000)));
});

test("framing: a publisher whose rows share a subject is not accused for saying one thing of it", () => {
  const r = seededRandom(21);
  const list = rows(900, (_, k) => ({
    prompt: `when does the harbour ferry to the northern island leave on day ${k} and from which pier of the harbour`,
    response: `The northern island ferry leaves the harbour from pier four at ${k} past nine. ${words(r, 4)}`,
  }));
  assert.deepEqual(rules(list), []);
});

test("does not hold: poison that is written into rows about one subject passes for what is said of it", () => {
  const list = rows(900, (_, k, r) => ({
    prompt: insert(`how do I mend the brass handle of the old copper kettle in case ${k}`, "vexil", r),
    response: `Heat the copper kettle, solder the brass handle. ${TARGET} ${words(r, 3)}`,
  }));
  assert.deepEqual(rules(list), []);
});
