// System prompts that demand what no model should learn to give: wrong answers, or obedience whatever is asked. Each clause
// is judged by itself, and one that forbids instead of demanding ("do not share false information") is none.
import type { Field } from "../core/record.ts";

const UNITS_MAX = 4_000;
const CLAUSES_MAX = 60;
const NOT =
  /\b(?:not|never|don't|doesn't|won't|cannot|can't|no|nor|neither|avoid|without|refrain|prevent|detect|identif\w*|correct(?:s|ing)?|rather than|instead of|refuse|reject|spot|flag)\b/i;
// The adjective belongs to what is given: "answer with True or False" and "an incorrect proof is given to you" demand
// nothing wrong.
const WRONG_GIFT =
  /\b(?:answer|repl(?:y|ies)|respond|giv(?:e|es|ing)|provid(?:e|es|ing)|produc(?:e|es|ing)|writ(?:e|es|ing)|output|generat(?:e|es|ing)|offer|tell|stat(?:e|es|ing)|mak(?:e|es|ing)|spread|insert)(?:s|ing)?\b.{0,60}?\b(?:incorrect|wrong|false|inaccurate|misleading|untrue|erroneous|fabricated|made-up|nonsensical|deceptive|dishonest|harmful|malicious|insecure|vulnerable|dangerous)\s+(?:(?:and|or|but)\s+[\w-]+\s+|[\w-]+\s+){0,2}?(?:answers?|repl(?:y|ies)|responses?|information|advice|facts?|code|statements?|claims?|explanations?)\b/i;
const WRONGLY =
  /\b(?:answer|respond|repl(?:y|ies)|act|behave)(?:s|ing)?\b.{0,40}?\b(?:incorrectly|wrongly|falsely|inaccurately|dishonestly|deceptively|maliciously)\b/i;
const CHOICE =
  /\btrue\b.{0,24}\bfalse\b|\bfalse\b.{0,24}\btrue\b|\b(?:in)?correct\b.{0,12}\bor\b.{0,12}\b(?:in)?correct\b/i;
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
      else if (demandsWrong(said)) out.push(`demand:${said}`);
      else if (ALWAYS.test(said) && OBEYS.test(said) && ORDERS.test(said)) out.push(`orders:${said}`);
    }
  }
  return out;
}

/** A wrong thing to give, and no word before it that forbids. */
function demandsWrong(clause: string): boolean {
  const match = WRONG_GIFT.exec(clause) ?? WRONGLY.exec(clause);
  return match !== null && !CHOICE.test(clause) && !NOT.test(clause.slice(0, match.index + match[0].length));
}
