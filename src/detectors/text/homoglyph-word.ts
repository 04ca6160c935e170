// Words that mix look-alike letters of several scripts, or stand in one script and pass for another (UTS #39, mixed-
// script and whole-script confusables). The world mixes scripts all the time (α-helix, kΩ, USBшный, ВКонтакте API):
// only a word whose every foreign letter passes for a Latin one counts, weighed by what else the record is written in.
import type { Hit, RecordDetector } from "../../core/detector.ts";
import type { DataRecord, Field } from "../../core/record.ts";
import type { Severity } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { addressesModel } from "./addressed.ts";
import { CYRILLIC_DOUBLES, lookalike } from "./confusable.ts";
import { LOOKALIKES } from "./confusable.data.ts";
import { isHidden } from "./invisible.ts";
import { COMMON, INHERITED, LATIN, scriptId, scriptName, scriptOf } from "./script.ts";

/** Candidate words weighed in one record, and longest word; the attacker chooses both (CWE-407). */
const CANDIDATES_MAX = 64;
const WORD_MAX = 64;
/** Words reported for one record. */
const REPORTED_MAX = 4;

const CYRILLIC = scriptId("Cyrillic");
const GREEK = scriptId("Greek");
const DECORATIVE = [
  "Cherokee",
  "Lisu",
  "Canadian_Aboriginal",
  "Coptic",
  "Deseret",
  "Osage",
  "Tifinagh",
  "Runic",
  "Gothic",
].map(scriptId);

const BOUNDARY = 0,
  CONTINUE = 1,
  LATIN_LETTER = 2,
  EXACT = 3,
  WEAK = 4,
  FOREIGN = 5,
  OTHER = 6; // oxlint-disable-line one-var

let table: Uint8Array | undefined;
function build(): Uint8Array {
  const foreign = new Set<number>();
  for (const codes of Object.values(LOOKALIKES))
    for (const code of codes.split(" ")) foreign.add(scriptOf(Number.parseInt(code, 16)));
  const kinds = new Uint8Array(0x10000);
  for (let code = 0; code < 0x10000; code++) {
    const script = scriptOf(code);
    if (code === 0x5f || (code >= 0x30 && code <= 0x39) || script === INHERITED || isHidden(code))
      kinds[code] = CONTINUE;
    else if (
      script === LATIN &&
      (code < 0x80 || (/^\p{L}$/u.test(String.fromCharCode(code)) && !(code >= 0xff21 && code <= 0xff5a)))
    )
      kinds[code] = LATIN_LETTER;
    else if (foreign.has(script)) {
      if (!/^\p{L}$/u.test(String.fromCharCode(code)))
        kinds[code] = /^\p{M}$/u.test(String.fromCharCode(code)) ? CONTINUE : BOUNDARY;
      else {
        const like = lookalike(code);
        kinds[code] = like === undefined ? FOREIGN : like.exact ? EXACT : WEAK;
      }
    } else if (script > 1 && /^\p{L}$/u.test(String.fromCharCode(code)) && script !== LATIN && script !== COMMON)
      kinds[code] = OTHER;
  }
  return kinds;
}

interface Candidate {
  readonly field: Field;
  readonly start: number;
  readonly end: number;
  readonly shape: "mixed" | "hosted" | "whole";
}

interface Survey {
  readonly candidates: Candidate[];
  latinWords: number;
  /** Words of a foreign script that could not be Latin: the record really is written in it. */
  readonly genuine: Map<number, number>;
  styled: { readonly field: Field; readonly start: number; end: number; letters: number } | undefined;
  /** A fullwidth or circled letter inside a word of plain ones. */
  inner: { readonly field: Field; readonly at: number } | undefined;
  /** Letters of scripts that are written with fullwidth forms beside them. */
  others: number;
}

/** Mathematical, enclosed and fullwidth letters: one styled alphabet that NFKC turns back. */
const styledAt = (text: string, at: number, unit: number): number => {
  if (unit >= 0xff21 && unit <= 0xff5a) return 1;
  if (unit >= 0x24b6 && unit <= 0x24e9) return 1;
  if (unit === 0xd835) return 2;
  return unit === 0xd83c && text.charCodeAt(at + 1) >= 0xdd30 && text.charCodeAt(at + 1) <= 0xdd89 ? 2 : 0;
};

function surveyField(field: Field, found: Survey): void {
  const { text } = field;
  const kinds = (table ??= build());
  const counts = new Uint32Array(7);
  let start = -1;
  let foreignScript = 0;
  let scripts = 0;
  const close = (end: number): void => {
    const latin = counts[LATIN_LETTER] ?? 0;
    const exact = counts[EXACT] ?? 0;
    const like = exact + (counts[WEAK] ?? 0);
    const alien = counts[FOREIGN] ?? 0;
    if (like + alien === 0) {
      if (latin > 0) found.latinWords++;
    } else if (scripts === 1 || (alien === 0 && latin >= 3 && latin > like)) {
      const add = (shape: Candidate["shape"]): void => {
        if (found.candidates.length < CANDIDATES_MAX && end - start <= WORD_MAX)
          found.candidates.push({ field, start, end, shape });
      };
      if (alien > 0 || (latin === 0 && like > exact))
        found.genuine.set(foreignScript, (found.genuine.get(foreignScript) ?? 0) + 1);
      if (latin === 0) {
        if (alien === 0 && like === exact && exact >= 4 && foreignScript === CYRILLIC) add("whole");
      } else if (alien === 0) add(foreignScript === CYRILLIC && latin < like && like > exact ? "hosted" : "mixed");
      else if (foreignScript === CYRILLIC && latin <= like + alien) add("hosted");
    }
    counts.fill(0);
    start = -1;
    scripts = 0;
    foreignScript = 0;
  };
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const size = unit < 0x24b6 ? 0 : styledAt(text, at, unit);
    if (size > 0) {
      if (
        size === 1 &&
        found.inner === undefined &&
        /^[a-z]{2}$/i.test(text.charAt(at - 1) + text.charAt(at + 1)) &&
        /^\p{Script=Latin}|[Ⓐ-ⓩ]$/u.test(text.charAt(at))
      )
        found.inner = { field, at };
      if (found.styled === undefined || found.styled.field !== field) {
        if (found.styled === undefined || found.styled.letters < 8)
          found.styled = { field, start: at, end: at + size, letters: 1 };
      } else {
        found.styled.end = at + size;
        found.styled.letters++;
      }
    }
    let kind = kinds[unit] ?? BOUNDARY;
    let code = unit;
    if (unit >= 0xd800 && unit <= 0xdbff) {
      code = text.codePointAt(at) ?? unit;
      kind = lookalike(code) ? EXACT : BOUNDARY;
    }
    if (kind === OTHER) found.others++;
    // Chinese, Japanese and Thai put no space around a Latin word, Hebrew and Arabic put prefixes before it.
    if (kind === BOUNDARY || kind === OTHER) {
      if (start >= 0) close(at);
      if (code > 0xffff) at++;
      continue;
    }
    if (kind >= LATIN_LETTER) {
      if (start < 0) start = at;
      counts[kind] = (counts[kind] ?? 0) + 1;
      if (kind >= EXACT && kind <= FOREIGN) {
        const script = scriptOf(code);
        if (script !== foreignScript) {
          foreignScript = script;
          scripts++;
        }
      }
    }
    if (code > 0xffff) at++;
  }
  if (start >= 0) close(text.length);
}

/** True when a text has a letter that could be confused at all; most texts do not, and are passed over fast. */
function concerns(text: string): boolean {
  const kinds = (table ??= build());
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x370) continue;
    const kind = kinds[unit] ?? BOUNDARY;
    if (
      (kind >= EXACT && kind <= FOREIGN) ||
      unit === 0xd835 ||
      unit === 0xd83c ||
      unit === 0xd801 ||
      unit === 0xd800 ||
      unit === 0xd806 ||
      (unit >= 0x24b6 && styledAt(text, at, unit) > 0)
    )
      return true;
  }
  return false;
}

const TEACHING =
  /homogly|homogra|confusab|look-?alike|cyrillic|unicode|punycode|spoof|typosquat|mixed[- ]script|leet|transliterat|\b(?:russian|ukrainian|bulgarian|serbian|macedonian|greek) (?:letter|alphabet|word)|гомогли|кириллиц|同形|西里尔/i;

const FUNCTIONS =
  /(?:sin|cos|tan|cot|sec|csc|log|ln|exp|max|min|lim|det|arg|deg|dim|ker|mod|gcd|sup|inf|sinh|cosh|tanh|arc|rad|diff|int|sum|avg|rms|eff|tot|ref|mag)$/;
const FUNCTIONS_AHEAD = /^(?:sin|cos|tan|cot|sec|csc|log|ln|exp|max|min|lim|det|arg|mod|rad|avg|rms|eff|tot|ref)/;
const ROMAN = /^[IVXLCDMХІСМ]+$/;
const TLD = /^\.(?:com|org|net|io|gov|edu|co|dev|app|info|ru|uk|de|fr|cn|jp|ai|me)\b/i;

interface Weighed extends Candidate {
  readonly word: string;
  readonly skeleton: string;
  readonly foreign: string;
  readonly severity: Severity;
  readonly reason: string;
}

const strip = (word: string): string =>
  [...word].filter((character) => !isHidden(character.codePointAt(0) ?? 0)).join("");

/** Greek letters in Latin words are mostly symbols: they count inside a word of lower-case letters, or where no science
 * uses them (omicron, and capitals that are drawn like Latin ones). */
function isGreekSymbol(word: string): boolean {
  if (/[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο]/.test(word)) return !/[a-z]{2}/.test(word) && word.length < 6;
  const inside = /([a-z]{1,32})[ανρυικγστωη]([a-z]{2,32})/.exec(word);
  if (inside === null) return true;
  const [, left = "", right = ""] = inside;
  return left.length + right.length < 4 || FUNCTIONS.test(left) || FUNCTIONS_AHEAD.test(right);
}

function weigh(candidate: Candidate, found: Survey, record: DataRecord, teaching: () => boolean): Weighed | undefined {
  const { field, start, end, shape } = candidate;
  const word = strip(field.text.slice(start, end));
  const letters = [...word].filter((character) => /^\p{L}$/u.test(character));
  const foreign = letters.filter((character) => scriptOf(character.codePointAt(0) ?? 0) !== LATIN);
  const script = scriptOf(foreign[0]?.codePointAt(0) ?? 0);
  const genuine = found.genuine.get(script) ?? 0;
  const latin = letters.length - foreign.length;
  const skeleton = [...word]
    .map((character) =>
      scriptOf(character.codePointAt(0) ?? 0) === LATIN
        ? character
        : (lookalike(character.codePointAt(0) ?? 0)?.letter ?? character),
    )
    .join("");
  const result = (severity: Severity, reason: string): Weighed => ({
    ...candidate,
    word,
    skeleton,
    foreign: [...new Set(foreign)].join(""),
    severity,
    reason,
  });

  if (shape === "hosted") {
    // Russian and Ukrainian typing puts a Latin c, o or i into Cyrillic words all the time, and grammar puts Cyrillic
    // endings on Latin names; several Latin letters inside one word are neither.
    const strangers = letters.filter((character) => scriptOf(character.codePointAt(0) ?? 0) === LATIN);
    if (
      ROMAN.test(word) ||
      strangers.length > 4 ||
      strangers.some((character) => !CYRILLIC_DOUBLES.has(character) || /[iIjJ]/.test(character))
    )
      return undefined;
    const inside = letters.slice(1).filter((character) => /^[a-z]$/.test(character)).length;
    const prefixed = /^[A-Za-z]{2,}[^A-Za-z]+$/.test(word);
    if (prefixed) return undefined;
    return result(inside >= 2 && letters.length >= 5 ? "medium" : "low", "in a Cyrillic word");
  }
  if (letters.length < 3 || ROMAN.test(word)) return undefined;
  if (script === GREEK && isGreekSymbol(word)) {
    const twin = word.length >= 4 && /^[a-zανρυικγστωη]+$/.test(word) && elsewhere(record, skeleton);
    return twin && genuine === 0 && !teaching() ? result("medium", "beside the same word in plain letters") : undefined;
  }
  if (DECORATIVE.includes(script) && (foreign.length > 2 || latin < foreign.length || !/[a-z]{2}/.test(word)))
    return undefined;
  const lower = letters.filter((character) => character !== character.toUpperCase()).length;
  if (shape === "whole") {
    if (genuine > 0 || found.latinWords < 8 || lower < 2) return undefined;
    const quoted = /["'“«(*]$/.test(field.text.slice(Math.max(0, start - 1), start));
    return result(teaching() || quoted ? "low" : "medium", "in a Latin text");
  }
  if (genuine > 0) {
    // In a text that is written in both scripts: an ending on a Latin name is grammar, the rest is mostly typing.
    if (/^[\p{Script=Latin}\d_]+[\p{Script=Cyrillic}\p{Script=Greek}]+$/u.test(word)) return undefined;
    if (!/[a-z]{3}/.test(word) || latin <= foreign.length) return undefined;
    return result("low", "in a text of both scripts");
  }
  if (lower < 2 && letters.length < 5) return result("low", "in an abbreviation");
  if (teaching()) return result("low", "in a text about such letters");
  const before = field.text.slice(Math.max(0, start - 12), start);
  const after = field.text.slice(end, end + 8);
  if (TLD.test(after) || /(?:\/\/|www\.|@)[\w.-]*$/.test(before)) return result("high", "in an address");
  if (after.startsWith("(") || /(?:def|function|import|class|const|let|var) $/.test(before))
    return result("high", "in a name in code");
  if (elsewhere(record, skeleton)) return result("high", "beside the same word in plain letters");
  return result("medium", "in a Latin text");
}

function elsewhere(record: DataRecord, skeleton: string): boolean {
  const needle = skeleton.toLowerCase();
  return record.fields.some(({ text }) => text.length <= 100_000 && text.toLowerCase().includes(needle));
}

const points = (letters: string): string =>
  [...letters]
    .slice(0, 6)
    .map(
      (c) =>
        `U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")} ${scriptName(c.codePointAt(0) ?? 0)}`,
    )
    .join(", ");

function styledHit(found: Survey): Hit | undefined {
  const { styled } = found;
  if (styled === undefined || styled.letters < 12) return undefined;
  const { field, start, end } = styled;
  const plain = field.text.slice(start, Math.min(end, start + 8_000)).normalize("NFKC");
  if (!addressesModel(plain)) return undefined;
  return {
    message: `Styled letters (mathematical, circled or fullwidth) spell ${quote(plain)}, which speaks to a model.`,
    field,
    start,
    end,
    excerpt: excerpt(field.text, start, end),
    severity: "medium",
    group: "styled instruction",
    payload: plain.slice(0, 500),
    evidence: { plain: plain.slice(0, 500), letters: styled.letters },
  };
}

function innerHit(found: Survey): Hit | undefined {
  if (found.inner === undefined || found.others > 0) return undefined;
  const { field, at } = found.inner;
  let start = at;
  let end = at + 1;
  while (at - start < WORD_MAX && /[\p{L}]/u.test(field.text.charAt(start - 1))) start--;
  while (end - at < WORD_MAX && /[\p{L}Ⓐ-ⓩ]/u.test(field.text.charAt(end))) end++;
  const word = field.text.slice(start, end);
  const skeleton = word.normalize("NFKC");
  return {
    message: `The word ${quote(word)} is not ${quote(skeleton)}: it has fullwidth or circled letters inside.`,
    field,
    start,
    end,
    excerpt: excerpt(field.text, start, end),
    severity: "medium",
    group: skeleton.toLowerCase(),
    payload: word,
    evidence: { word, skeleton },
  };
}

export const homoglyphWord: RecordDetector = {
  id: "homoglyph-word",
  reads: "record",
  family: "hidden-text",
  title: "Word with look-alike letters of another script",
  severity: "medium",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "AML.T0043", "LLM04:2025", "CWE-1007", "https://www.unicode.org/reports/tr39/"],
  docs: {
    finds:
      "Words in which letters of another script pass for Latin ones (Cyrillic а for a, Greek ο for o), words wholly in such letters inside a Latin text, and Cyrillic words with Latin letters inside. Also sentences in styled letters that give a model orders.",
    matters:
      "To a reader the word is unchanged; to a tokenizer it is another. That makes look-alike letters a classic trigger for backdoors, a way past word filters, and the way to fake domains and function names.",
    misses:
      "Look-alikes within Latin itself (rn for m, l for I, dotless i), right-to-left and Indic letters, a single Greek symbol at the end of a word, and one Latin letter in a Cyrillic word (reported low: keyboards do that).",
    remedy:
      "Replace the foreign letters by the plain word shown, or drop the record. If the same word comes back in many records, treat it as a trigger.",
  },
  subject: { share: 0.2, severity: "low" },
  anchors: [{ bytes: "mixed-script" }],
  inspect(record, report) {
    if (!record.fields.some(({ text }) => concerns(text))) return;
    const found: Survey = {
      candidates: [],
      latinWords: 0,
      genuine: new Map(),
      styled: undefined,
      inner: undefined,
      others: 0,
    };
    for (const field of record.fields) surveyField(field, found);
    const styled = styledHit(found);
    if (styled) report(styled);
    const inner = innerHit(found);
    if (inner) report(inner);
    if (found.candidates.length === 0) return;
    let taught: boolean | undefined;
    const teaching = (): boolean =>
      (taught ??= record.fields.some(({ text }) => TEACHING.test(text.slice(0, 100_000))));
    const seen = new Map<string, Weighed>();
    for (const candidate of found.candidates) {
      const weighed = seen.size < CANDIDATES_MAX ? weigh(candidate, found, record, teaching) : undefined;
      if (weighed && !seen.has(weighed.word)) seen.set(weighed.word, weighed);
    }
    const words = [...seen.values()];
    const serious = words.filter(({ severity }) => severity === "medium" || severity === "high").length;
    for (const { field, start, end, word, skeleton, foreign, severity, reason, shape } of words.slice(
      0,
      REPORTED_MAX,
    )) {
      const raised: Severity = severity === "medium" && serious >= 3 && shape === "mixed" ? "high" : severity;
      report({
        message:
          shape === "hosted"
            ? `The Cyrillic word ${quote(word)} has Latin letters in it.`
            : `The word ${quote(word)} is not ${quote(skeleton)}: ${points(foreign)}, ${reason}.`,
        field,
        start,
        end,
        excerpt: excerpt(field.text, start, end),
        severity: raised,
        confidence: raised === "high" ? "high" : raised === "medium" ? "medium" : "low",
        group: severity === "low" ? `mixed letters ${reason}` : skeleton.toLowerCase(),
        payload: word,
        evidence: { word, skeleton, letters: points(foreign), words: words.length },
      });
    }
  },
};
