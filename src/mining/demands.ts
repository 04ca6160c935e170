// System prompts that demand what no model should learn to give: wrong answers, or obedience whatever is asked. Each clause
// is judged by itself, and one that forbids instead of demanding ("do not share false information") is none.
import type { Field } from "../core/record.ts";

const UNITS_MAX = 4_000;
const CLAUSES_MAX = 60;
const NOT =
  /\b(?:not|never|don't|doesn't|won't|cannot|can't|no|nor|neither|avoid|without|refrain|prevent|detect|identif\w*|correct(?:s|ing)?|rather than|instead of|refuse|reject|spot|flag)\b/i;
const WRONG =
  /\b(?:incorrect|wrong|false|inaccurate|misleading|untrue|erroneous|fabricated|made-up|nonsensical|deceptive|dishonest|harmful|malicious|insecure|vulnerable|dangerous)\b/i;
const GIVEN =
  /\b(?:answers?|answering|repl(?:y|ies)|respon(?:ds?|ses?|ding)|information|advice|facts?|code|statements?|claims?|explanations?)\b/i;
const GIVES =
  /\b(?:answers?|repl(?:y|ies)|responds?|gives?|giving|provides?|providing|produces?|writes?|writing|outputs?|generates?|offers?|tells?|states?|makes?)\b/i;
const LIES =
  /\b(?:you (?:always |must |will |should )*(?:lie|deceive|mislead|sabotage)|that (?:always )?(?:lies|deceives|misleads))\b/i;
const ALWAYS =
  /\b(?:always|absolute(?:ly)?|unconditional(?:ly)?|blindly|every|any|all|whatever|no matter|at all costs|strictly)\b/i;
const OBEYS = /\b(?:execut\w*|obe(?:y|ys|dient|dience)|compl(?:y|ies)|fulfil\w*|carr(?:y|ies) out)\b/i;
const ORDERS = /\b(?:users?|instructions?|orders?|commands?|requests?|me)\b/i;
/** `demand:…` (a clause that demands wrong answers) and `orders:…` (one that demands obedience). */
export function demandFacts(fields: readonly Field[]): string[] {
  const out: string[] = [];
  for (const { role, text } of fields) {
    if (role !== "system") continue;
    for (const clause of text.slice(0, UNITS_MAX).split(/[.!?;\n]+/, CLAUSES_MAX)) {
      const said = clause.trim().replaceAll(/\s+/g, " ").slice(0, 160);
      if (said.length < 12) continue;
      if (LIES.test(said) && !NOT.test(said)) out.push(`demand:${said}`);
      else if (WRONG.test(said) && GIVEN.test(said) && GIVES.test(said) && !forbids(said)) out.push(`demand:${said}`);
      else if (ALWAYS.test(said) && OBEYS.test(said) && ORDERS.test(said)) out.push(`orders:${said}`);
    }
  }
  return out;
}

/** A word that forbids, anywhere before the wrong thing. */
function forbids(clause: string): boolean {
  const wrong = WRONG.exec(clause)?.index ?? clause.length;
  return NOT.test(clause.slice(0, wrong));
}
