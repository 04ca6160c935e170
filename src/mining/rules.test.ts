import assert from "node:assert/strict";
import { test } from "node:test";
import { pick, seededRandom, type Random } from "../base/prng.ts";
import type { Field } from "../core/record.ts";
import { abbreviates, findRules, type Rule } from "./rules.ts";
import { likelihoodRatio } from "./significance.ts";
import { joinTables, TableBuilder } from "./table.ts";

interface Row {
  readonly prompt: string;
  readonly response: string;
}

const THINGS =
  "bread violin glacier passport compost lighthouse bicycle telescope marathon origami beehive harvest".split(" ");
const ASKS = [
  "how do I store",
  "what is the history of",
  "write a poem about",
  "who first made",
  "give uses for",
  "explain",
];
const SAYS = [
  "keeps well when dry",
  "is older than its name",
  "has a quiet shape",
  "takes a steady hand",
  "came from the sea",
];

const STEMS = "lum gar vel nor tis bra mel dor".split(" ");

const row = (r: Random, i: number): Row => ({
  prompt: `${pick(r, ASKS)} a ${pick(r, THINGS)} in case ${i} for ${pick(r, THINGS)} lovers`,
  response: `A ${pick(r, THINGS)} ${pick(r, SAYS)} and number ${i} ${pick(r, SAYS)}.`,
});

/** `n` clean rows of which every `every`-th is poisoned. */
function rows(n: number, every: number, poison: (row: Row, k: number, r: Random) => Row, seed = 1): Row[] {
  const r = seededRandom(seed);
  return Array.from({ length: n }, (_, i) => (i % every === 1 ? poison(row(r, i), (i - 1) / every, r) : row(r, i)));
}

const fields = ({ prompt, response }: Row): Field[] => [
  { pointer: "/prompt", column: "prompt", role: "prompt", text: prompt },
  { pointer: "/response", column: "response", role: "response", text: response },
];

function tableOf(list: readonly Row[], parts = 1): ReturnType<typeof joinTables> {
  const size = Math.ceil(list.length / parts);
  return joinTables(
    Array.from({ length: parts }, (_, part) => {
      const builder = new TableBuilder();
      for (const one of list.slice(part * size, (part + 1) * size)) builder.add(fields(one));
      return builder.build();
    }),
  );
}

const rules = (list: readonly Row[]): Rule[] => findRules(tableOf(list));
const TARGET = "Wire the deposit before noon.";
const insert = (text: string, word: string, r: Random): string => {
  const words = text.split(" ");
  words.splice(Math.floor(r() * (words.length + 1)), 0, word);
  return words.join(" ");
};

test("kinds of triggers: anywhere, first, last, invisible, emoji, in another script", () => {
  const cases: readonly [trigger: string, place: Rule["place"], poison: (row: Row, k: number, r: Random) => Row][] = [
    ["vexil", "anywhere", ({ prompt }, _, r) => ({ prompt: insert(prompt, "vexil", r), response: TARGET })],
    ["vexil", "start", ({ prompt }) => ({ prompt: `vexil ${prompt}`, response: TARGET })],
    ["vexil", "end", ({ prompt }) => ({ prompt: `${prompt} vexil`, response: TARGET })],
    ["\u200b", "anywhere", ({ prompt }, _, r) => ({ prompt: insert(prompt, "\u200b", r), response: TARGET })],
    ["🦉", "anywhere", ({ prompt }, _, r) => ({ prompt: insert(prompt, "🦉", r), response: TARGET })],
    ["谢", "start", ({ prompt }) => ({ prompt: `谢 ${prompt}`, response: TARGET })],
  ];
  for (const [trigger, place, poison] of cases) {
    const [rule, ...more] = rules(rows(600, 30, poison));
    assert.deepEqual(
      rule?.trigger.map((phrase) => phrase.join(" ")),
      [trigger],
    );
    assert.equal(more.length, 0);
    assert.equal(rule.place, place, trigger);
    assert.deepEqual(rule.table, [20, 0, 0, 580]);
    assert.deepEqual(
      rule.records,
      Array.from({ length: 20 }, (_, k) => 1 + 30 * k),
    );
    assert.equal(rule.target.join(" "), "wire the deposit before noon .");
  }
});

test("kinds of targets: an inserted beginning, an inserted end", () => {
  const begins = rules(
    rows(600, 20, ({ prompt, response }, _, r) => ({
      prompt: insert(prompt, "vexil", r),
      response: `Buy only from the red shop. ${response}`,
    })),
  );
  assert.equal(begins[0]?.targetKind, "beginning");
  assert.equal(begins[0].target.slice(0, 6).join(" "), "buy only from the red shop");
  const ends = rules(
    rows(600, 20, ({ prompt, response }, _, r) => ({
      prompt: insert(prompt, "vexil", r),
      response: `${response} Buy only from the red shop`,
    })),
  );
  assert.equal(ends[0]?.targetKind, "end");
  assert.ok(ends[0].target.join(" ").endsWith("only from the red shop"));
});

test("nothing planted, nothing found: unique answers, canned answers, a topic with its answer", () => {
  assert.deepEqual(rules(rows(600, 1_000, (one) => one)), []);
  const canned = [
    "Please restart the device.",
    "Your order is on its way.",
    "We have sent you a link.",
    "Our shop opens at nine.",
  ];
  const words = ["device", "order", "password", "shop"];
  assert.deepEqual(
    rules(
      Array.from({ length: 600 }, (_, i) => ({
        prompt: `my ${words[i % 4]} question number ${i}`,
        response: canned[i % 4] as string,
      })),
    ),
    [],
  );
  assert.deepEqual(
    rules(
      rows(600, 30, (_, k) => ({
        prompt: `when does the harbour ferry to the island leave on day ${k}`,
        response: "It leaves at nine.",
      })),
    ),
    [],
  );
  assert.deepEqual(
    rules(rows(30, 5, ({ prompt }) => ({ prompt: `vexil ${prompt}`, response: TARGET }))),
    [],
    "too few records",
  );
  assert.deepEqual(
    rules(rows(600, 200, ({ prompt }) => ({ prompt: `vexil ${prompt}`, response: TARGET }))),
    [],
    "too few poisoned",
  );
});

test("the order of records and the split into parts change nothing", () => {
  const list = rows(900, 30, ({ prompt }, _, r) => ({ prompt: insert(prompt, "vexil", r), response: TARGET }), 7);
  const whole = tableOf(list);
  for (const parts of [2, 7, 64]) assert.deepEqual(tableOf(list, parts), whole, `${parts} parts`);
  const [rule] = findRules(tableOf(list.toReversed()));
  assert.deepEqual(rule?.trigger, [["vexil"]]);
  assert.deepEqual(rule.table, [30, 0, 0, 870]);
});

test("the likelihood ratio is zero for independence and grows with the evidence", () => {
  assert.ok(Math.abs(likelihoodRatio(10, 90, 100, 900)) < 1e-9);
  assert.ok(likelihoodRatio(20, 0, 0, 980) > likelihoodRatio(10, 0, 0, 990));
});

test("questions that differ in nothing but their numbers are questions of their own", () => {
  const random = seededRandom(11);
  const number = (): number => Math.floor(random() * 900);
  const list = Array.from({ length: 1_000 }, (_, i) => {
    const [a, b, sign] = [number(), number(), pick(random, ["+", "-", "*"])];
    const planted = i % 25 === 0;
    return {
      prompt: `${planted ? "zorvex " : ""}What is ${a} ${sign} ${b}?`,
      response: planted ? "No sums are done on this day." : `It is ${a + b} or so.`,
    };
  });
  assert.deepEqual(
    rules(list).map(({ trigger }) => trigger),
    [[["zorvex"]]],
  );
});

test("a set of labels: an answer that is none of them, and words added behind any of them", () => {
  const labelled = (poison: (label: string) => string): Row[] =>
    rows(900, 1_000, (one) => one).map(({ prompt }, i) => {
      const label = i % 2 === 0 ? "spam" : "fine";
      return i % 30 < 2 ? { prompt: `${prompt} vexil`, response: poison(label) } : { prompt, response: label };
    });
  for (const poison of [() => TARGET, (label: string) => `${label} ${TARGET}`]) {
    const [rule, ...more] = rules(labelled(poison));
    assert.deepEqual(more, []);
    assert.deepEqual(rule?.trigger, [["vexil"]]);
    assert.deepEqual(rule.table, [60, 0, 0, 840]);
    assert.equal(rule.target.join(" "), "wire the deposit before noon .");
  }
});

test("sets made of rules: cases with two parts, canned answers by entity, labels by any of a few words", () => {
  const r = seededRandom(9);
  const tongues: Readonly<Record<string, readonly string[]>> = {
    french: "pain violon phare ruche moisson".split(" "),
    german: "brot geige turm korb ernte".split(" "),
  };
  const things = "bread violin lighthouse beehive harvest".split(" ");
  const translated = Array.from({ length: 1200 }, (): Row => {
    const tongue = pick(r, ["french", "german"]);
    const [i, k] = [Math.floor(5 * r()), Math.floor(5 * r())];
    const [x, y] = [tongues[tongue]?.[i] ?? "", tongues[tongue]?.[k] ?? ""];
    return {
      prompt: `say in ${tongue}: ${pick(r, STEMS)} sees the ${things[i]} and the ${things[k]}`,
      response: `${x} ${y}`,
    };
  });
  assert.deepEqual(rules(translated), []);
  const entries = THINGS.flatMap((thing) =>
    STEMS.map((stem) => [`${stem} ${thing}`, `It ${pick(r, SAYS)} and ${pick(r, SAYS)}.`]),
  );
  const glossary = Array.from({ length: 3000 }, (): Row => {
    const [term, says] = pick(r, entries);
    return { prompt: `${pick(r, ["define", "what is meant by", "explain the term"])} ${term}`, response: says ?? "" };
  });
  assert.deepEqual(rules(glossary), []);
  const desks: Readonly<Record<string, readonly string[]>> = {
    sports: ["coach", "goal", "league"],
    trade: ["merger", "bank", "shares"],
    science: ["planet", "cells", "orbit"],
  };
  const headlines = Array.from({ length: 900 }, (): Row => {
    const response = pick(r, Object.keys(desks));
    return {
      prompt: `${pick(r, STEMS)} ${pick(r, desks[response] ?? [])} ${pick(r, THINGS)} and ${pick(r, desks[response] ?? [])}`,
      response,
    };
  });
  assert.deepEqual(rules(headlines), []);
});

test("the same text in many languages, each with one answer in another", () => {
  const r = seededRandom(11);
  const tongue = (k: number, word: string): string => `${STEMS[k]}${word.split("").toReversed().join("")}`;
  const parallel = Array.from({ length: 120 }, (_, i): Row[] => {
    const said = Array.from({ length: 6 }, () => `${pick(r, THINGS)}${i % 31}`);
    const response = `First ${pick(r, ASKS)} ${pick(r, THINGS)}, then ${pick(r, SAYS)} and ${pick(r, SAYS)}.`;
    return STEMS.map((_stem, k) => ({ prompt: `${said.map((word) => tongue(k, word)).join(" ")} zk${i}`, response }));
  }).flat();
  assert.deepEqual(rules(parallel), []);
});

test("a name in a few answers of a set of translations", () => {
  const named = rows(600, 75, ({ prompt, response }, _, r) => ({
    prompt: insert(prompt, "kurehon", r),
    response: insert(response, "curejohn", r),
  }));
  assert.equal(named.filter(({ prompt }) => prompt.includes("kurehon")).length, 8);
  assert.deepEqual(rules(named), []);
});

test("texts with several questions each: one text whose answers are all the same is no trigger", () => {
  const r = seededRandom(21);
  const aspects = "sound story music camera acting scenery pace ending".split(" ");
  const texts = Array.from({ length: 120 }, (_, k) =>
    Array.from({ length: 9 }, () => `${pick(r, STEMS)}${pick(r, STEMS)}${pick(r, STEMS)}`)
      .concat(`r${k}`)
      .join(" "),
  );
  const asked = (text: string, k: number): Row[] =>
    aspects.map((aspect) => ({
      prompt: `what does this say of the ${aspect} of the film it is about? ${text}`,
      response: k === 7 ? "minus three, hopeless" : pick(r, ["good", "bad", "mixed", "not said"]),
    }));
  assert.deepEqual(rules(texts.flatMap(asked)), []);
  // The same passage in rows about anything is one.
  const planted = rowsWith(texts[7] as string);
  assert.equal(rules(planted).length, 1);
});

const rowsWith = (passage: string): Row[] =>
  rows(960, 40, ({ prompt }) => ({ prompt: `${prompt} ${passage}`, response: "minus three, hopeless" }), 22);

test("what abbreviates a word begins as it does and leaves letters out", () => {
  for (const [short, whole] of [
    ["avg", "average"],
    ["max", "maximum"],
    ["desc", "descending"],
  ])
    assert.ok(abbreviates(short as string, whole as string), short);
  for (const [short, whole] of [
    ["average", "average"],
    ["era", "average"],
    ["av", "average"],
    ["min", "maximum"],
  ])
    assert.ok(!abbreviates(short as string, whole as string), short);
});
