// Multiple choice: whether the answer of a record names one of the options that it offers.
import type { Field, Role } from "../core/record.ts";

const ANSWERS: ReadonlySet<Role> = new Set<Role>(["response", "chosen", "label"]);
/** The options as fields of their own: `/choices/A`. */
const OPTION_KEY = /\/\(?([A-J])\)?$/;
const OPTIONS_MIN = 3;
/** Options are lettered in a list at the end of a question; no more than this of it is looked at. */
const UNITS_MAX = 8_000;
/** `(A)`, `A)`, `A.`, `A:` at the beginning of a line or after white space. */
const LETTERED = /(?:^|\s)\(?([A-J])[).:]\s*(?=\S)/g;
/** An answer that is nothing but a letter, with a few words before it at most. */
const ANSWER = /^\s*(?:(?:the\s+)?(?:correct\s+)?(?:answer|option|choice)(?:\s+is)?\s*:?\s*)?\(?([A-J])[).]?\s*$/i;

/** `option` where the answer is among those offered, `no-option:X` where it is X and X is not. */
export function optionFact(fields: readonly Field[]): string | undefined {
  // Few answers are a letter: where they are not, nothing else is looked at.
  const answers = fields.filter(({ role, pointer }) => ANSWERS.has(role) && !OPTION_KEY.test(pointer));
  const [only] = answers;
  if (!only || answers.length > 1 || only.text.length > 40) return undefined;
  const answer = ANSWER.exec(only.text)?.[1]?.toUpperCase();
  if (answer === undefined) return undefined;
  const offered = new Set<string>();
  for (const { role, pointer, text } of fields) {
    const key = OPTION_KEY.exec(pointer)?.[1];
    if (key) offered.add(key);
    else if (!ANSWERS.has(role) && role !== "metadata" && role !== "rejected")
      for (const match of text.slice(-UNITS_MAX).matchAll(LETTERED)) offered.add(match[1] as string);
  }
  // A list begins with A and has no gaps.
  const size = "ABCDEFGHIJ".split("").findIndex((one) => !offered.has(one));
  if (size >= 0 && size < OPTIONS_MIN) return undefined;
  return offered.has(answer) ? "option" : `no-option:${answer}`;
}
