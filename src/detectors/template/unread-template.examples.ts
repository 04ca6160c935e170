// Examples of unread-template.
import type { Example } from "../../core/detector.ts";
import { template, TURNS } from "./testing/template.ts";

const macro = (n: number): string => `{% macro m${n}(x) %}${`{{ m${n + 1}(x ~ '${n}') }}`.repeat(12)}{% endmacro %}`;

export const examples: readonly Example[] = [
  template(
    "Macros that call macros that call macros",
    ["1 high"],
    ...Array.from({ length: 8 }, (_, n) => macro(n)),
    "{{ m0('') }}",
  ),
  template("A conversation", [], TURNS),
];
