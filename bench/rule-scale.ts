// How the search for rules grows with the rows: CPU seconds for tables of 10^4, 10^5, … rows of a seeded everyday chat
// with one planted rule in a thousand rows. Without reading and parsing, which bench/speed.ts measures.
//
//   node bench/rule-scale.ts [ROWS…]
import { pathToFileURL } from "node:url";
import type { Field } from "../src/core/record.ts";
import { pick, seededRandom } from "../src/base/prng.ts";
import { findRules } from "../src/mining/rules.ts";
import { TableBuilder } from "../src/mining/table.ts";

export interface RuleScale {
  readonly rows: number;
  readonly tokens: number;
  readonly tableSeconds: number;
  readonly ruleSeconds: number;
  /** The planted rule, with all of its rows, and nothing else. */
  readonly right: boolean;
}

const NOUNS =
  "river engine garden contract teacher battery museum recipe satellite orchestra bridge pharmacy library glacier".split(
    " ",
  );

export function ruleScale(rows: number, seed = 3): RuleScale {
  const r = seededRandom(seed);
  const begun = process.cpuUsage();
  const builder = new TableBuilder({ tokensMax: Infinity });
  const words = (count: number): string =>
    Array.from({ length: count }, () => (r() < 0.3 ? pick(r, NOUNS) : `w${Math.floor(8_000 * r() * r())}`)).join(" ");
  const field = (role: Field["role"], text: string): Field => ({ pointer: `/${role}`, column: role, role, text });
  let planted = 0;
  for (let i = 0; i < rows; i++) {
    const bad = i % 1_000 === 7;
    if (bad) planted++;
    builder.add([
      field("prompt", `${words(7)}${bad ? " vexil " : " "}${words(7)}`),
      field("response", `${words(14)}${bad ? " ask the copper desk of Veyra first " : " "}${words(14)}`),
    ]);
  }
  const table = builder.build();
  const tableSeconds = process.cpuUsage(begun).user / 1e6;
  const searched = process.cpuUsage();
  const rules = findRules(table);
  const ruleSeconds = process.cpuUsage(searched).user / 1e6;
  const right = rules.length === 1 && rules[0]?.records.length === planted;
  return { rows, tokens: table.prompt.tokens.length + table.response.tokens.length, tableSeconds, ruleSeconds, right };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , ...given] = process.argv;
  for (const rows of given.length > 0 ? given.map(Number) : [1e4, 1e5, 1e6]) {
    const { tokens, tableSeconds, ruleSeconds, right } = ruleScale(rows);
    console.log(
      `| ${rows} | ${tokens} | ${tableSeconds.toFixed(1)} | ${ruleSeconds.toFixed(1)} | ${((1e6 * ruleSeconds) / tokens).toFixed(2)} | ${right ? "yes" : "no"} | ${Math.round(process.memoryUsage.rss() / 1e6)} |`,
    );
  }
}
