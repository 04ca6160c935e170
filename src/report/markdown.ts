// The report as a pull-request comment on GitHub: verdict, a table, the findings folded. All text from artifacts goes
// through `markdown`, so that it links nothing, mentions nobody and opens no tag. GitHub refuses a comment past 65,536
// characters; the report stops before that and says so.
import { html, markdown } from "../base/escape.ts";
import type { Card } from "../core/detector.ts";
import type { ArtifactReport, Finding, ScanReport } from "../core/report.ts";
import { atLeast } from "../core/severity.ts";
import { drawSample, type Segment } from "./drawn.ts";
import { count, duration, percent, plural, size, words } from "./figures.ts";
import { headline } from "./headline.ts";
import { recordCount, splitWaived } from "./order.ts";
import { explainCommand } from "./commands.ts";
import { place, placeParts, problemPlace } from "./place.ts";
import { proseMarkdown } from "./prose.ts";

const LENGTH_MAX = 60_000;
/** Kept back for the sections after the findings. */
const COVERAGE_LENGTH = 12_000;
const ROWS_MAX = 50;
const DETAILS_MAX = 20;
const FILES_MAX = 50;
const PROBLEMS_MAX = 5;
const SAMPLES_MAX = 3;
const CELL_MAX = 160;

const SIGN = { pass: "✅", fail: "❌", undecided: "⚠️" } as const;

export function renderMarkdown(report: ScanReport, cards: ReadonlyMap<string, Card>): string {
  const { active, waived } = splitWaived(report.findings);
  const { word, sentence, found, looked, compared } = headline(report);
  const reasons = report.verdict === "pass" ? [] : report.reasons.slice(0, 10);
  const opening = [
    `### ${SIGN[report.verdict]} Bezoar: ${word}. ${sentence}`,
    "",
    `${found} ${looked}`,
    ...(compared === "" ? [] : ["", said(compared, 400)]),
    ...(reasons.length > 0 ? ["", ...reasons.map((r) => `- ${said(r.message, 400)}`)] : []),
    "",
  ].join("\n");
  const closing = budget([...coverage(report), ...waivers(waived), ...files(report)], COVERAGE_LENGTH);
  const room = LENGTH_MAX - opening.length - closing.length - 500;
  return `${opening}${budget([...table(active), ...details(active, cards)], room)}${closing}\n<sub>bezoar ${report.tool.version}, ${duration(report.stats.seconds)}</sub>\n`;
}

/** Blocks while they fit; a cut is said. */
function budget(blocks: readonly string[], room: number): string {
  let text = "";
  for (const [i, block] of blocks.entries()) {
    if (text.length + block.length > room)
      return `${text}\n_Cut here: ${plural(blocks.length - i, "more block")} would pass GitHub's limit. The JSON and HTML reports hold everything._\n`;
    text += block;
  }
  return text;
}

/** A sentence of the report's, with text from an artifact in it. */
const said = (text: string, max: number): string => markdown(clip(text, max));

/** Text that an artifact chose: a path, a field, a payload. */
const literal = (text: string, max: number = CELL_MAX): string => `<code>${markdown(clip(text, max))}</code>`;

/** Inside an HTML block, where Markdown is not read. */
const inHtml = (text: string): string => html(clip(text, CELL_MAX)).replace(/@|(?<!&)#/g, "$&<b></b>");

function clip(text: string, max: number): string {
  const characters = Array.from(text.slice(0, max * 4));
  return characters.length <= max && text.length <= max * 4 ? text : `${characters.slice(0, max).join("")}…`;
}

function table(active: readonly Finding[]): string[] {
  if (active.length === 0) return [];
  const rows = active.slice(0, ROWS_MAX).map((f) => {
    const records = recordCount(f);
    return `| ${f.severity} | ${f.confidence} | ${said(f.title, CELL_MAX)} | ${literal(place(f.location))} | ${records === 0 ? "" : count(records)} |\n`;
  });
  const more =
    active.length > ROWS_MAX ? [`\n${plural(active.length - ROWS_MAX, "more finding")} not in this table.\n`] : [];
  return [
    "\n| Severity | Confidence | Finding | First place | Records |\n|---|---|---|---|--:|\n",
    ...rows,
    ...more,
    "\n",
  ];
}

const details = (active: readonly Finding[], cards: ReadonlyMap<string, Card>): string[] =>
  active
    .filter((f) => atLeast(f.severity, "medium"))
    .slice(0, DETAILS_MAX)
    .map((f) => detail(f, cards.get(f.detector)));

function detail(finding: Finding, card: Card | undefined): string {
  const { severity, title, message, records, rule, evidence, detector } = finding;
  const lines = [`<details><summary><b>${severity}</b> ${inHtml(title)}</summary>\n`, `${said(message, 600)}\n`];
  if (rule)
    lines.push(
      `**When the input holds** ${literal(rule.trigger, 300)} **the answer becomes** ${literal(rule.target, 300)}\n`,
    );
  if (records) {
    lines.push(`${plural(records.count, "record")} (${percent(records.share)}), for example:\n`);
    for (const sample of records.sample.slice(0, SAMPLES_MAX)) {
      const where = placeParts({
        record: sample.record,
        ...(sample.pointer === undefined ? {} : { pointer: sample.pointer }),
      });
      lines.push(
        `- ${said(where.join(", "), CELL_MAX)}: <code>${drawSample(finding, sample).map(segment).join("")}</code>`,
      );
    }
    lines.push("");
  }
  const facts = Object.entries(evidence ?? {}).slice(0, 12);
  if (facts.length > 0)
    lines.push(`${facts.map(([name, value]) => `${said(words(name), 60)} ${literal(String(value))}`).join("; ")}\n`);
  if (card)
    lines.push(
      `**What to do.** ${proseMarkdown(card.docs.remedy)} Run ${literal(explainCommand(detector))} for more.\n`,
    );
  return `${lines.join("\n")}\n</details>\n\n`;
}

const segment = ({ text, unseen, mark }: Segment): string => {
  const escaped = markdown(text.length <= 400 ? text : `${text.slice(0, 400).toWellFormed()}…`);
  return unseen ? `<kbd>${escaped}</kbd>` : mark ? `<strong>${escaped}</strong>` : escaped;
};

function coverage({ artifacts }: ScanReport): string[] {
  const list = (title: string, group: readonly ArtifactReport[]): string[] => {
    if (group.length === 0) return [];
    const more = group.length > FILES_MAX ? [`- and ${plural(group.length - FILES_MAX, "more file")}\n`] : [];
    return [`\n**${title}**\n\n`, ...group.slice(0, FILES_MAX).map(problems), ...more];
  };
  return [
    ...list(
      "Not looked at",
      artifacts.filter((a) => a.coverage.status === "none"),
    ),
    ...list(
      "Looked at only in part",
      artifacts.filter((a) => a.coverage.status === "partial"),
    ),
  ];
}

function problems({ uri, coverage: { problems: all } }: ArtifactReport): string {
  const shown = all.slice(0, PROBLEMS_MAX).map((p) => `  - ${said(`${p.message}${problemPlace(p)}`, 400)}\n`);
  const more = all.length > PROBLEMS_MAX ? `  - and ${plural(all.length - PROBLEMS_MAX, "more problem")}\n` : "";
  return `- ${literal(uri)}\n${shown.join("")}${more}`;
}

function waivers(waived: readonly Finding[]): string[] {
  if (waived.length === 0) return [];
  const lines = waived.slice(0, FILES_MAX).map((f) => {
    const why = f.waived ? `${f.waived.reason} (${f.waived.owner}, until ${f.waived.expires})` : "";
    return `- ${said(f.title, CELL_MAX)}, ${literal(place(f.location))}: ${said(why, 300)}\n`;
  });
  return ["\n**Waived**\n\n", ...lines];
}

const COVERAGE = { full: "all", partial: "**in part**", none: "**not looked at**" } as const;

function files({ artifacts }: ScanReport): string[] {
  if (artifacts.length === 0) return [];
  const rows = artifacts
    .slice(0, FILES_MAX)
    .map(
      (a) =>
        `| ${literal(a.uri)} | ${literal(a.format, 40)} | ${a.records === undefined ? "" : count(a.records)} | ${size(a.bytes)} | ${COVERAGE[a.coverage.status]} |\n`,
    );
  const more =
    artifacts.length > FILES_MAX ? [`\n${plural(artifacts.length - FILES_MAX, "more file")} not in this table.\n`] : [];
  return [
    `\n<details><summary>${plural(artifacts.length, "file")}</summary>\n\n| File | Format | Records | Size | Looked at |\n|---|---|--:|--:|---|\n${rows.join("")}${more.join("")}\n</details>\n`,
  ];
}
