// A detector's card for people: the page docs/detectors/<id>.md with its examples as they ran, the index of all pages,
// and what `bezoar explain` prints. Examples hold payloads; they are drawn and fenced, never markup.
import { quote, visible } from "../base/escape.ts";
import { FAMILIES, type Card, type Example, type Family, type Hit } from "../core/detector.ts";
import { referenceUrl } from "./links.ts";
import { proseMarkdown } from "./prose.ts";
import { styles, wrap } from "./terminal.ts";

/** An example and what the detector found in it when it ran. */
export interface ExampleRun {
  readonly example: Example;
  readonly hits: readonly { readonly where: string; readonly hit: Hit }[];
}

const GIVEN_LINES_MAX = 24;
const LINE_MAX = 160;

export function renderDetectorPage(card: Card, runs: readonly ExampleRun[]): string {
  const { docs, references } = card;
  const fires = runs.filter((run) => run.hits.length > 0);
  const silent = runs.filter((run) => run.hits.length === 0);
  const blocks = [
    `# ${proseMarkdown(card.title)}`,
    `\`${card.id}\` · ${card.family} · ordinarily ${card.severity}, ${card.confidence} confidence · ${card.maturity} since ${card.since}`,
    `**Finds.** ${proseMarkdown(docs.finds)}`,
    `**Why it matters.** ${proseMarkdown(docs.matters)}`,
    `**What to do.** ${proseMarkdown(docs.remedy)}`,
    `**What it misses.** ${proseMarkdown(docs.misses)}`,
    ...(card.subject ? [subjectText(card.subject)] : []),
    ...(references.length > 0 ? [`**References.** ${references.map(referenceLink).join(", ")}`] : []),
    ...(fires.length > 0 ? ["## What it finds", ...fires.map(exampleBlock)] : []),
    ...(silent.length > 0 ? ["## What it leaves alone", ...silent.map(exampleBlock)] : []),
  ];
  return `${blocks.join("\n\n")}\n`;
}

const subjectText = ({ share, severity }: NonNullable<Card["subject"]>): string =>
  `When at least ${Math.round(share * 100)}% of the records of a file (and 20 of them) hit with different payloads, that is the file's subject: the finding is lowered to ${severity}.`;

const referenceLink = (reference: string): string => {
  const url = referenceUrl(reference);
  return url === undefined ? proseMarkdown(reference) : `[${proseMarkdown(reference)}](${url})`;
};

function exampleBlock({ example, hits }: ExampleRun): string {
  const { text, language } = given(example);
  const found = hits.map(({ where, hit }) => `- \`${visible(where).replaceAll("`", "'")}\`: ${escaped(hit.message)}`);
  return [
    `### ${proseMarkdown(example.title)}`,
    fenced(text, language),
    ...(found.length > 0 ? [found.join("\n")] : []),
  ].join("\n\n");
}

function given({ given: what }: Example): { readonly text: string; readonly language: string } {
  if ("operations" in what) {
    const facts = what.irregularities.map(({ code, message }) => `# ${code}: ${message}`);
    return { text: [...what.operations.map(({ text }) => text), ...facts].join("\n"), language: "python" };
  }
  if ("language" in what) return what;
  return { text: what.map((record) => JSON.stringify(record)).join("\n"), language: "json" };
}

// Unlike a card's prose, a message quotes an example; no backtick in it is markup.
const escaped = (text: string): string => proseMarkdown(visible(text).replaceAll("`", "ˋ"));

function fenced(text: string, language: string): string {
  const all = text.split("\n");
  const lines = all.slice(0, GIVEN_LINES_MAX).map((line) => quote(line, LINE_MAX).slice(1, -1));
  if (all.length > GIVEN_LINES_MAX) lines.push(`… ${all.length - GIVEN_LINES_MAX} more`);
  const fence = "`".repeat(
    Math.max(3, 1 + Math.max(0, ...lines.map((line) => /^\s*(`+)/.exec(line)?.[1]?.length ?? 0))),
  );
  return `${fence}${language}\n${lines.join("\n")}\n${fence}`;
}

const FAMILY_TITLES: Readonly<Record<Family, string>> = {
  "hidden-text": "Hidden text",
  "encoded-payload": "Encoded payloads",
  "malicious-code": "Malicious code and commands",
  "model-instruction": "Instructions to a model",
  network: "Network indicators",
  trigger: "Triggers",
  secret: "Secrets and keys",
  "personal-data": "Personal data",
  program: "Loading scripts and notebooks",
  metadata: "Cards and metadata",
  integrity: "Files that are not what they say",
  association: "Associations across a dataset",
  model: "Model files",
  template: "Chat templates and settings of models",
};

const sorted = (cards: Iterable<Card>): Card[] => [...cards].toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** docs/detectors/README.md. */
export function renderDetectorIndex(cards: Iterable<Card>): string {
  const all = sorted(cards);
  const sections = FAMILIES.flatMap((family) => {
    const members = all.filter((card) => card.family === family);
    if (members.length === 0) return [];
    const rows = members.map(
      (c) => `| [\`${c.id}\`](${c.id}.md) | ${proseMarkdown(c.title)} | ${c.severity} | ${c.confidence} |`,
    );
    return [
      `## ${FAMILY_TITLES[family]}\n\n| Detector | Finds | Severity | Confidence |\n|---|---|---|---|\n${rows.join("\n")}`,
    ];
  });
  return `${[`# Detectors`, "What each finds, why it matters, what it misses and what to do. `bezoar explain ID` prints the same.", ...sections].join("\n\n")}\n`;
}

const WIDTH_MIN = 40;
const WIDTH_MAX = 88;

/** `bezoar explain ID`. */
export function renderCard(card: Card, options: { readonly color: boolean; readonly width: number }): string {
  const style = styles(options.color);
  const width = Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, options.width));
  const lines = wrap(card.title, width).map(style.bold);
  const facts = `${card.id} · ${card.family} · ordinarily ${card.severity}, ${card.confidence} confidence · ${card.maturity} since ${card.since}`;
  lines.push(...wrap(facts, width).map(style.dim));
  const section = (name: string, text: string): void => {
    lines.push("", style.cyan(name), ...wrap(text, width - 2).map((line) => `  ${line}`));
  };
  section("Finds", card.docs.finds);
  section("Why it matters", card.docs.matters);
  section("What to do", card.docs.remedy);
  section("What it misses", card.docs.misses);
  if (card.subject) section("When many records hit", subjectText(card.subject));
  if (card.references.length > 0) {
    lines.push("", style.cyan("References"));
    for (const reference of card.references) {
      const url = referenceUrl(reference);
      lines.push(`  ${reference}${url === undefined || url === reference ? "" : style.dim(`  ${url}`)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** `bezoar detectors`: one line each, by family. */
export function renderCardList(cards: Iterable<Card>, options: { readonly color: boolean }): string {
  const style = styles(options.color);
  const all = sorted(cards);
  const idWidth = Math.max(0, ...all.map((card) => card.id.length));
  const lines: string[] = [];
  for (const family of FAMILIES) {
    const members = all.filter((card) => card.family === family);
    if (members.length === 0) continue;
    if (lines.length > 0) lines.push("");
    lines.push(style.bold(FAMILY_TITLES[family]));
    for (const card of members)
      lines.push(`  ${card.id.padEnd(idWidth)}  ${style.dim(card.severity.padEnd(8))}  ${card.title}`);
  }
  return `${lines.join("\n")}\n`;
}
