import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../prng.ts";
import { parseJinja } from "./parse.ts";
import { TOKENS_MAX } from "./tokens.ts";
import { cpuMs } from "../testing/cpu-clock.ts";

const shape = (source: string): unknown =>
  JSON.parse(
    JSON.stringify(parseJinja(source).body, (key, value: unknown) =>
      key === "at" || key === "to" ? undefined : value,
    ),
  );
const output = (source: string): unknown => (shape(`{{ ${source} }}`) as { value: unknown }[])[0]?.value;
const name = (word: string): object => ({ type: "name", name: word });
const literal = (value: unknown): object => ({ type: "literal", value });

test("expressions bind as Jinja binds them", () => {
  const binary = (operator: string, left: object, right: object): object => ({ type: "binary", operator, left, right });
  assert.deepEqual(output("a + b * c"), binary("+", name("a"), binary("*", name("b"), name("c"))));
  assert.deepEqual(output("a ~ b + c"), binary("+", binary("~", name("a"), name("b")), name("c")));
  assert.deepEqual(output("a or b and c"), binary("or", name("a"), binary("and", name("b"), name("c"))));
  assert.deepEqual(output("a ** b ** c"), binary("**", binary("**", name("a"), name("b")), name("c")));
  assert.deepEqual(output("not a in b"), {
    type: "unary",
    operator: "not",
    of: { type: "compare", operator: "in", left: name("a"), right: name("b") },
  });
  assert.deepEqual(output("a not in b"), { type: "compare", operator: "not in", left: name("a"), right: name("b") });
  assert.deepEqual(output("-a | abs"), {
    type: "filter",
    name: "abs",
    args: [],
    named: [],
    of: { type: "unary", operator: "-", of: name("a") },
  });
  assert.deepEqual(
    output("a is not none and b"),
    binary("and", { type: "test", of: name("a"), name: "none", negated: true, args: [], named: [] }, name("b")),
  );
  assert.deepEqual(output("a if b else c"), { type: "conditional", test: name("b"), yes: name("a"), no: name("c") });
  assert.deepEqual(output("a[1:-1]"), {
    type: "slice",
    of: name("a"),
    from: literal(1),
    until: { type: "unary", operator: "-", of: literal(1) },
  });
  assert.deepEqual(output("a[::-1]"), {
    type: "slice",
    of: name("a"),
    step: { type: "unary", operator: "-", of: literal(1) },
  });
  assert.deepEqual(output("f(1, x=2)"), {
    type: "call",
    of: name("f"),
    args: [literal(1)],
    named: [["x", literal(2)]],
  });
  assert.deepEqual(output("{'a': [1, (2, 3)]}"), {
    type: "dict",
    entries: [[literal("a"), { type: "list", items: [literal(1), { type: "list", items: [literal(2), literal(3)] }] }]],
  });
  assert.deepEqual(output(String.raw`'\x41\u0042\'' "c"`), literal("AB'c"));
  assert.deepEqual(output("'}}' ~ \"%}\""), binary("~", literal("}}"), literal("%}")));
});

test("statements of every kind are read", () => {
  const source = `{%- set x = 1 -%}{% set y %}a{% endset %}{% set ns.z = x, y %}
{% macro m(a, b=2) -%}{{ a }}{%- endmacro %}{% call(q) m(1) %}{{ q }}{% endcall %}
{% for k, v in d.items() if v recursive %}{% if k == 'a' %}{% break %}{% elif k %}{% continue %}{% else %}x{% endif %}{% else %}none{% endfor %}
{% filter upper|trim %}a{% endfilter %}{% with a=1, b=2 %}{{ a }}{% endwith %}{% generation %}g{% endgeneration %}
{% block t scoped %}b{% endblock t %}{% do x.append(1) %}{% import 'a' as b %}{% from 'a' import c, d as e %}{% include 'x' ignore missing %}
{% raw %}{{ not read }}{% endraw %}{# a comment #}{% autoescape true %}{{ x }}{% endautoescape %}`;
  const { body, comments, problem } = parseJinja(source);
  assert.equal(problem, undefined);
  assert.deepEqual(
    comments.map(({ text }) => text),
    [" a comment "],
  );
  const kinds = new Set(body.map(({ type }) => type));
  for (const kind of ["set", "capture", "macro", "call", "for", "filter", "with", "body", "do", "load", "text"])
    assert.ok(kinds.has(kind as "set"), kind);
  assert.ok(body.some((node) => node.type === "text" && node.text === "{{ not read }}"));
});

test("white space is trimmed where the tags say so", () => {
  const texts = (source: string): string[] =>
    parseJinja(source).body.flatMap((node) => (node.type === "text" ? [node.text] : []));
  assert.deepEqual(texts("a \n {%- if x %} b {% endif -%} \n c"), ["a", "c"]);
  assert.deepEqual(texts("a\n  {% if x %}\nb{% endif %}\nc"), ["a\n", "c"]);
  assert.deepEqual(texts("a {{ x }} b"), ["a ", " b"]);
});

test("what is broken says where, and keeps what stands before", () => {
  for (const [source, line] of [
    ["{% if a %}x", 1],
    ["a\n{{ b", 2],
    ["a\n\n{% unknown %}", 3],
    ["{{ 'x }}", 1],
    ["{{ a b }}", 1],
    ["{{ (a }}", 1],
    ["{% endfor %}", 1],
    ["{# x", 1],
    ["{% raw %}", 1],
  ] as const) {
    const { problem } = parseJinja(`{{ kept }}${source}`);
    assert.equal(problem?.lineNumber, line, source);
  }
  assert.equal(parseJinja("{{ kept }}{% if a %}{{ inner }}").body.length, 2);
});

test("hostile text ends, in bounded depth and linear time", () => {
  for (const unit of [
    "{{",
    "{%",
    "{#",
    "(",
    "[",
    "{{ a[",
    "{% if a %}",
    "{% for a in b %}",
    "{{ a|",
    "{{ not ",
    "{{ -",
    "'",
    '"',
    "{{ a if b else ",
    "{{ a.b",
  ]) {
    const source = unit.repeat(200_000 / unit.length);
    const start = cpuMs();
    parseJinja(source);
    assert.ok(cpuMs() - start < 5_000, unit);
  }
  assert.ok(parseJinja("{{ a }}".repeat(TOKENS_MAX)).problem);
  assert.match(parseJinja(`{{ ${"(".repeat(5_000)}a${")".repeat(5_000)} }}`).problem?.message ?? "", /deeper/);
});

test("no bytes make it throw", () => {
  const random = seededRandom(7);
  const pieces = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    " if ",
    " for ",
    " in ",
    "set ",
    "a",
    "'",
    "|",
    ".",
    "(",
    ")",
    "[",
    "]",
    "=",
    "endif",
    "endfor",
    "else",
    "-",
    "~",
    "1",
    "macro",
    "\n",
  ];
  for (let round = 0; round < 2_000; round++) {
    let source = "";
    for (let i = 0; i < 30; i++) source += pieces[Math.floor(random() * pieces.length)] ?? "";
    parseJinja(source);
  }
});
