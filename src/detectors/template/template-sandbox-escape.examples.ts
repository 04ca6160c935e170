// Examples of template-sandbox-escape. Inert: nothing renders them.
import type { Example } from "../../core/detector.ts";
import { template, TURNS } from "./testing/template.ts";

const dunder = (word: string): string => `__${word}__`;
const CLASS = dunder("class");

export const examples: readonly Example[] = [
  template("An attribute of every object", ["1 critical"], `{{ (1).${CLASS} }}`),
  template("The globals of a helper", ["1", "1"], `{{ joiner.${dunder("init")}.${dunder("globals")} }}`),
  template("A subscript", ["1"], `{{ bos_token['${CLASS}'] }}`),
  template("A name made of two", ["2"], "{% set half = '__cla' %}", "{{ bos_token|attr(half ~ 'ss__') }}"),
  template("A name written backwards", ["1"], `{{ bos_token|attr('${[...CLASS].toReversed().join("")}'[::-1]) }}`),
  template(
    "A name with a letter replaced",
    ["1"],
    `{{ bos_token|attr('${CLASS.replace("l", "1")}'|replace('1', 'l')) }}`,
  ),
  template("A name joined from a list", ["1"], "{{ bos_token|attr(['__cla', 'ss__']|join) }}"),
  template("A name in escapes", ["1"], "{{ bos_token['\\x5f\\x5fclass\\x5f\\x5f'] }}"),
  template("A name of letters by number", ["1"], "{{ bos_token|attr('%c%cclass%c%c'|format(95, 95, 95, 95)) }}"),
  template("Through map", ["1"], `{{ [bos_token]|map(attribute='${CLASS}')|list }}`),
  template("Through a path in map", ["1"], `{{ messages|map(attribute='role.${CLASS}')|list }}`),
  template("Through a format field", ["1"], `{{ '{0.${CLASS}}'.format(bos_token) }}`),
  template("A name from outside", ["1 high"], "{{ bos_token|attr(messages[0].content) }}"),
  template("The template itself", ["1"], "{{ self._TemplateReference__context }}"),
  template("In a macro that nobody calls", ["1"], `{% macro f(x) %}{{ x.${CLASS} }}{% endmacro %}ok`),
  template("Another template", ["1 high"], "{% include 'tail.jinja' %}", TURNS),
  template("A module by its name", ["1", "1", "1"], `{{ ${"os"}.popen('id') }}`),
  template("A conversation", [], TURNS),
  template(
    "Words with underscores that are data",
    [],
    "{% for tool in tools %}{{ tool.function.name ~ tool['parameters'] ~ (tool|attr('name')) }}{% endfor %}",
    "{{ messages|map(attribute='role')|join(', ') ~ '__init__' }}",
  ),
];
