// The report for people at a terminal. The first screen says whether it is poisoned, by what, how sure, how many rows
// and what to do; what was not looked at is always said. All text from artifacts goes through `visible`.
import { clip, quote, visible } from "../base/escape.ts";
import type { Card } from "../core/detector.ts";
import type { ArtifactReport, Finding, ScanReport } from "../core/report.ts";
import { atLeast, type Severity } from "../core/severity.ts";
import { cleanCommand, explainCommand, listCommand } from "./commands.ts";
import { drawSample, type Segment } from "./drawn.ts";
import { count, duration, percent, plural, size, words } from "./figures.ts";
import { headline } from "./headline.ts";
import { byCoverage, recordCount, splitWaived } from "./order.ts";
import { place, problemPlace } from "./place.ts";
import { columns, cut, fit, styles, wrap, type StyleName, type Styles } from "./terminal.ts";

export interface TextOptions {
  readonly color: boolean;
  /** Columns of the terminal; 40 at least, and lines of prose stay under 100. */
  readonly width: number;
  /** What the person typed, to build the next commands from. */
  readonly command: string;
  /** The options that they would type for `bezoar clean` too. */
  readonly cleanOptions?: string;
  /** Every finding in full, low and info included (`--all`). */
  readonly all?: boolean;
}

const WIDTH_MIN = 40;
const WIDTH_MAX = 100;
/** Findings shown in full without `all`: more than a few screens is not read. */
const FULL_MAX = 8;
const BRIEF_MAX = 6;
const SAMPLES_MAX = 2;
const ALSO_MAX = 3;
const REMEDY_LINES_MAX = 3;
const FILES_MAX = 12;
const PROBLEMS_MAX = 3;
/** Past this many lines the verdict has scrolled away, and is said again at the end. */
const SCREEN_LINES = 40;

interface Page {
  readonly lines: string[];
  readonly style: Styles;
  readonly width: number;
}

export function renderText(report: ScanReport, cards: ReadonlyMap<string, Card>, options: TextOptions): string {
  const width = Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, options.width));
  const page: Page = { lines: [], style: styles(options.color), width };
  const { active, waived } = splitWaived(report.findings);
  const first = verdict(page, report);
  // The same thing said of several files is read once.
  const said = [...Map.groupBy(active, (f) => JSON.stringify([f.detector, f.severity, f.title, f.message])).values()];
  const full = (options.all ? said : said.filter(([f]) => f && atLeast(f.severity, "medium"))).slice(
    0,
    options.all ? undefined : FULL_MAX,
  );
  const shown = new Set(full.flat());
  const rest = active.filter((f) => !shown.has(f));
  const artifacts = new Map(report.artifacts.map((a) => [a.uri, a]));
  for (const [finding, ...others] of full)
    if (finding) findingBlock(page, finding, others, artifacts.get(finding.location.uri), cards.get(finding.detector));
  briefly(page, rest);
  waivers(page, waived);
  notLookedAt(page, report.artifacts);
  files(page, report);
  next(page, report, active, options);
  if (page.lines.length > SCREEN_LINES) page.lines.push("", ...first);
  return `${page.lines.join("\n")}\n`;
}

const VERDICT: Readonly<Record<ScanReport["verdict"], { readonly sign: string; readonly style: StyleName }>> = {
  pass: { sign: "✓", style: "green" },
  fail: { sign: "✗", style: "red" },
  undecided: { sign: "?", style: "yellow" },
};

const SEVERITY: Readonly<Record<Severity, StyleName>> = {
  critical: "magenta",
  high: "red",
  medium: "yellow",
  low: "cyan",
  info: "dim",
};

const REASONS_MAX = 4;

function verdict({ lines, style, width }: Page, report: ScanReport): string[] {
  const { word, sentence, found, looked, compared } = headline(report);
  const { sign, style: name } = VERDICT[report.verdict];
  const label = `${sign} ${word}`;
  const indent = " ".repeat(columns(label) + 2);
  const room = width - indent.length;
  const [opening = "", ...more] = wrap(sentence, room);
  const head = [`${style[name](label)}  ${style.bold(opening)}`, ...more.map((line) => indent + style.bold(line))];
  const summary = wrap(found, room).map((line) => indent + line);
  lines.push(...head, ...summary);
  for (const line of wrap(looked, room)) lines.push(indent + style.dim(line));
  for (const line of compared === "" ? [] : wrap(compared, room)) lines.push(indent + line);
  // The sentence at the top says already that there was nothing.
  const reasons = report.verdict === "pass" ? [] : report.reasons.filter(({ code }) => code !== "nothing-scanned");
  for (const reason of reasons.slice(0, REASONS_MAX))
    wrap(clip(reason.message, 240), room - 2).forEach((line, i) =>
      lines.push(`${indent}${style.dim(i === 0 ? "· " : "  ")}${style.dim(line)}`),
    );
  if (reasons.length > REASONS_MAX)
    lines.push(`${indent}${style.dim(`· and ${plural(reasons.length - REASONS_MAX, "more reason")}`)}`);
  return [...head, ...summary];
}

const LABEL = 10;
const label = (text: string): string => text.padEnd(LABEL);

function findingBlock(
  page: Page,
  finding: Finding,
  others: readonly Finding[],
  artifact: ArtifactReport | undefined,
  card: Card | undefined,
): void {
  const { lines, style, width } = page;
  const indent = " ".repeat(LABEL);
  const room = width - LABEL;
  lines.push("");
  wrap(clip(finding.title, 160), room).forEach((line, i) =>
    lines.push((i === 0 ? style[SEVERITY[finding.severity]](label(finding.severity)) : indent) + style.bold(line)),
  );
  const sure = `${finding.confidence} confidence`;
  for (const line of wrap(
    [rows(finding, artifact), finding.added ? "added records only" : "", sure, clip(finding.detector, 60)]
      .filter((p) => p !== "")
      .join(" · "),
    room,
  ))
    lines.push(indent + style.dim(line));
  lines.push("");
  for (const line of wrap(clip(finding.message, 480), room)) lines.push(indent + line);
  lines.push("");
  if (finding.rule) rule(page, finding.rule);
  labelled(page, "where", cut(visible(place(finding.location)), room));
  others.slice(0, ALSO_MAX).forEach((other, i) => {
    const tail = recordCount(other) > 1 ? ` · ${plural(recordCount(other), "record")}` : "";
    labelled(page, i === 0 ? "also" : "", cut(visible(place(other.location)), room - columns(tail)) + style.dim(tail));
  });
  if (others.length > ALSO_MAX)
    labelled(page, "", style.dim(`and in ${plural(others.length - ALSO_MAX, "more place")}`));
  const facts = Object.entries(finding.evidence ?? {}).map(([name, value]) => `${factName(name)} ${fact(value)}`);
  if (facts.length > 0)
    wrap(facts.join(", "), room)
      .slice(0, 3)
      .forEach((line, i) => labelled(page, i === 0 ? "facts" : "", line));
  samples(page, finding);
  if (card) {
    lines.push("");
    wrap(sentencesWithin(card.docs.remedy, room * REMEDY_LINES_MAX), room).forEach((line, i) =>
      labelled(page, i === 0 ? "do" : "", line),
    );
  }
}

// A fact's name and text may come from the artifact (a decoded payload, a column): drawn and cut.
const fact = (value: unknown): string =>
  typeof value === "number"
    ? String(Number.isInteger(value) ? value : Number(value.toPrecision(4)))
    : typeof value === "string"
      ? clip(value, 100)
      : String(value);

const factName = (name: string): string => clip(words(name), 60);

function labelled({ lines, style }: Page, name: string, text: string): void {
  lines.push(`${style.dim(label(name))}${text}`);
}

function rows(finding: Finding, artifact: ArtifactReport | undefined): string {
  if (!finding.records) return "";
  const total = artifact?.records;
  const of =
    total === undefined
      ? plural(finding.records.count, "record")
      : `${count(finding.records.count)} of ${plural(total, "record")}`;
  return `${of} (${percent(finding.records.share)})`;
}

function rule(page: Page, { trigger, target, ...others }: NonNullable<Finding["rule"]>): void {
  const { style, width } = page;
  const room = width - LABEL - 2;
  const sides = [...wrap(quote(trigger, 120), room)];
  sides.forEach((line, i) =>
    labelled(page, i === 0 ? "rule" : "", i === 0 ? style.evidence(line) : `  ${style.evidence(line)}`),
  );
  wrap(quote(target, 200), room).forEach((line, i) =>
    labelled(page, "", `${i === 0 ? style.bold("→") : " "} ${style.evidence(line)}`),
  );
  const numbers = Object.entries(others).filter(([, value]) => typeof value !== "object");
  if (numbers.length > 0)
    for (const line of wrap(numbers.map(([name, value]) => `${factName(name)} ${fact(value)}`).join(", "), room).slice(
      0,
      3,
    ))
      labelled(page, "", style.dim(line));
}

function samples(page: Page, finding: Finding): void {
  const { lines, style, width } = page;
  const list = finding.records?.sample.slice(0, SAMPLES_MAX) ?? [];
  if (list.length === 0) return;
  const numbers = list.map((s) => count(s.record));
  const gutter = Math.max(...numbers.map((n) => n.length), 6);
  const edge = `${" ".repeat(LABEL)}${" ".repeat(gutter)} │ `;
  const room = width - edge.length;
  lines.push("", `${style.dim(label("rows"))}${style.dim(`${"record".padStart(gutter)} │`)}`);
  list.forEach((sample, i) => {
    const number = `${" ".repeat(LABEL)}${(numbers[i] ?? "").padStart(gutter)} │ `;
    const elsewhere = sample.pointer === finding.location.pointer ? "" : visible(sample.pointer ?? "");
    if (elsewhere !== "") lines.push(style.dim(`${number}${cut(elsewhere, room)}`));
    const drawn = fit(drawSample(finding, sample), room);
    lines.push(style.dim(elsewhere === "" ? number : edge) + drawn.map((s) => paint(s, style)).join(""));
    const under = underline(drawn);
    if (under !== "") lines.push(style.dim(edge) + style.evidence(under));
  });
}

const paint = ({ text, unseen, mark }: Segment, style: Styles): string =>
  unseen ? style.unseen(text) : mark ? style.evidence(text) : text;

// The evidence must be found without colour too: in a log, in a paste, by whoever does not see red.
const underline = (drawn: readonly Segment[]): string =>
  drawn
    .map(({ text, unseen, mark }) => (mark || unseen ? "^" : " ").repeat(columns(text)))
    .join("")
    .trimEnd();

function briefly({ lines, style, width }: Page, rest: readonly Finding[]): void {
  if (rest.length === 0) return;
  lines.push("");
  for (const finding of rest.slice(0, BRIEF_MAX)) {
    const records = recordCount(finding);
    const tail = records > 0 ? ` · ${plural(records, "record")}` : "";
    const room = width - LABEL - columns(tail);
    lines.push(
      style[SEVERITY[finding.severity]](label(finding.severity)) +
        cut(`${visible(finding.title)} · ${visible(place(finding.location))}`, room) +
        style.dim(tail),
    );
  }
  const hidden = rest.length - BRIEF_MAX;
  const text =
    hidden > 0 ? `and ${plural(hidden, "more finding")}; --all shows every one in full` : "--all shows these in full";
  lines.push(" ".repeat(LABEL) + style.dim(text));
}

function waivers({ lines, style, width }: Page, waived: readonly Finding[]): void {
  if (waived.length === 0) return;
  lines.push("", style.bold("Waived") + style.dim("  found, but does not count"));
  for (const { title, location, waived: waiver } of waived.slice(0, BRIEF_MAX)) {
    if (!waiver) continue;
    lines.push(`  ${cut(`${visible(title)} · ${visible(place(location))}`, width - 2)}`);
    const why = clip(`${waiver.reason} (${waiver.owner}, until ${waiver.expires})`, 240);
    for (const line of wrap(why, width - 4)) lines.push(`    ${style.dim(line)}`);
  }
  if (waived.length > BRIEF_MAX) lines.push(style.dim(`  and ${count(waived.length - BRIEF_MAX)} more`));
}

function notLookedAt({ lines, style, width }: Page, artifacts: readonly ArtifactReport[]): void {
  const { none, partial } = byCoverage(artifacts);
  const list = (title: string, group: readonly ArtifactReport[]): void => {
    if (group.length === 0) return;
    lines.push("", style.yellow(title));
    for (const { uri, coverage } of group.slice(0, FILES_MAX)) {
      lines.push(`  ${cut(visible(uri), width - 2)}`);
      for (const problem of coverage.problems.slice(0, PROBLEMS_MAX))
        for (const line of wrap(clip(`${problem.message}${problemPlace(problem)}`, 300), width - 4))
          lines.push(`    ${style.dim(line)}`);
      const more = coverage.problems.length - PROBLEMS_MAX;
      if (more > 0) lines.push(`    ${style.dim(`and ${plural(more, "more problem")}`)}`);
    }
    if (group.length > FILES_MAX)
      lines.push(style.dim(`  and ${plural(group.length - FILES_MAX, "more file")}; --format json lists all`));
  };
  list("Not looked at", none);
  list("Looked at only in part", partial);
}

const COVERAGE = { full: "all of it", partial: "in part", none: "not looked at" } as const;

function files({ lines, style, width }: Page, report: ScanReport): void {
  if (report.artifacts.length === 0) return;
  const { none, partial, full } = byCoverage(report.artifacts);
  const shown = [...none, ...partial, ...full].slice(0, FILES_MAX);
  const table = shown.map((a) => [
    visible(a.format),
    a.records === undefined ? "" : plural(a.records, "record"),
    size(a.bytes),
    COVERAGE[a.coverage.status],
  ]);
  const widths = [0, 1, 2, 3].map((i) => Math.max(...table.map((row) => Math.min(16, columns(row[i] ?? "")))));
  const right = widths.reduce((sum, w) => sum + w + 2, 0);
  const room = Math.max(12, Math.min(width - 2 - right, Math.max(...shown.map((a) => columns(visible(a.uri))))));
  const tight = room + 2 + right > width;
  const total = `${plural(report.artifacts.length, "file")}, ${size(report.stats.bytes)} in ${duration(report.stats.seconds)}`;
  lines.push("", style.bold("Files") + style.dim(`  ${total}`));
  shown.forEach((artifact, i) => {
    const name = cut(visible(artifact.uri), room);
    const [format = "", records = "", bytes = "", coverage = ""] = table[i] ?? [];
    const status = artifact.coverage.status === "full" ? style.dim(coverage) : style.yellow(coverage);
    const cells = tight
      ? [pad(bytes, widths[2] ?? 0, true)]
      : [pad(cut(format, 16), widths[0] ?? 0), pad(records, widths[1] ?? 0, true), pad(bytes, widths[2] ?? 0, true)];
    lines.push(`  ${pad(name, room)}  ${style.dim(cells.join("  "))}  ${status}`);
    for (const note of [
      ...(artifact.notes ?? []),
      ...(artifact.coverage.status === "full" ? artifact.coverage.problems.map((p) => p.message) : []),
    ].slice(0, PROBLEMS_MAX))
      for (const line of wrap(clip(note, 200), width - 4)) lines.push(`    ${style.dim(line)}`);
  });
  if (report.artifacts.length > shown.length)
    lines.push(
      style.dim(`  and ${plural(report.artifacts.length - shown.length, "more file")}; --format json lists all`),
    );
}

const pad = (text: string, width: number, right = false): string => {
  const spaces = " ".repeat(Math.max(0, width - columns(text)));
  return right ? spaces + text : text + spaces;
};

// Commands are never cut or wrapped: they are there to be pasted.
function next(
  { lines, style }: Page,
  report: ScanReport,
  active: readonly Finding[],
  { command, cleanOptions = "" }: TextOptions,
): void {
  const detector = active.find((f) => atLeast(f.severity, "low"))?.detector;
  const commands = [
    ...(active.some((f) => f.records) ? [["list", listCommand(command)]] : []),
    ...cleanCommand(report, active, cleanOptions).map((line) => ["clean", line]),
    ...(detector === undefined ? [] : [["explain", explainCommand(detector)]]),
  ];
  if (commands.length === 0) return;
  lines.push("", style.bold("Next"));
  for (const [name = "", line = ""] of commands) lines.push(`  ${style.dim(name.padEnd(LABEL - 2))}${line}`);
}

/** As many whole sentences as fit, one at least: `explain` has the rest. */
function sentencesWithin(text: string, max: number): string {
  if (text.length <= max) return text;
  const ends = [...text.matchAll(/[.!?](?=\s)/g)].map(({ index }) => index + 1);
  const end = ends.findLast((at) => at <= max * 0.9) ?? ends[0];
  return end === undefined ? text : text.slice(0, end);
}
