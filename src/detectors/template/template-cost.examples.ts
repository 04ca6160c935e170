// Examples of template-cost.
import type { Example } from "../../core/detector.ts";
import { template, TURNS } from "./testing/template.ts";

export const examples: readonly Example[] = [
  template("A loop without an end in sight", ["1"], "{% for i in range(1000000000) %}x{% endfor %}"),
  template(
    "Loops inside each other",
    ["3"],
    "{% for a in range(1000) %}",
    "{% for b in range(1000) %}",
    "{% for c in range(1000) %}x{% endfor %}",
    "{% endfor %}{% endfor %}",
  ),
  template("A text repeated", ["1"], "{{ 'x' * 1000000000 }}"),
  template("A text padded", ["1"], "{{ 'x'.ljust(1000000000) }}"),
  template(
    "A text doubled",
    ["1"],
    "{% set n = namespace(x='x') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
  ),
  template("A power", ["1"], "{{ 9 ** 999999999 }}"),
  template("A conversation", [], TURNS),
  template("Small loops", [], "{% for i in range(20) %}{{ ' ' * 4 }}{{ messages[i].content }}{% endfor %}"),
];
