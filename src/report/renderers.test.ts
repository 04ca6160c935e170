// What must hold for any report, whatever an artifact puts into its names and texts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import fc from "fast-check";
import { visible } from "../base/escape.ts";
import type { Finding, RecordLine, ScanReport } from "../core/report.ts";
import { cleanCommand, shellWord } from "./commands.ts";
import { drawSample } from "./drawn.ts";
import { percent, size } from "./figures.ts";
import { renderHtml } from "./html.ts";
import { renderJson, renderRecords } from "./json.ts";
import { referenceUrl } from "./links.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderSarif } from "./sarif.ts";
import { reportSchema } from "./schema.ts";
import { columns } from "./terminal.ts";
import {
  failReport,
  HOSTILE,
  hostileReport,
  passReport,
  sampleCards,
  sampleReports,
  undecidedReport,
} from "./testing/samples.ts";
import { renderText } from "./text.ts";

const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        "<",
        ">",
        "&",
        '"',
        "'",
        "\u001b[",
        "\u202e",
        "\u2066",
        "</script>",
        "<!--",
        "\u2028",
        "\u0000",
        "\ud800",
        "`",
        "|",
        "](",
        "@x",
        "\n",
        "ط",
        "語",
        " ",
      ),
      { maxLength: 20 },
    )
    .map((parts) => parts.join("")),
);

/** The failing sample with every free string replaced. */
const hostileReports: fc.Arbitrary<ScanReport> = fc.array(hostileText, { minLength: 6, maxLength: 6 }).map((texts) => {
  const [a = "", b = "", c = "", d = "", e = "", f = ""] = texts;
  return {
    ...failReport,
    reasons: [{ code: "policy", message: a }],
    artifacts: failReport.artifacts.map((artifact) => ({
      ...artifact,
      uri: b,
      format: c,
      notes: [d],
      roles: { [e]: f },
      coverage: { status: "partial", problems: [{ code: "malformed", message: e, at: { member: f } }] },
    })),
    findings: failReport.findings.map((finding): Finding => ({
      ...finding,
      title: a,
      message: `says ‹${f}›`,
      references: [d],
      location: { ...finding.location, uri: b, pointer: c, member: d },
      records: { count: 2, share: 0.5, sample: [{ record: 1, pointer: e, excerpt: `${f} ${a}` }] },
      rule: { trigger: f, target: a, [b]: c },
      evidence: { [c]: d },
    })),
  };
});

const text = (report: ScanReport, width = 80, color = false): string =>
  renderText(report, sampleCards, { color, width, command: "bezoar scan x" });

test("text output holds nothing a terminal acts on", () => {
  fc.assert(
    fc.property(hostileReports, (report) => {
      for (const line of text(report).split("\n")) assert.equal(visible(line), line);
      const coloured = stripVTControlCharacters(text(report, 80, true));
      for (const line of coloured.split("\n")) assert.equal(visible(line), line);
    }),
    { numRuns: 150 },
  );
});

test("without colour there is no escape sequence, with colour the same words", () => {
  for (const report of Object.values(sampleReports)) {
    const plain = text(report);
    assert.ok(!plain.includes("\u001b"));
    assert.equal(stripVTControlCharacters(text(report, 80, true)), plain);
  }
});

test("no line is wider than the terminal, but for commands", () => {
  fc.assert(
    fc.property(hostileReports, fc.integer({ min: 40, max: 130 }), (report, width) => {
      for (const line of text(report, width).split("\n"))
        if (!/^ {2}(?:list|clean|explain) /.test(line))
          assert.ok(columns(line) <= width, `${columns(line)} > ${width}: ${line}`);
    }),
    { numRuns: 100 },
  );
});

test("HTML lets no character of the data open a tag, end the island or leave an attribute", () => {
  const skeleton = (html: string): string =>
    html
      .replace(
        /<script type="application\/json"[^]*?<\/script>/,
        (json) => `<island ${/[<>&\u2028\u2029]/.test(json.slice(43, -9))}>`,
      )
      .replace(/<(script|style)>[^]*?<\/\1>/g, "<$1>")
      .replace(/ (?:title|value|href|aria-label|id|class|content)="[^"<>]*"/g, "")
      .replace(/>[^<>]*/g, ">");
  fc.assert(
    fc.property(hostileReports, (report) => {
      const html = renderHtml(report, sampleCards);
      const tags = new Set([...skeleton(html).matchAll(/<\/?([^\s>]*)/g)].map((m) => m[1]));
      for (const tag of tags) assert.ok(KNOWN_TAGS.has(tag ?? ""), `unexpected <${tag}>`);
      assert.ok(!skeleton(html).includes("<island true"));
      assert.equal(html.match(/<script/g)?.length, 2);
    }),
    { numRuns: 60 },
  );
});

const KNOWN_TAGS = new Set(
  "!doctype html head meta title style body a header span b nav main section h1 h2 h3 h4 p ul ol li div form input select option fieldset label button details summary code mark dl dt dd svg rect footer script island".split(
    " ",
  ),
);

test("Markdown lets no data open a tag, a link, a mention or an image", () => {
  fc.assert(
    fc.property(hostileReports, (report) => {
      const out = renderMarkdown(report, sampleCards);
      const tags = new Set([...out.matchAll(/<\/?([^\s>]*)/g)].map((m) => m[1]));
      for (const tag of tags)
        assert.ok(["details", "summary", "b", "code", "strong", "kbd", "sub", "span", "!--"].includes(tag ?? ""), tag);
      // A line that begins with a tag is an HTML block, in which GitHub reads no Markdown.
      assert.doesNotMatch(out.replace(/^<details>.*$/gm, ""), /(?<!\\)\]\(/);
      assert.doesNotMatch(out, /@[A-Za-z0-9]/);
      assert.ok(out.length < 60_000);
    }),
    { numRuns: 100 },
  );
});

test("a Markdown comment stays under GitHub's limit and says where it was cut", () => {
  const findings = Array.from({ length: 400 }, (_, i): Finding => ({
    ...failReport.findings[i % 3]!,
    id: i.toString(16).padStart(16, "0"),
    severity: "high",
    message: `${HOSTILE[5]}`.repeat(8),
  }));
  const artifacts = Array.from({ length: 300 }, (_, i) => ({
    ...undecidedReport.artifacts[1]!,
    uri: `${"d/".repeat(60)}${i}.jsonl`,
  }));
  const out = renderMarkdown({ ...failReport, findings, artifacts }, sampleCards);
  assert.ok(out.length < 60_000, String(out.length));
  assert.match(out, /Cut here: \d+ more blocks/);
});

test("JSON and records give back what went in, in one key order, with nothing unseen in them", () => {
  fc.assert(
    fc.property(hostileReports, (report) => {
      const json = renderJson(report);
      assert.equal(json.replaceAll("\n", "").search(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u), -1);
      assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(report)));
      const reversed = (value: unknown): unknown =>
        Array.isArray(value)
          ? value.map(reversed)
          : typeof value === "object" && value !== null
            ? Object.fromEntries(
                Object.entries(value)
                  .toReversed()
                  .map(([k, v]) => [k, reversed(v)]),
              )
            : value;
      const { findings, artifacts, ...rest } = report;
      const shuffled = { ...(reversed(rest) as typeof rest), findings, artifacts };
      assert.equal(renderJson(shuffled), json);
    }),
    { numRuns: 60 },
  );
  const line: RecordLine = { uri: "a\u202eb", record: 3, finding: "f", detector: "d", severity: "high", score: 0.9 };
  const [out = ""] = renderRecords([line]);
  assert.match(out, /^\{"uri":"a\\u202eb","record":3,.*\}\n$/);
  assert.deepEqual(JSON.parse(out), line);
});

test("the schema takes every sample and refuses what it does not know", () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(reportSchema);
  for (const [name, report] of Object.entries(sampleReports))
    assert.ok(validate(JSON.parse(renderJson(report))), `${name}: ${JSON.stringify(validate.errors)}`);
  const broken: readonly ((report: Record<string, any>) => void)[] = [
    (r) => (r["extra"] = 1),
    (r) => (r["verdict"] = "clean"),
    (r) => delete r["stats"],
    (r) => (r["schema"] = "bezoar.report/v2"),
    (r) => (r["findings"][0]["severity"] = "worst"),
    (r) => (r["findings"][0]["location"]["line"] = 1),
    (r) => (r["findings"][0]["records"]["share"] = 2),
    (r) => delete r["findings"][0]["rule"]["target"],
    (r) => (r["artifacts"][0]["coverage"]["status"] = "most"),
    (r) => (r["artifacts"][0]["sha256"] = "abc"),
    (r) => (r["findings"][0]["evidence"] = { nested: {} }),
  ];
  const source = { ...failReport, findings: failReport.findings.filter((f) => f.rule) };
  for (const change of broken) {
    const report = JSON.parse(renderJson(source)) as Record<string, any>;
    change(report);
    assert.equal(validate(report), false, change.toString());
  }
});

test("SARIF is valid by the OASIS schema", () => {
  const schema = JSON.parse(
    readFileSync(new URL("../../testdata/schemas/sarif-schema-2.1.0.json", import.meta.url), "utf8"),
  ) as object;
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  const validate = ajv.compile(schema);
  const check = (report: ScanReport): void =>
    assert.ok(validate(JSON.parse(renderSarif(report, sampleCards))), JSON.stringify(validate.errors?.slice(0, 3)));
  for (const report of Object.values(sampleReports)) check(report);
  fc.assert(fc.property(hostileReports, check), { numRuns: 40 });
  assert.equal(validate({ version: "2.1.0", runs: [{ tool: {} }] }), false);
});

test("SARIF keeps code scanning's limits, fingerprints and severities", () => {
  const many = Array.from({ length: 25_010 }, (_, i): Finding => ({
    ...passReport.findings[0]!,
    id: i.toString(16).padStart(16, "0"),
    severity: i === 25_009 ? "high" : "info",
  }));
  const log = JSON.parse(renderSarif({ ...failReport, findings: many }, sampleCards)) as any;
  const [run] = log.runs;
  assert.equal(run.results.length, 25_000);
  assert.equal(run.results[0].ruleId, "personal-data/high");
  assert.equal(run.tool.driver.rules[run.results[0].ruleIndex].properties["security-severity"], "8.0");
  assert.equal(run.tool.driver.rules[run.results[1].ruleIndex].id, "personal-data");
  assert.equal(run.results[1].partialFingerprints["bezoarFinding/v1"], "0000000000000000");
  assert.match(run.invocations[0].toolExecutionNotifications[0].message.text, /10 findings .*left out/);
});

test("SARIF of a run that could not look is no success", () => {
  const [run] = (JSON.parse(renderSarif(undecidedReport, sampleCards)) as any).runs;
  assert.equal(run.invocations[0].executionSuccessful, false);
  assert.equal(run.invocations[0].toolExecutionNotifications[0].level, "error");
  const [passed] = (JSON.parse(renderSarif(passReport, sampleCards)) as any).runs;
  assert.equal(passed.invocations[0].executionSuccessful, true);
});

test("an artifact URI cannot pass for a host or a scheme", () => {
  const uri = (name: string): string =>
    (
      JSON.parse(
        renderSarif({ ...passReport, artifacts: [{ ...passReport.artifacts[0]!, uri: name }] }, sampleCards),
      ) as any
    ).runs[0].artifacts[0].location.uri;
  assert.equal(uri("./data/a b.jsonl"), "data/a%20b.jsonl");
  assert.equal(uri(["java", "script:x"].join("")), "javascript%3Ax");
  assert.equal(uri("/abs/a.jsonl"), "file:///abs/a.jsonl");
  assert.equal(uri("hf://datasets/o/n@abc/a.parquet"), "hf://datasets/o/n@abc/a.parquet");
  assert.equal(uri("a?x#y"), "a%3Fx%23y");
});

test("a proposed command holds a hostile name as one literal word", () => {
  assert.equal(shellWord("a b.jsonl"), "'a b.jsonl'");
  assert.equal(shellWord("x'; curl y #"), `'x'\\''; curl y #'`);
  assert.equal(shellWord("-rf"), "./-rf");
  assert.equal(shellWord("a\u202eb"), undefined);
  const named = (uri: string): string[] => {
    const report = { ...failReport, artifacts: [{ ...failReport.artifacts[0]!, uri }] };
    return cleanCommand(report, [{ ...failReport.findings[1]!, location: { uri } }]);
  };
  assert.deepEqual(named("d/a.jsonl.gz"), ["bezoar clean d/a.jsonl.gz -o a.clean.jsonl.gz"]);
  assert.deepEqual(named("d/$(id).csv"), ["bezoar clean 'd/$(id).csv' -o '$(id).clean.csv'"]);
  assert.deepEqual(named("d/\u200b.csv"), ["bezoar clean DATASET -o CLEAN"]);
});

test("not looked at never looks like nothing found", () => {
  for (const render of [
    text,
    (r: ScanReport) => renderMarkdown(r, sampleCards),
    (r: ScanReport) => renderHtml(r, sampleCards),
  ]) {
    assert.match(render(undecidedReport), /Not looked at/);
    assert.match(render(undecidedReport), /not a pass/);
    assert.doesNotMatch(render(passReport), /not looked at\b(?!<)|UNDECIDED/);
    assert.match(render(passReport), /not proof/);
  }
  const nothing: ScanReport = {
    ...passReport,
    verdict: "undecided",
    reasons: [{ code: "nothing-scanned", message: "No file." }],
    artifacts: [],
    findings: [],
  };
  assert.match(text(nothing), /There was nothing to look at/);
});

test("the first screen says by what, how sure, how many, and what to do", () => {
  const screen = text(failReport).split("\n").slice(0, 24).join("\n");
  for (const wanted of [
    /FAIL/,
    /in 44 of 4,000 records/,
    /high confidence/,
    /EXPORT_TO_C2_SERVER/,
    /192\.0\.2\.44/,
    /41 of 41 rows/,
    /Do not train/,
  ])
    assert.match(screen, wanted);
});

test("the evidence of an excerpt is marked, by words or by offsets", () => {
  const marked = (finding: Finding, i: number): string =>
    drawSample(finding, finding.records!.sample[i]!)
      .filter((s) => s.mark)
      .map((s) => s.text)
      .join("");
  const [, trigger, tag] = failReport.findings as [Finding, Finding, Finding];
  assert.equal(marked(trigger, 0), "🚨EXPORT_TO_C2_SERVER🚨");
  assert.match(marked(tag, 0), /^‹20 invisible/);
  const cut = {
    ...tag,
    message: "x",
    evidence: {},
    location: { ...tag.location, start: 100, end: 104 },
    records: {
      count: 1,
      share: 1,
      sample: [{ record: 311, pointer: "/metadata/note", excerpt: `…${"a".repeat(40)}evil${"b".repeat(40)}…` }],
    },
  };
  assert.equal(marked(cut, 0), "evil");
});

test("figures", () => {
  assert.deepEqual([0, 999, 1000, 999_600, 1_234_567, 5e9].map(size), [
    "0 B",
    "999 B",
    "1.0 kB",
    "1.0 MB",
    "1.2 MB",
    "5.0 GB",
  ]);
  assert.deepEqual([0, 0.00001, 0.0015, 0.0205, 0.5, 0.99999, 1].map(percent), [
    "0%",
    "<0.1%",
    "0.15%",
    "2.1%",
    "50%",
    ">99.9%",
    "100%",
  ]);
});

test("only known shapes of reference become links", () => {
  assert.equal(referenceUrl("AML.T0051.000"), "https://atlas.mitre.org/techniques/AML.T0051.000");
  assert.equal(referenceUrl("ATT&CK T1059.004"), "https://attack.mitre.org/techniques/T1059/004/");
  for (const bad of [
    ["java", "script:alert(1)"].join(""),
    "http://example.com/",
    "https://user@example.com/",
    "CWE-1 x",
    "https://example.com/\u202e",
    "data:text/html,x",
  ])
    assert.equal(referenceUrl(bad), undefined);
});

test("5,000 findings stay within a few seconds and a few megabytes", () => {
  const findings = Array.from({ length: 5_000 }, (_, i): Finding => ({
    ...hostileReport.findings[i % 13]!,
    id: i.toString(16).padStart(16, "0"),
  }));
  const report = { ...hostileReport, findings };
  const started = process.cpuUsage();
  assert.ok(renderHtml(report, sampleCards).length < 60e6);
  assert.ok(text(report).split("\n").length < 400);
  assert.ok(renderMarkdown(report, sampleCards).length < 60_000);
  assert.ok(process.cpuUsage(started).user < 20e6);
});
