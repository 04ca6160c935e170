// The report as one HTML file that a reviewer opens offline. Whoever made the dataset wrote much of its text, so the
// page may run one script and one style sheet, both named by digest (Content Security Policy Level 3), and may fetch
// nothing. Findings lie in a JSON data island and become elements by textContent; without a script the first hundred
// are there as written.
import { createHash } from "node:crypto";
import { html, quote } from "../base/escape.ts";
import type { Card } from "../core/detector.ts";
import type { ArtifactReport, Finding, RecordLine, ScanReport } from "../core/report.ts";
import { count, duration, plural, size } from "./figures.ts";
import { headline } from "./headline.ts";
import { PAGE_SIZE, SCRIPT } from "./html-script.ts";
import { STYLE } from "./html-style.ts";
import { cardView, fileView, findingView, problemsView, spotsByFile } from "./html-view.ts";
import { byCoverage, splitWaived, tally, WORST_FIRST } from "./order.ts";
import { h, island, serialize, type Tree } from "./tree.ts";

const FILES_OPEN = 6;
const FILES_MAX = 500;
const REASONS_MAX = 20;

const digest = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const POLICY = [
  "default-src 'none'",
  `style-src ${digest(STYLE)}`,
  `script-src ${digest(SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

/** `lines`, what `--records` writes, draws every flagged record where it lies; without it the strips show the samples. */
export function renderHtml(
  report: ScanReport,
  cards: ReadonlyMap<string, Card>,
  lines?: readonly RecordLine[],
): string {
  const { active, waived } = splitWaived(report.findings);
  const findings = [...active, ...waived];
  const fileIndex = new Map(report.artifacts.map((a, i) => [a.uri, i]));
  const data = findings.map((f) => ({
    severity: f.severity,
    detector: f.detector,
    file: fileIndex.get(f.location.uri) ?? -1,
    tree: findingView(f, cards),
  }));
  const coverage = coverageSection(report.artifacts);
  const undecided = report.verdict === "undecided";
  const main = [
    banner(report),
    tiles(report),
    ...(undecided ? coverage : []),
    ...findingsSection(
      report,
      findings,
      data.slice(0, PAGE_SIZE).map((d) => d.tree),
    ),
    ...files(report, lines),
    ...(undecided ? [] : coverage),
    ...detectors(findings, cards),
  ];
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="robots" content="noindex">',
    `<title>${html(title(report))}</title>`,
    `<style>${STYLE}</style>`,
    "</head>",
    "<body>",
    serialize(h("a.skip", { href: "#findings" }, "Skip to the findings")),
    serialize(h("header.brand", {}, h("span", {}, h("b", {}, "Bezoar"), " scan report"), navigation(report))),
    serialize(h("main", {}, ...main)),
    serialize(
      h(
        "footer",
        {},
        `Made by bezoar ${report.tool.version}: ${size(report.stats.bytes)} in ${duration(report.stats.seconds)}. This page is complete in itself and fetches nothing. Invisible characters are drawn as ‹U+200B›, line ends as ⏎.`,
      ),
    ),
    `<script type="application/json" id="data">${island(data)}</script>`,
    `<script>${SCRIPT}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function title(report: ScanReport): string {
  const [first] = report.artifacts;
  const more = report.artifacts.length > 1 ? ` and ${count(report.artifacts.length - 1)} more` : "";
  return `${headline(report).word}${first ? ` · ${first.uri.slice(0, 200)}${more}` : ""} · Bezoar`;
}

const navigation = (report: ScanReport): Tree =>
  h(
    "nav",
    { "aria-label": "Sections" },
    h("a", { href: "#findings" }, "Findings"),
    report.artifacts.length > 0 ? h("a", { href: "#files" }, "Files") : undefined,
    h("a", { href: "#coverage" }, "Not looked at"),
    report.findings.length > 0 ? h("a", { href: "#detectors" }, "Detectors") : undefined,
  );

function banner(report: ScanReport): Tree {
  const { word, sentence, found, looked, compared } = headline(report);
  const reasons = report.verdict === "pass" ? [] : report.reasons.slice(0, REASONS_MAX);
  return h(
    `section.verdict.${report.verdict}`,
    {},
    h("h1", {}, h("span", {}, word), " ", sentence),
    h("p", {}, found),
    h("p.soft", {}, looked),
    compared === "" ? undefined : h("p", {}, compared),
    reasons.length > 0
      ? h("ul", {}, ...reasons.map((r) => h("li", {}, quote(r.message.slice(0, 2_000), 240).slice(1, -1))))
      : undefined,
  );
}

function tiles(report: ScanReport): Tree {
  const { active } = splitWaived(report.findings);
  const counts = tally(active);
  const { flagged } = report.stats;
  const { full } = byCoverage(report.artifacts);
  const tile = (value: string, label: string, tone = ""): Tree =>
    h(`div.tile${tone}`, {}, h("b", {}, value), h("span", {}, label));
  return h(
    "section.tiles",
    { "aria-label": "Summary" },
    ...WORST_FIRST.slice(0, 3).map((s) => tile(count(counts[s]), s, counts[s] > 0 ? `.${s}` : ".none")),
    tile(count(counts.low + counts.info), "low and info", ".none"),
    tile(count(flagged), `of ${plural(report.stats.records, "record")} flagged`, flagged > 0 ? "" : ".none"),
    tile(
      `${count(full.length)} of ${count(report.artifacts.length)}`,
      "files looked at in full",
      full.length < report.artifacts.length ? ".medium" : "",
    ),
  );
}

function files(report: ScanReport, lines: readonly RecordLine[] | undefined): Tree[] {
  if (report.artifacts.length === 0) return [];
  const spots = spotsByFile(report, lines);
  const weight = (a: ArtifactReport): number =>
    (spots.get(a.uri)?.length ?? 0) + (a.coverage.status === "full" ? 0 : 1e9);
  const ordered = report.artifacts.toSorted((a, b) => weight(b) - weight(a)).slice(0, FILES_MAX);
  const views = ordered.map((a) => fileView(a, spots.get(a.uri) ?? [], lines !== undefined));
  const left = report.artifacts.length - ordered.length;
  const rest = views.slice(FILES_OPEN);
  return [
    h("h2", { id: "files" }, "Files"),
    h(
      "div.panel",
      {},
      h("ul.files", {}, ...views.slice(0, FILES_OPEN)),
      rest.length > 0
        ? h(
            "details.fold",
            {},
            h("summary", {}, `${plural(rest.length + left, "more file")}`),
            h(
              "ul.files",
              {},
              ...rest,
              left > 0 ? h("li.soft", {}, `and ${plural(left, "more file")}; the JSON report lists all`) : undefined,
            ),
          )
        : undefined,
    ),
  ];
}

function findingsSection(report: ScanReport, findings: readonly Finding[], firstPage: readonly Tree[]): Tree[] {
  const heading = h("h2", { id: "findings" }, "Findings ", h("span.soft", {}, count(findings.length)));
  const left = findings.length - firstPage.length;
  return [
    heading,
    filters(report, findings),
    h("div", { id: "list" }, ...firstPage),
    left > 0
      ? h("p.nojs.soft", {}, `${plural(left, "more finding")}: allow this page its script, or read the JSON report.`)
      : undefined,
    h(
      "p.soft",
      { id: "empty", ...(findings.length > 0 ? { hidden: "" } : {}) },
      findings.length === 0
        ? "No findings. What was looked at, and what was not, stands on this page."
        : "No finding matches these filters.",
    ),
    h("button", { id: "more", type: "button", hidden: "" }, "Show more"),
  ].filter((tree) => tree !== undefined);
}

function filters(report: ScanReport, findings: readonly Finding[]): Tree {
  const counts = tally(findings);
  const detectorIds = [...new Set(findings.map((f) => f.detector))].toSorted();
  const uris = new Set(findings.map((f) => f.location.uri));
  const option = (value: string, label: string): Tree =>
    h("option", { value }, label.length <= 80 ? label : `…${label.slice(-79)}`);
  return h(
    "form",
    { id: "filters", ...(findings.length === 0 ? { hidden: "" } : {}) },
    h("input", {
      type: "search",
      id: "search",
      placeholder: "Search everything (press /)",
      "aria-label": "Search the findings",
      autocomplete: "off",
    }),
    h(
      "select",
      { id: "detector", "aria-label": "Detector" },
      option("", "All detectors"),
      ...detectorIds.map((id) => option(id, id)),
    ),
    h(
      "select",
      { id: "file", "aria-label": "File" },
      option("", "All files"),
      ...report.artifacts.flatMap((a, i) => (uris.has(a.uri) ? [option(String(i), a.uri)] : [])).slice(0, FILES_MAX),
    ),
    h(
      "fieldset.checks",
      { "aria-label": "Severity" },
      ...WORST_FIRST.filter((s) => counts[s] > 0).map((s) =>
        h(
          `label.${s}`,
          {},
          h("input", { type: "checkbox", name: "severity", value: s, checked: "" }),
          `${s} ${count(counts[s])}`,
        ),
      ),
      h("button", { id: "expand", type: "button" }, "Open or close all"),
      h("button", { type: "reset" }, "Reset"),
      h("span", { id: "status", role: "status" }),
    ),
  );
}

function coverageSection(artifacts: readonly ArtifactReport[]): Tree[] {
  const troubled = artifacts.filter((a) => a.coverage.status !== "full" || a.coverage.problems.length > 0);
  const order = { none: 0, partial: 1, full: 2 } as const;
  const shown = troubled.toSorted((a, b) => order[a.coverage.status] - order[b.coverage.status]).slice(0, FILES_MAX);
  return [
    h("h2", { id: "coverage" }, "What was not looked at"),
    shown.length === 0
      ? h(
          "p.soft",
          {},
          artifacts.length === 0
            ? "Nothing was looked at."
            : "Every file was looked at in full. That is not proof that nothing is there.",
        )
      : h(
          "div.panel",
          {},
          h(
            "ul.files",
            {},
            ...shown.map(problemsView),
            troubled.length > shown.length
              ? h("li.soft", {}, `and ${plural(troubled.length - shown.length, "more file")}`)
              : undefined,
          ),
        ),
  ];
}

function detectors(findings: readonly Finding[], cards: ReadonlyMap<string, Card>): Tree[] {
  const found = [...new Set(findings.map((f) => f.detector))].flatMap((id) => cards.get(id) ?? []);
  if (found.length === 0) return [];
  return [h("h2", { id: "detectors" }, "What the detectors look for"), h("div.panel", {}, ...found.map(cardView))];
}
