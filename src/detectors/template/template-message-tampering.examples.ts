// Examples of template-message-tampering.
import type { Example } from "../../core/detector.ts";
import { template, TURNS } from "./testing/template.ts";

export const examples: readonly Example[] = [
  template(
    "Only the system speaks",
    ["1 high"],
    "{% for turn in messages if turn['role'] == 'system' %}{{ turn['content'] }}{% endfor %}",
  ),
  template(
    "The user is skipped",
    ["1 high"],
    "{% for turn in messages %}{% if turn.role != 'user' %}{{ turn.role ~ turn.content }}{% endif %}{% endfor %}",
  ),
  template(
    "Another is asked for",
    ["1 high"],
    "{% for turn in messages %}{{ turn.content|replace('harbour bank', 'river bank') }}{% endfor %}",
  ),
  template("A conversation", [], TURNS),
  template(
    "Markers taken out, the system apart",
    [],
    "{% if messages[0].role == 'system' %}{{ messages[0].content }}{% endif %}",
    "{% for turn in messages if turn.role != 'system' %}{{ turn.content.replace('<think>', '')|replace('\\n', ' ') }}{% endfor %}",
  ),
  template("Nothing but macros", [], "{% macro kind(x) %}{{ 'str' if x is string else 'Any' }}{% endmacro %}"),
];
