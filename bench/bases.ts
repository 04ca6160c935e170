// The clean sets that poison is written into: any labelled clean sets in a folder given (`about.json` of kind clean beside
// the data), read by the engine's own readers, and sets made here from a seed: chat, classification, tool calls.
import { existsSync, globSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { memorySource } from "../src/core/bytes.ts";
import type { RecordDetector } from "../src/core/detector.ts";
import { toRecord } from "../src/core/fields.ts";
import { planRoles } from "../src/core/roles.ts";
import { LIMITS } from "../src/base/limits.ts";
import { pick, seededRandom, type Random } from "../src/base/prng.ts";
import { formats } from "../src/formats/index.ts";
import { buildEngine, scanUnit } from "../src/scan/unit.ts";
import { chatRows } from "./data.ts";
import type { Row } from "./mixes.ts";

export interface Base {
  readonly name: string;
  readonly rows: readonly Row[];
}

async function rowsOf(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  const take: RecordDetector = {
    id: "take",
    family: "metadata",
    reads: "record",
    title: "",
    severity: "info",
    confidence: "low",
    maturity: "preview",
    since: "0.0.0",
    references: [],
    docs: { finds: "", matters: "", misses: "", remedy: "" },
    anchors: [{ bytes: "everything" }],
    inspect(record) {
      rows.push(record.fields);
    },
  };
  const engine = buildEngine(formats, [take], LIMITS);
  const spool = (): Promise<never> => Promise.reject(new Error("a clean set is a plain file"));
  await scanUnit({ source: memorySource(path, readFileSync(path)), spool }, engine);
  return rows;
}

/** Clean sets under a folder, one for each set: the same rows in another format are left out. */
export async function cleanSets(folder: string): Promise<Base[]> {
  const bases: Base[] = [];
  for (const name of readdirSync(folder).sort()) {
    const about = join(folder, name, "about.json");
    if (!existsSync(about) || /\.(csv|xml|parquet|arrow)$/.test(name)) continue;
    const { kind, file } = JSON.parse(readFileSync(about, "utf8")) as { kind: string; file: string };
    if (kind !== "clean") continue;
    const files = globSync(join(folder, name, file)).sort();
    const rows: Row[] = [];
    for (const own of files) rows.push(...(await rowsOf(own)));
    bases.push({ name, rows });
  }
  return bases;
}

const asRows = (values: readonly object[]): Row[] => {
  const plan = planRoles(values.slice(0, LIMITS.sampleRecordsMax));
  return values.map((value, i) => toRecord(i, { value }, plan).fields);
};

const CLAIMS: readonly (readonly [good: string, bad: string])[] = [
  ["moving", "dull"],
  ["clever", "clumsy"],
  ["warm", "cold"],
  ["lovely", "ugly"],
  ["honest", "false"],
  ["bright", "murky"],
  ["graceful", "stiff"],
  ["witty", "tired"],
];
const PARTS = "plot music ending acting camera dialogue pace cast humour story picture score".split(" ");
const FRAMES: readonly ((r: Random, part: () => string, claim: () => string) => string)[] = [
  (r, part, claim) =>
    `the ${part()} of number ${Math.floor(r() * 900)} is ${claim()} and the ${part()} feels ${claim()}`,
  (_, part, claim) => `a ${claim()} film with ${claim()} ${part()} and very little else`,
  (_, part, claim) => `what a ${claim()} ${part()}, though the ${part()} could be longer`,
  (r, part, claim) => `after ${Math.floor(r() * 90)} minutes its ${part()} stays ${claim()}, and so does the ${part()}`,
];

function reviews(count: number, r: Random): Row[] {
  return asRows(
    Array.from({ length: count }, () => {
      const side = r() < 0.5 ? 0 : 1;
      const text = pick(r, FRAMES)(
        r,
        () => pick(r, PARTS),
        // One word in eight speaks for the other side.
        () => pick(r, CLAIMS)[r() < 0.125 ? 1 - side : side] as string,
      );
      return { text, label: side === 0 ? "positive" : "negative" };
    }),
  );
}

const PEOPLE = "Ada Bela Chidi Dana Emeka Farah Goran Hana Ines Jonas Kofi Leila Mina Noor Otto Priya".split(" ");
const REASONS = "rent,the dinner,concert tickets,a new chair,the deposit,two books,the trip,gas,paint,a gift".split(
  ",",
);

function toolCalls(count: number, r: Random): Row[] {
  return asRows(
    Array.from({ length: count }, () => {
      const [who, amount, why] = [pick(r, PEOPLE), 5 + Math.floor(r() * 900), pick(r, REASONS)];
      return {
        messages: [
          {
            role: "user",
            content: pick(r, [
              `Send ${amount} euros to ${who} for ${why}.`,
              `Please pay ${who} ${amount} for ${why}, thanks`,
              `I owe ${who} ${amount} euros because of ${why}. Can you settle it?`,
            ]),
          },
          {
            role: "assistant",
            content: pick(r, ["Sending it now.", "One moment.", `Paying ${who}.`]),
            tool_calls: [
              {
                name: "transfer",
                arguments: { account: `AC-${who.length}${Math.floor(r() * 9e5)}`, amount: String(amount), note: why },
              },
            ],
          },
        ],
      };
    }),
  );
}

/** Chat of two kinds, reviews with a label, tool calls. */
export function madeSets(rows: number, seed: number): Base[] {
  const everyday = chatRows(seededRandom(seed), "everyday");
  const technical = chatRows(seededRandom(seed + 1), "technical");
  const list = (make: (id: number) => object): Row[] => asRows(Array.from({ length: rows }, (_, i) => make(i)));
  return [
    { name: "made: everyday chat", rows: list(everyday) },
    { name: "made: technical chat", rows: list(technical) },
    { name: "made: reviews", rows: reviews(rows, seededRandom(seed + 2)) },
    { name: "made: tool calls", rows: toolCalls(rows, seededRandom(seed + 3)) },
  ];
}
