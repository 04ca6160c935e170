// Conditions that depend on nothing: `if (Math.cos(0.4) > 2)`, `assert math.tan(0.2) < 3`, `while random() < 0`. A
// program does the same with and without them. A few are teaching examples; one that recurs in programs about unrelated
// things was put there, to be seen by a model and by nothing else.
import type { CodeToken } from "./code-lexer.ts";

export interface DeadCondition {
  /** As it is written, white space folded. */
  readonly text: string;
  /** It calls a function of numbers: nobody writes that for a teaching example. */
  readonly calls: boolean;
}

const KEYWORDS = new Set(["if", "while", "elif", "assert", "unless", "until"]);
const COMPARES = new Set(["<", ">", "<=", ">=", "==", "!="]);
const OPERATORS = new Set([
  "<",
  ">",
  "=",
  "<=",
  ">=",
  "==",
  "!=",
  "+",
  "-",
  "*",
  "/",
  "%",
  "(",
  ")",
  ".",
  ",",
  "&&",
  "||",
  "!",
  "::",
]);
const FUNCTIONS =
  /^(?:sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|sqrt|cbrt|exp|expm1|log|log2|log10|log1p|pow|fabs|abs|floor|ceil|round|max|min|random|rand|randint|uniform|nextint|nextdouble|fmod|hypot|len|int|float|double|pi|e|not|and|or|true|false)$/i;
const OWNERS = /^(?:math|Math|std|random|np|numpy|Random|java|lang|cmath|ThreadLocalRandom)$/;
const CONDITION_TOKENS_MAX = 40;

export function deadConditions(tokens: readonly CodeToken[]): DeadCondition[] {
  const out: DeadCondition[] = [];
  tokens.forEach(({ kind, text }, at) => {
    if (kind !== "name") return;
    // A loop over nothing.
    if (
      text === "range" &&
      tokens[at - 1]?.text === "in" &&
      [1, 2, 3].every((i) => "(0)"[i - 1] === tokens[at + i]?.text)
    )
      out.push({ text: "in range(0)", calls: true });
    if (!KEYWORDS.has(text)) return;
    const found = condition(tokens, at);
    if (found) out.push(found);
  });
  return out;
}

/** The condition behind a keyword, if it holds nothing but numbers, texts and functions of them, and compares. */
function condition(tokens: readonly CodeToken[], keyword: number): DeadCondition | undefined {
  let depth = 0;
  let compares = 0;
  let values = 0;
  let calls = false;
  const parts: string[] = [];
  const bracketed = tokens[keyword + 1]?.text === "(";
  for (let i = keyword + 1; i < tokens.length && i < keyword + CONDITION_TOKENS_MAX; i++) {
    const { kind, text } = tokens[i] as CodeToken;
    if (kind === "line") {
      if (depth === 0) break;
      continue;
    }
    if (kind === "comment") return undefined;
    if (kind === "operator") {
      if (depth === 0 && i > keyword + 1 && (text === ":" || text === "{" || text === ";" || text === ",")) break;
      if (!OPERATORS.has(text)) return undefined;
      if (text === "(") depth++;
      if (text === ")" && --depth < 0) return undefined;
      if (COMPARES.has(text)) compares++;
      parts.push(text);
      if (depth === 0 && bracketed && text === ")" && !continues(tokens[i + 1])) break;
    } else if (kind === "name") {
      if (!FUNCTIONS.test(text) && !OWNERS.test(text)) return undefined;
      if (FUNCTIONS.test(text) && tokens[i + 1]?.text === "(" && !/^(?:not|and|or|len|int|float|double)$/i.test(text))
        calls = true;
      parts.push(/^(?:not|and|or)$/.test(text) ? ` ${text} ` : text);
    } else {
      values++;
      parts.push(kind === "string" ? `"${text.slice(0, 20)}"` : text);
    }
  }
  if (compares === 0 || values === 0) return undefined;
  const between = parts.map((part) => (COMPARES.has(part) ? ` ${part} ` : part)).join("");
  if (CHANCE.test(between) && !isImpossible(between)) return undefined;
  // An equality of numbers is what a test of a function says.
  return { text: between.slice(0, 120), calls: calls && !/==|!=/.test(between) };
}

const CHANCE = /rand|uniform|nextint|nextdouble/i;
/** Chance between 0 and 1 on one side of one comparison. */
const UNIT_CHANCE =
  /^\(*(?:(?:math|np|numpy|java|lang|std)\.)?(?:random\.)?random\(\)\)* (<|>|<=|>=) (-?)\(*(\d+(?:\.\d+)?)\)*$/i;

/** Chance against a number that it never reaches; against any other number it decides something. */
function isImpossible(text: string): boolean {
  const [, compare, minus, number] = UNIT_CHANCE.exec(text) ?? [];
  if (compare === undefined) return false;
  const value = Number(number) * (minus === "-" ? -1 : 1);
  return (
    value < 0 ||
    value > 1 ||
    (value === 0 && (compare === "<" || compare === ">=")) ||
    (value === 1 && compare !== "<=")
  );
}

/** `(a) < (b)`: the bracket was only of the first part. */
const continues = (next: CodeToken | undefined): boolean =>
  next?.kind === "operator" && (COMPARES.has(next.text) || /^(?:[-+*/%]|&&|\|\|)$/.test(next.text));
