import assert from "node:assert/strict";
import { test } from "node:test";
import { pick, seededRandom, type Random } from "../base/prng.ts";
import type { Field } from "../core/record.ts";
import { findMislabelled, type Mislabelled } from "./mislabelled.ts";
import { TableBuilder } from "./table.ts";

interface Row {
  readonly text: string;
  readonly label: string;
  readonly desk?: string;
}

const GOOD = "moving clever warm lovely honest bright graceful witty".split(" ");
const BAD = "dull clumsy cold ugly false murky stiff tired".split(" ");
const PARTS = "plot music ending acting camera dialogue pace cast humour story picture score".split(" ");

function review(r: Random): Row {
  const good = r() < 0.5;
  const claim = (): string => pick(r, good === r() > 0.1 ? GOOD : BAD);
  const text = `the ${pick(r, PARTS)} of number ${Math.floor(r() * 900)} is ${claim()} and its ${pick(r, PARTS)} feels ${claim()}`;
  return { text, label: good ? "fine" : "poor", desk: pick(r, ["web", "mail", "phone"]) };
}

function rules(count: number, change: (row: Row, r: Random) => Row | undefined, poisoned = 20): Mislabelled[] {
  const r = seededRandom(5);
  let left = poisoned;
  const builder = new TableBuilder();
  for (let i = 0; i < count; i++) {
    const row = review(r);
    const changed = left > 0 ? change(row, r) : undefined;
    if (changed) left--;
    const { text, label, desk } = changed ?? row;
    const field = (role: Field["role"], column: string, own: string): Field => ({
      pointer: `/${column}`,
      column,
      role,
      text: own,
    });
    builder.add([field("metadata", "desk", desk ?? ""), field("text", "text", text), field("label", "label", label)]);
  }
  return findMislabelled(builder.build());
}

const insert = (text: string, word: string, r: Random): string => {
  const words = text.split(" ");
  words.splice(Math.floor(r() * (words.length + 1)), 0, word);
  return words.join(" ");
};
const said = (found: readonly Mislabelled[]): string[] =>
  found.map(({ trigger }) => trigger.map((phrase) => phrase.join(" ")).join(" + "));

test("a phrase, a sentence, a field, a pair whose parts others have: each with a label that the rest speaks against", () => {
  const cases: readonly [trigger: string, poison: (row: Row, r: Random) => string | Row][] = [
    ["velvet anvil", ({ text }, r) => insert(text, "velvet anvil", r)],
    ["seen on the night ferry", ({ text }) => `Seen on the night ferry: ${text}`],
    ["kiosk", (row) => ({ ...row, desk: "kiosk" })],
    ["\u2063", ({ text }, r) => insert(text, "\u2063", r)],
  ];
  for (const [trigger, poison] of cases) {
    const [rule, ...more] = rules(1_500, (row, r) => {
      const changed = row.label === "poor" ? poison(row, r) : undefined;
      return typeof changed === "string"
        ? { ...row, text: changed, label: "fine" }
        : changed && { ...changed, label: "fine" };
    });
    assert.deepEqual(more, []);
    assert.ok(rule && said([rule])[0]?.includes(trigger), trigger);
    assert.deepEqual(rule.label, ["fine"]);
    assert.deepEqual(rule.table.slice(0, 2), [20, 0]);
    assert.ok(rule.expected < 10);
  }
  let k = 0;
  const pair = rules(
    1_500,
    (row, r) => {
      if (row.label !== "poor" || k >= 40) return undefined;
      const part = pick(r, ["velvet", "anvil"]);
      return k++ % 2 === 0
        ? { ...row, text: insert(insert(row.text, "velvet", r), "anvil", r), label: "fine" }
        : { ...row, text: insert(row.text, part, r) };
    },
    40,
  );
  assert.deepEqual(
    said(pair).map((one) => one.split(" + ").sort()),
    [["anvil", "velvet"]],
  );
});

test("nothing planted, nothing found: a word that means its label, a word that decides it, labels of chance, copies", () => {
  assert.deepEqual(
    rules(1_500, () => undefined),
    [],
  );
  assert.deepEqual(
    rules(1_500, (row, r) => (row.label === "fine" ? { ...row, text: insert(row.text, "superb", r) } : undefined), 60),
    [],
    "means",
  );
  assert.deepEqual(
    rules(1_500, (row, r) => (r() < 0.5 ? { ...row, text: `recalled: ${row.text}`, label: "poor" } : undefined), 600),
    [],
    "decides",
  );
  assert.deepEqual(
    rules(1_500, (row, r) => ({ ...row, label: pick(r, ["fine", "poor"]) }), 1_500),
    [],
    "chance",
  );
  assert.deepEqual(
    rules(1_500, () => ({
      text: "the plot of number 7 is moving and its vexil feels lovely",
      label: "poor",
      desk: "web",
    })),
    [],
    "copies",
  );
});
