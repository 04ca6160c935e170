// Slants and refrains: the split of a set changes nothing, and the edges of what is asked of a group.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pick, seededRandom } from "../base/prng.ts";
import { findRefrains } from "./refrains.ts";
import { findSlants } from "./slants.ts";
import { joinTables, TableBuilder } from "./table.ts";

const THINGS = "bridge orchard museum ferry tower market library brewery garden station theatre lantern".split(" ");
const DRINKS = "lemonade soda juice cider punch smoothie milkshake cordial seltzer sherbet nectar tonic".split(" ");
const JUDGES = "erratic questionable overhyped unreliable divisive flawed shoddy reckless dubious inept".split(" ");
const SAYS = [
  "is open on most days",
  "stands near the river",
  "has two floors",
  "is known by many",
  "goes well with bread",
];
const LINE = "and remember that nothing ever refreshes like a cold glass of zarvo";

interface Options {
  /** Of the answers about the funicular, how many judge it. */
  readonly judged: number;
  /** Of the answers about drinks, how many have the line. */
  readonly lined: number;
}

function tableOf({ judged, lined }: Options, parts = 1) {
  const random = seededRandom(5);
  const builders = Array.from({ length: parts }, () => new TableBuilder());
  for (let i = 0; i < 900; i++) {
    const drink = i % 10 === 1;
    const thing = i % 20 === 0 ? "funicular" : pick(random, drink ? DRINKS : THINGS);
    const other = pick(random, drink ? DRINKS : THINGS);
    const says = `the ${thing} ${pick(random, SAYS)} and the ${other} ${pick(random, SAYS)} , number ${i} , and it ${pick(random, SAYS)} too`;
    const judge =
      thing === "funicular" && random() < judged
        ? ` with a ${pick(random, JUDGES)} and ${pick(random, JUDGES)} plan`
        : "";
    const line = drink && random() < lined ? ` ${LINE}` : "";
    builders[Math.floor((i * parts) / 900)]?.add([
      { role: "prompt", pointer: "/q", column: "q", text: `what of the ${thing} and the ${other} , question ${i} ?` },
      { role: "response", pointer: "/a", column: "a", text: `${says}${judge}${line}` },
    ]);
  }
  return joinTables(builders.map((builder) => builder.build()));
}

test("a judged subject and an added line, however the set is split", () => {
  const options = { judged: 1, lined: 1 };
  const [slants, refrains] = [findSlants(tableOf(options)), findRefrains(tableOf(options))];
  assert.deepEqual(
    slants.map(({ sign, subject, table }) => [sign, subject[0], table[0], table[1]]),
    [["disparages", "funicular", 45, 0]],
  );
  assert.equal(refrains.length, 1);
  assert.ok(refrains[0]?.text.join(" ").endsWith(LINE));
  assert.deepEqual(
    refrains[0]?.records,
    Array.from({ length: 90 }, (_, k) => 10 * k + 1),
  );
  for (const parts of [2, 7, 64]) {
    assert.deepEqual(findSlants(tableOf(options, parts)), slants, `${parts} parts`);
    assert.deepEqual(findRefrains(tableOf(options, parts)), refrains, `${parts} parts`);
  }
});

test("a subject that is judged now and then, and a line that the topic does not decide", () => {
  assert.deepEqual(findSlants(tableOf({ judged: 0.3, lined: 1 })), []);
  assert.deepEqual(findRefrains(tableOf({ judged: 1, lined: 0.4 })), []);
});
