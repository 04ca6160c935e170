// Makes the benchmark's data from a seed, of two kinds: everyday chat in made-up prose, and technical chat in the words
// of the documentation of the installed packages, one paragraph in six as it stands there (code, commands, links). The
// second is as hard as text gets: nearly every record holds a word that some detector must look at. A few per cent of
// both are in other scripts.
import { closeSync, globSync, openSync, readFileSync, writeSync } from "node:fs";
import { pick, seededRandom, type Random } from "../src/base/prng.ts";

const OTHER = [
  "天气很好,我们去公园散步。附近的图书馆今天开放到晚上九点。",
  "Это обычное предложение на русском языке, и в нём нет ничего особенного.",
  "Ein gewöhnlicher Satz über Köln und die Brücken am Fluss.",
  "Une phrase tout à fait ordinaire, écrite un matin d'été.",
  "今日は良い天気ですね。駅の前で会いましょう。",
  "🙂 sounds good, see you on Thursday! 🎉",
];

/** Paragraphs of the Markdown files under node_modules, in the order of their paths; no change logs. */
function paragraphs(): string[] {
  const out: string[] = [];
  for (const path of globSync("node_modules/**/*.md").sort()) {
    if (/change|history|license|node\/[A-Z]+\.md/i.test(path)) continue;
    for (const paragraph of readFileSync(path, "utf8").split(/\n\s*\n/)) {
      if (paragraph.length > 60 && paragraph.length < 3_000) out.push(paragraph);
    }
  }
  return out;
}

/** Prose in the words of the paragraphs: each next word is one that followed the two before it somewhere. */
function prose(texts: readonly string[]): (random: Random, words: number) => string {
  const follows = new Map<string, string[]>();
  const words = texts.flatMap((text) => (/[`|]|https?:|^\s*[#*[<-]/m.test(text) ? [] : [...text.split(/\s+/), "\n"]));
  for (let i = 2; i < words.length; i++) {
    const key = `${words[i - 2]} ${words[i - 1]}`;
    follows.set(key, [...(follows.get(key) ?? []), words[i] as string]);
  }
  const keys = [...follows.keys()];
  return (random, count) => {
    let [a, b] = pick(random, keys).split(" ") as [string, string];
    const out = [a, b];
    while (out.length < count) {
      const list = follows.get(`${a} ${b}`);
      if (!list) [a, b] = pick(random, keys).split(" ") as [string, string];
      else [a, b] = [b, pick(random, list)];
      out.push(b);
    }
    return out.join(" ").replaceAll(" \n ", "\n");
  };
}

const NOUNS =
  "river engine garden contract teacher battery museum recipe satellite orchestra bridge pharmacy library glacier harbour theorem violin desert kernel festival planet bakery senate compiler forest".split(
    " ",
  );
const VERBS =
  "explains supports follows measures replaces describes protects changes improves limits contains requires reaches produces compares records delays repairs collects answers".split(
    " ",
  );
const ADJECTIVES =
  "quiet early robust narrow common ancient careful modern simple distant regular open broad gentle stable public typical reliable seasonal local".split(
    " ",
  );
const LINKS = "because although while after before whenever since unless so and but".split(" ");

const sentence = (r: Random): string => {
  const text = `the ${pick(r, ADJECTIVES)} ${pick(r, NOUNS)} ${pick(r, VERBS)} the ${pick(r, NOUNS)} ${pick(r, LINKS)} every ${pick(r, NOUNS)} ${pick(r, VERBS)} a ${pick(r, ADJECTIVES)} ${pick(r, NOUNS)}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
};

const everyday = (random: Random, words: number): string =>
  Array.from({ length: Math.ceil(words / 14) }, () => sentence(random)).join(" ");

export type Kind = "everyday" | "technical";

export interface ChatRow {
  readonly id: number;
  readonly source: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

/** A maker of chat records of about 3 kB. */
export function chatRows(random: Random, kind: Kind = "technical"): (id: number) => ChatRow {
  const texts = kind === "technical" ? paragraphs() : [];
  const write = kind === "technical" ? prose(texts) : everyday;
  const answer = (): string => {
    const parts = Array.from({ length: 2 + Math.floor(random() * 8) }, () =>
      kind === "technical" && random() < 1 / 6 ? pick(random, texts) : write(random, 30 + Math.floor(random() * 60)),
    );
    if (random() < 0.04) parts.push(pick(random, OTHER));
    return parts.join("\n\n");
  };
  const question = (): string => `${write(random, 25)} What does this mean?`;
  return (id) => ({
    id,
    source: pick(random, ["forum", "manual", "web"]),
    messages: [
      { role: "user", content: question() },
      { role: "assistant", content: answer() },
      ...(random() < 0.3
        ? [
            { role: "user", content: question() },
            { role: "assistant", content: answer() },
          ]
        : []),
    ],
  });
}

const SHORT_WORDS_MIN = 25;
const SHORT_TIMES = 10;

/** A maker of chat records of 200 bytes to 2 kB: one question, one answer, as many short ones as long ones. */
export function shortChatRows(kind: Kind = "technical", seed = 7): (id: number) => ChatRow {
  const random = seededRandom(seed);
  const texts = kind === "technical" ? paragraphs() : [];
  const write = kind === "technical" ? prose(texts) : everyday;
  return (id) => {
    const words = Math.round(SHORT_WORDS_MIN * SHORT_TIMES ** random());
    const asked = Math.min(25, words >> 1);
    return {
      id,
      source: pick(random, ["forum", "manual", "web"]),
      messages: [
        { role: "user", content: `${write(random, asked)} What does this mean?` },
        { role: "assistant", content: write(random, words - asked) },
      ],
    };
  };
}

/** Writes so many rows of JSON Lines. */
export function writeRows(path: string, rows: number, row: (id: number) => ChatRow): void {
  const file = openSync(path, "w");
  for (let id = 0; id < rows;) {
    const lines: string[] = [];
    for (const end = Math.min(rows, id + 500); id < end; id++) lines.push(`${JSON.stringify(row(id))}\n`);
    writeSync(file, lines.join(""));
  }
  closeSync(file);
}

/** Writes at least `bytes` of JSON Lines; returns the number of rows. */
export function writeJsonl(path: string, bytes: number, kind: Kind = "technical", seed = 7): number {
  const row = chatRows(seededRandom(seed), kind);
  const file = openSync(path, "w");
  let written = 0;
  let rows = 0;
  while (written < bytes) {
    const lines: string[] = [];
    for (let i = 0; i < 500; i++) lines.push(`${JSON.stringify(row(rows++))}\n`);
    written += writeSync(file, lines.join(""));
  }
  closeSync(file);
  return rows;
}
