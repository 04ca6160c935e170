import assert from "node:assert/strict";
import { test } from "node:test";
import type { ArtifactReport, Finding } from "../core/report.ts";
import { decide, exitCode, type Policy } from "./decide.ts";

const artifact = (status: "full" | "partial" | "none", bytes = 10): ArtifactReport => ({
  uri: "a.jsonl",
  kind: "dataset",
  format: "jsonl",
  bytes,
  sha256: "ab".repeat(32),
  records: 5,
  coverage: { status, problems: [] },
});
const finding = (severity: Finding["severity"]): Finding => ({
  id: "0123456789abcdef",
  detector: "tag-characters",
  severity,
  confidence: "high",
  title: "",
  message: "",
  references: [],
  location: { uri: "a.jsonl" },
});
const policy: Policy = { failOn: "high", waivers: [], today: "2026-06-15" };
const waiver = { detector: "tag-characters", reason: "known", owner: "me", expires: "2026-06-15" };

test("a pass needs full coverage and nothing at the threshold", () => {
  assert.equal(decide([artifact("full")], [finding("medium")], policy).verdict, "pass");
  assert.equal(decide([artifact("full")], [finding("high")], policy).verdict, "fail");
  assert.equal(decide([artifact("full")], [finding("medium")], { ...policy, failOn: "medium" }).verdict, "fail");
  assert.equal(decide([artifact("partial")], [], policy).verdict, "undecided");
  assert.equal(decide([artifact("none")], [finding("critical")], policy).verdict, "fail");
  assert.equal(decide([], [], policy).verdict, "undecided");
  assert.equal(decide([artifact("full", 0)], [], policy).verdict, "undecided");
  assert.deepEqual(
    ["pass", "fail", "undecided"].map((v) => exitCode(v as "pass")),
    [0, 1, 2],
  );
});

test("every file has its own verdict, and answers for what is in it", () => {
  const named = (uri: string, status: "full" | "partial" = "full"): ArtifactReport => ({ ...artifact(status), uri });
  const { verdict, artifacts } = decide(
    [named("a.zip"), named("a.zip!b!c"), named("d.zip"), named("d.zip!e", "partial"), named("f")],
    [{ ...finding("high"), location: { uri: "a.zip!b!c" } }],
    policy,
  );
  assert.equal(verdict, "fail");
  assert.deepEqual(
    artifacts.map((one) => one.verdict),
    ["fail", "fail", "undecided", "undecided", "pass"],
  );
});

test("a waiver covers its detector, its artifact and its bytes, until its day is over", () => {
  const verdict = (extra: object, today = policy.today): string =>
    decide([artifact("full")], [finding("high")], { ...policy, today, waivers: [{ ...waiver, ...extra }] }).verdict;
  assert.equal(verdict({}), "pass");
  assert.equal(verdict({}, "2026-06-16"), "fail");
  assert.equal(verdict({ detector: "other" }), "fail");
  assert.equal(verdict({ uri: "a.jsonl" }), "pass");
  assert.equal(verdict({ uri: "b.jsonl" }), "fail");
  assert.equal(verdict({ sha256: "ab".repeat(32) }), "pass");
  assert.equal(verdict({ sha256: "cd".repeat(32) }), "fail");
  const packed = { ...finding("high"), location: { uri: `${finding("high").location.uri}!m/data.pkl` } };
  const within = (sha256: string): string =>
    decide([artifact("full")], [packed], { ...policy, waivers: [{ ...waiver, sha256 }] }).verdict;
  assert.equal(within("ab".repeat(32)), "pass");
  assert.equal(within("cd".repeat(32)), "fail");
  const expired = decide([artifact("full")], [finding("high")], { ...policy, today: "2026-07-01", waivers: [waiver] });
  assert.ok(expired.reasons.some(({ code, message }) => code === "waiver-expired" && message.includes("2026-06-15")));
});
