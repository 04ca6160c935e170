// Every output of the hand-made reports, byte for byte as in testdata/report. `UPDATE=1` rewrites them.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { renderCard, renderCardList, renderDetectorIndex, renderDetectorPage } from "./detector-page.ts";
import { renderHtml } from "./html.ts";
import { renderJson } from "./json.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderSarif } from "./sarif.ts";
import { renderReportSchema } from "./schema.ts";
import { sampleCards, sampleReports, tagged } from "./testing/samples.ts";
import { renderText } from "./text.ts";

const update = process.env["UPDATE"] === "1";

function golden(path: string, actual: string): void {
  const url = new URL(`../../${path}`, import.meta.url);
  if (update) writeFileSync(url, actual);
  assert.equal(actual, readFileSync(url, "utf8"), `${path} differs; UPDATE=1 rewrites it`);
}

for (const [name, report] of Object.entries(sampleReports)) {
  const text = { color: false, width: 80, command: "bezoar scan examples" };
  test(`text of the ${name} report`, () =>
    golden(`testdata/report/${name}.txt`, renderText(report, sampleCards, text)));
  test(`JSON of the ${name} report`, () => golden(`testdata/report/${name}.json`, renderJson(report)));
  test(`SARIF of the ${name} report`, () => golden(`testdata/report/${name}.sarif`, renderSarif(report, sampleCards)));
  test(`Markdown of the ${name} report`, () =>
    golden(`testdata/report/${name}.md`, renderMarkdown(report, sampleCards)));
  test(`HTML of the ${name} report`, () => golden(`testdata/report/${name}.html`, renderHtml(report, sampleCards)));
}

test("the published schema is the code's", () => golden("docs/reference/report.schema.json", renderReportSchema()));

test("a detector's page, its card and the lists", () => {
  const card = sampleCards.get("tag-characters");
  assert.ok(card);
  const hit = { message: "The record hides ‹hello› in tag characters.", excerpt: "" };
  const page = renderDetectorPage(card, [
    {
      example: { title: "A hidden greeting", given: [{ input: `a${tagged("hello")}b\n\`\`\`` }], finds: ["0 /input"] },
      hits: [{ where: "0 /input high", hit }],
    },
    {
      example: { title: "The flag of Scotland", given: { language: "markdown", text: "```\n🏴 flag\n```" }, finds: [] },
      hits: [],
    },
  ]);
  golden("testdata/report/detector-page.md", page);
  golden("testdata/report/detector-index.md", renderDetectorIndex(sampleCards.values()));
  golden("testdata/report/card.txt", renderCard(card, { color: false, width: 72 }));
  golden("testdata/report/cards.txt", renderCardList(sampleCards.values(), { color: false }));
});
