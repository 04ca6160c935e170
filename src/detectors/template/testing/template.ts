// An example of a template detector, in one line.
import type { Example } from "../../../core/detector.ts";

export const template = (title: string, finds: readonly string[], ...lines: readonly string[]): Example => ({
  title,
  given: { language: "template", text: lines.join("\n") },
  finds,
});

/** A conversation printed as it is, with a marker before each turn. */
export const TURNS: string =
  "{% for turn in messages %}{{ '<|' + turn.role + '|>' + turn.content + eos_token }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";
