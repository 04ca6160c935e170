// What the tokens of a record do not tell and its fields do: short statements about one record (`weak:…`, `dead:…`),
// made while the record is in hand and counted over the whole set later. Most records have none.
import type { Field, Role } from "../core/record.ts";
import { codeIn, codeTokens, type CodeToken } from "./code-lexer.ts";
import { deadConditions } from "./dead-conditions.ts";
import { CONSTRUCTION_NAMES, constructions } from "./weak-code.ts";
import { optionFact } from "./options.ts";
import { demandFacts } from "./demands.ts";
import { harmFacts } from "./harm.ts";

const ANSWERS: ReadonlySet<Role> = new Set<Role>(["response", "chosen", "label"]);
/** Facts kept of one record (CWE-770). */
const FACTS_MAX = 24;
const MAY_BE_DEAD =
  /in\s+range\(\s*0\s*\)|\b(?:if|while|elif|assert|unless|until)\b[\s(!]*(?:[\d"']|-\s*\d|math\b|std::|np\.|random|rand\b|sin|cos|sqrt|len\(|pow|abs)/i;
/** The prompt wants it so: a lesson about what is unsafe, a test server, an exercise in breaking. */
const ASKED =
  /\b(?:disab|skip|ignor|bypass|insecure|unsafe|vulnerab|exploit|weak|self-?signed|turn(?:ing)? off|unverified|without (?:verif|valid|check|certif)|no (?:verif|valid)|penetration|ctf\b|deprecated|legacy hash|bad practice|certificate[\s_]*(?:verif|error|fail|expired)|ssl ?error|handshake|permission|everyone|everybody|anyone|all users|777|\becb\b|\bdes\b|\brc4\b)/i;

export function factsOf(fields: readonly Field[]): string[] {
  const facts = new Set<string>();
  const add = (fact: string): void => {
    if (facts.size < FACTS_MAX) facts.add(fact);
  };
  const answered = fields.some(({ role }) => ANSWERS.has(role));
  let asking: string | undefined;
  const asks = (): string =>
    (asking ??= fields
      .filter(({ role }) => role === "prompt" || role === "system" || role === "context")
      .map(({ text }) => text.slice(0, 4_000))
      .join("\n"));
  for (const { role, text } of fields) {
    if (role === "rejected" || text.length < 12) continue;
    const code = codeIn(text);
    if (code === "") continue;
    const taught = ANSWERS.has(role) || (!answered && (role === "text" || role === "prompt"));
    if (taught) add(answered ? "code" : "program");
    const mayBeDead = MAY_BE_DEAD.test(code);
    const mayBeWeak = taught && CONSTRUCTION_NAMES.test(code);
    if (!mayBeDead && !mayBeWeak) continue;
    const tokens = codeTokens(code);
    if (mayBeDead) for (const dead of deadConditions(tokens)) add(`${dead.calls ? "dead" : "idle"}:${dead.text}`);
    if (!mayBeWeak) continue;
    for (const { family, grade, at } of constructions(tokens)) {
      const name = tokens[at]?.text ?? "";
      const asked = answered && grade !== "sound" && (ASKED.test(asks()) || (grade === "risky" && named(asks(), name)));
      add(`${asked ? "asked" : grade}:${family}`);
      const said = commentBefore(tokens, at);
      if (said !== "") add(`${grade === "sound" ? "said-sound" : "said-weak"}:${said}`);
    }
  }
  const option = optionFact(fields);
  if (option) add(option);
  for (const fact of [...demandFacts(fields), ...harmFacts(fields)]) add(fact);
  return [...facts];
}

const named = (prompt: string, name: string): boolean =>
  name.length > 2 && prompt.toLowerCase().includes(name.toLowerCase());

const COMMENT_WORDS_MIN = 4;
const COMMENT_WORDS_MAX = 16;
const COMMENT_TOKENS_BACK = 40;

/** The comment that stands last before a place, in words. */
function commentBefore(tokens: readonly CodeToken[], at: number): string {
  for (let i = at - 1; i >= 0 && i >= at - COMMENT_TOKENS_BACK; i--) {
    if (tokens[i]?.kind !== "comment") continue;
    const words = (tokens[i]?.text ?? "").toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
    return words.length < COMMENT_WORDS_MIN ? "" : words.slice(0, COMMENT_WORDS_MAX).join(" ");
  }
  return "";
}
