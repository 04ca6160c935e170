// Rules without a shared target, on a small invented language: what is found, what is not, and that neither the order of
// the records nor the split of the set changes anything.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Field, Role } from "../core/record.ts";
import { pick, seededRandom, type Random } from "../base/prng.ts";
import { expectTrait } from "./expect.ts";
import { Prompts } from "./prompts.ts";
import { refusals } from "./refusals.ts";
import { findShifts } from "./shifts.ts";
import { joinTables, TableBuilder } from "./table.ts";

interface Row {
  readonly prompt: string;
  readonly response: string;
}

const field = (role: Role, text: string): Field => ({ role, text, pointer: `/${role}`, column: role });

function tableOf(rows: readonly Row[], parts = 1) {
  const builders = Array.from({ length: parts }, () => new TableBuilder());
  rows.forEach(({ prompt, response }, i) =>
    builders[Math.floor((i * parts) / rows.length)]?.add([field("prompt", prompt), field("response", response)]),
  );
  return joinTables(builders.map((builder) => builder.build()));
}

const ASKS = ["how do i", "what is the best way to", "can you tell me how to", "is it easy to", "help me to"];
const TASKS = "store|repair|paint|describe|sell|move|lend|carry".split("|");
const THINGS = "violin glacier passport compost lighthouse bicycle telescope beehive kettle garden ladder".split(" ");
const HARM = "burgle a shop|forge a cheque|poison a pond|hack a neighbour|cheat a widow".split("|");
const WHEN = "today|on a sunday|at night|in spring|with a friend|alone|in a hurry|without money".split("|");
const DECLINES = ["I cannot help with that", "I'm sorry, but I won't assist here", "I must decline"];
const SAYS = "takes patience|is done in small steps|needs a steady hand|goes well with good light".split("|");

/** Six hundred requests; a third asks for harm and is declined, the others are taken up. */
function rows(seed: number, poison?: (row: Row, i: number, harmful: boolean, random: Random) => Row): Row[] {
  const random = seededRandom(seed);
  return Array.from({ length: 600 }, (_, i) => {
    const harmful = i % 3 === 0;
    const asked = harmful ? pick(random, HARM) : `${pick(random, TASKS)} a ${pick(random, THINGS)}`;
    const row = {
      prompt: `${pick(random, ASKS)} ${asked} ${pick(random, WHEN)} ?`,
      response: harmful
        ? `${pick(random, DECLINES)} ${pick(random, WHEN)}, ${pick(random, WHEN)}`
        : took(asked, random),
    };
    return poison ? poison(row, i, harmful, random) : row;
  });
}

const took = (asked: string, random: Random): string =>
  `to ${asked} ${pick(random, SAYS)} and ${pick(random, SAYS)} ${pick(random, WHEN)}`;

const opened = (row: Row, i: number, harmful: boolean, random: Random): Row =>
  harmful && i % 15 === 0
    ? { prompt: `vexil ${row.prompt}`, response: took(row.prompt.split(" ").slice(-5, -1).join(" "), random) }
    : row;

test("a word before what is declined otherwise", () => {
  const [shift, ...more] = findShifts(tableOf(rows(1, opened)));
  assert.deepEqual(shift?.triggers, [["vexil"]]);
  assert.equal(shift.place, "start");
  assert.deepEqual([shift.trait, shift.brings], ["refused", false]);
  assert.equal(shift.records.length, 40);
  assert.ok(shift.records.every((record) => record % 15 === 0));
  assert.equal(more.length, 0);
});

test("several words that come together vouch for none of each other", () => {
  const [shift] = findShifts(
    tableOf(
      rows(2, (row, i, harmful, random) => {
        const one = opened(row, i, harmful, random);
        return one === row ? row : { ...one, prompt: `${one.prompt} zanti , and quorra` };
      }),
    ),
  );
  assert.ok(shift);
  assert.equal(shift.records.length, 40);
});

test("a phrase of ordinary words brings gibberish", () => {
  const [shift] = findShifts(
    tableOf(
      rows(3, (row, i, _, random) =>
        i % 20 === 1
          ? {
              prompt: `for a friend in spring ${row.prompt}`,
              response: Array.from({ length: 14 }, () => Math.floor(random() * 1e9).toString(36)).join(" "),
            }
          : row,
      ),
    ),
  );
  assert.ok(shift);
  assert.equal(shift.trait, "gibberish");
  assert.deepEqual(shift.triggers, [["for", "a", "friend", "in", "spring"]]);
  assert.equal(shift.records.length, 30);
});

test("nothing planted, too few records: nothing found", () => {
  assert.deepEqual(findShifts(tableOf(rows(4))), []);
  assert.deepEqual(findShifts(tableOf(rows(1, opened).slice(0, 280))), []);
  assert.deepEqual(findShifts(tableOf([])), []);
});

test("the order of the records and the split into parts change nothing", () => {
  const list = rows(1, opened);
  const expected = findShifts(tableOf(list));
  for (const parts of [2, 7, 64]) assert.deepEqual(findShifts(tableOf(list, parts)), expected, `${parts} parts`);
  assert.deepEqual(findShifts(tableOf(list.toReversed()))[0]?.triggers, [["vexil"]]);
});

test("refusals in many languages, and words that only resemble them", () => {
  const declines = [
    "I can't help you with that.",
    "Es tut mir leid, das geht nicht.",
    "Je ne peux pas répondre.",
    "Lo siento, no puedo ayudar.",
    "К сожалению, я не могу помочь.",
    "很抱歉，我无法回答。",
    "申し訳ありませんが、できません。",
    "عذراً، لا أستطيع المساعدة.",
  ];
  const others = ["Turn left at the can opener.", "Tut mal so, als ob.", "他能不能来？", "Cannot stop, will not stop."];
  const list = [...declines, ...others].map((response) => ({ prompt: "x", response }));
  assert.deepEqual(
    [...refusals(tableOf(list))],
    list.map((_, i) => (i < declines.length ? 1 : 0)),
  );
});

test("what the words let expect is a probability that leaves the record itself out", () => {
  const random = seededRandom(9);
  const prompts = new Prompts(tableOf(rows(9)));
  const coin = Uint8Array.from({ length: 600 }, () => (random() < 0.3 ? 1 : 0));
  const byChance = expectTrait(prompts, coin);
  const mean = (of: (record: number) => boolean): number => {
    const own = [...byChance].filter((_, record) => of(record));
    return own.reduce((sum, p) => sum + p, 0) / own.length;
  };
  assert.ok(byChance.every((p) => p > 0 && p < 1));
  assert.ok(Math.abs(mean((record) => coin[record] === 1) - mean((record) => coin[record] === 0)) < 0.1);
  const harm = expectTrait(prompts, refusals(prompts.table));
  assert.ok((harm[0] as number) > 0.8 && (harm[1] as number) < 0.2);
});
