// The pieces of the HTML report as trees. What is shown is the report's; nothing is computed beyond counts and places.
import { quote } from "../base/escape.ts";
import type { Card } from "../core/detector.ts";
import type { ArtifactReport, Finding, RecordLine, ScanReport } from "../core/report.ts";
import { atLeast, severityRank, type Severity } from "../core/severity.ts";
import { explainCommand } from "./commands.ts";
import { drawSample, type Segment } from "./drawn.ts";
import { count, percent, plural, size, words } from "./figures.ts";
import { referenceUrl } from "./links.ts";
import { placeParts, problemPlace } from "./place.ts";
import { pieces } from "./prose.ts";
import { h, type Tree } from "./tree.ts";

/** No one string of a report fills the page, whoever wrote it. */
const TEXT_MAX = 600;
const SAMPLES_MAX = 5;
const FACTS_MAX = 24;
const PROBLEMS_MAX = 50;

const clip = (text: string, max: number = TEXT_MAX): string =>
  text.length <= max ? text : quote(text.slice(0, max * 4), max).slice(1, -1);

export function findingView(finding: Finding, cards: ReadonlyMap<string, Card>): Tree {
  const { severity, confidence, title, message, location, records, rule, evidence, references, detector, waived, id } =
    finding;
  const { uri, ...inside } = location;
  const samples = records?.sample.slice(0, SAMPLES_MAX) ?? [];
  const facts = Object.entries(evidence ?? {}).slice(0, FACTS_MAX);
  const card = cards.get(detector);
  const rows = records ? plural(records.count, "record") : "";
  return h(
    waived ? "details.finding.waived" : "details.finding",
    {},
    h(
      "summary",
      {},
      h(`span.badge.${severity}`, {}, severity),
      h("span.title", {}, clip(title, 200)),
      h("span.rows", {}, rows),
      h(
        "span.where",
        {},
        clip([uri, ...placeParts(inside)].join(", "), 300),
        ` · ${confidence} confidence`,
        waived ? " · waived" : "",
      ),
    ),
    h(
      "div.body",
      {},
      h("p", {}, clip(message)),
      waived
        ? h(
            "p.note.soft",
            {},
            clip(
              `Waived: ${waived.reason} (${waived.owner}, until ${waived.expires}). It does not count against the verdict.`,
            ),
          )
        : undefined,
      rule ? ruleView(rule) : undefined,
      samples.length > 0
        ? h(
            "h4",
            {},
            records && records.count > samples.length
              ? `${plural(samples.length, "record")} of ${count(records.count)} (${percent(records.share)} of the file)`
              : "Records",
          )
        : undefined,
      samples.length > 0
        ? h(
            "ol.samples",
            {},
            ...samples.map((sample) =>
              h(
                "li",
                {},
                h("span.at", { title: clip(sample.pointer ?? "", 200) }, `record ${count(sample.record)}`),
                h(
                  "div",
                  {},
                  sample.pointer !== undefined && sample.pointer !== location.pointer
                    ? h("span.at", {}, clip(sample.pointer, 200), " ")
                    : undefined,
                  h("code", { dir: "auto" }, ...drawSample(finding, sample).map(segmentView)),
                ),
              ),
            ),
          )
        : undefined,
      facts.length > 0 ? h("h4", {}, "Evidence") : undefined,
      facts.length > 0 ? pairs(facts) : undefined,
      card ? h("h4", {}, "What to do") : undefined,
      card ? h("p", {}, ...prose(card.docs.remedy)) : undefined,
      h(
        "div.links",
        {},
        card ? h("a", { href: `#detector-${detector}` }, `About ${detector}`) : h("span", {}, clip(detector, 100)),
        ...references.slice(0, 12).map(referenceView),
        h("span.mono", { title: "Id of this finding" }, clip(id, 40)),
      ),
    ),
  );
}

function ruleView({ trigger, target, ...others }: NonNullable<Finding["rule"]>): Tree {
  const numbers = Object.entries(others)
    .filter(([, value]) => typeof value !== "object")
    .slice(0, FACTS_MAX);
  return h(
    "div",
    {},
    h(
      "div.rule",
      {},
      h("span.label", {}, "When the input holds"),
      h("code", { dir: "auto" }, clip(trigger)),
      h("span.label", {}, "the answer becomes"),
      h("code", { dir: "auto" }, clip(target)),
    ),
    numbers.length > 0 ? h("div.note", {}, pairs(numbers)) : undefined,
  );
}

const pairs = (entries: readonly (readonly [string, unknown])[]): Tree =>
  h(
    "dl.pairs",
    {},
    ...entries.flatMap(([name, value]) => [
      h("dt", {}, clip(words(name), 80)),
      h("dd", {}, h("code", { dir: "auto" }, clip(String(value)))),
    ]),
  );

const segmentView = ({ text, unseen, mark }: Segment): Tree =>
  mark ? h(unseen ? "mark.chip" : "mark", {}, text) : unseen ? h("span.chip", {}, text) : text;

const referenceView = (reference: string): Tree => {
  const url = referenceUrl(reference);
  const text = clip(reference, 100);
  return url === undefined ? h("span", {}, text) : h("a", { href: url, rel: "noopener noreferrer" }, text);
};

const prose = (text: string): Tree[] =>
  pieces(text).map((piece) => (piece.code ? h("code", {}, piece.text) : piece.text));

export const cardView = (card: Card): Tree =>
  h(
    "div.card",
    { id: `detector-${card.id}` },
    h("h3", {}, card.title, " ", h("code.soft", {}, card.id)),
    h(
      "p.soft",
      {},
      `Ordinarily ${card.severity}, ${card.confidence} confidence. ${card.maturity === "preview" ? "Preview. " : ""}`,
      h("code", {}, explainCommand(card.id)),
    ),
    h("p", {}, h("b", {}, "Finds. "), ...prose(card.docs.finds)),
    h("p", {}, h("b", {}, "Why it matters. "), ...prose(card.docs.matters)),
    h("p", {}, h("b", {}, "What to do. "), ...prose(card.docs.remedy)),
    h("p", {}, h("b", {}, "What it misses. "), ...prose(card.docs.misses)),
    h("div.links", {}, ...card.references.map(referenceView)),
  );

export const COVERAGE = {
  full: "All of it looked at",
  partial: "Looked at only in part",
  none: "Not looked at",
} as const;

export function fileView(artifact: ArtifactReport, spots: readonly Spot[], exact: boolean): Tree {
  const { uri, kind, format, records, bytes, sha256, coverage, notes = [] } = artifact;
  const facts = [kind, clip(format, 60), ...(records === undefined ? [] : [plural(records, "record")]), size(bytes)];
  return h(
    "li",
    {},
    h(
      "div.file",
      {},
      h("span.name", {}, clip(uri, 300)),
      h(`span.state.${coverage.status}`, {}, COVERAGE[coverage.status]),
    ),
    h("div.facts", { title: sha256 === null ? undefined : `sha256 ${sha256}` }, facts.join(" · ")),
    ...notes.slice(0, 5).map((note) => h("div.facts", {}, clip(note))),
    records !== undefined && spots.length > 0 ? stripView(spots, records, exact) : undefined,
  );
}

export interface Spot {
  readonly record: number;
  readonly severity: Severity;
}

/** Where flagged records lie, by artifact: all of them where the caller has them, otherwise the samples of findings. */
export function spotsByFile(
  report: ScanReport,
  lines: readonly RecordLine[] | undefined,
): ReadonlyMap<string, readonly Spot[]> {
  const byUri = new Map<string, Spot[]>();
  const add = (uri: string, record: number, severity: Severity): void => {
    if (!atLeast(severity, "medium")) return;
    const spots = byUri.get(uri);
    if (spots) spots.push({ record, severity });
    else byUri.set(uri, [{ record, severity }]);
  };
  if (lines) for (const { uri, record, severity } of lines) add(uri, record, severity);
  else
    for (const { location, records, severity, waived } of report.findings)
      if (!waived) for (const { record } of records?.sample ?? []) add(location.uri, record, severity);
  return byUri;
}

const BINS = 120;
const HEIGHT = 20;

// A strip of the file from its first record to its last; a bar's height is how many flagged records lie there.
function stripView(spots: readonly Spot[], records: number, exact: boolean): Tree {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, severity: "info" as Severity }));
  for (const { record, severity } of spots) {
    const bin = bins[Math.min(BINS - 1, Math.max(0, Math.floor((record / Math.max(1, records)) * BINS)))];
    if (!bin) continue;
    bin.count++;
    if (severityRank(severity) > severityRank(bin.severity)) bin.severity = severity;
  }
  const most = Math.max(...bins.map((bin) => bin.count));
  const bars = bins.flatMap(({ count: n, severity }, i) => {
    if (n === 0) return [];
    const height = Math.round(6 + (HEIGHT - 6) * Math.sqrt(n / most));
    return [
      h(`rect.${severity}`, { x: String(i * 10 + 1), y: String(HEIGHT - height), width: "8", height: String(height) }),
    ];
  });
  const what = exact ? "Where the flagged records lie" : "Where the sampled flagged records lie";
  return h(
    "div",
    {},
    h(
      "svg.strip",
      {
        viewBox: `0 0 ${BINS * 10} ${HEIGHT}`,
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": `${what}, from the first record to the last`,
      },
      ...bars,
    ),
    h(
      "div.scale",
      {},
      h("span", {}, "record 0"),
      h("span", {}, what),
      h("span", {}, `record ${count(Math.max(0, records - 1))}`),
    ),
  );
}

export const problemsView = ({ uri, coverage }: ArtifactReport): Tree =>
  h(
    "li",
    {},
    h(
      "div.file",
      {},
      h("span.name", {}, clip(uri, 300)),
      h(`span.state.${coverage.status}`, {}, COVERAGE[coverage.status]),
    ),
    h(
      "ul.problems",
      {},
      ...coverage.problems.slice(0, PROBLEMS_MAX).map((p) => h("li", {}, clip(`${p.message}${problemPlace(p)}`))),
      coverage.problems.length > PROBLEMS_MAX
        ? h("li", {}, `and ${plural(coverage.problems.length - PROBLEMS_MAX, "more problem")}`)
        : undefined,
    ),
  );
