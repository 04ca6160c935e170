// Every term of every slot of every phrase, in a sentence of its own: the phrase is found in it, and the search over raw
// bytes lets it through, as it is, escaped, in capitals, with accents apart and without.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordDetector } from "../../core/detector.ts";
import { buildSearch } from "../../scan/search.ts";
import { concealment, SECRECY } from "./concealment.ts";
import { conditionalBackdoor, RULES } from "./conditional-backdoor.ts";
import { exfiltrationRequest, REQUESTS } from "./exfiltration-request.ts";
import { foldedOf } from "./fold.ts";
import type { Lexicon } from "./phrases.ts";
import { OVERRIDES, promptInjection } from "./prompt-injection.ts";

const asciiJson = (text: string): string =>
  JSON.stringify(text).replaceAll(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** True where the bytes select the detector, or hide too much to say. */
function selects(detector: RecordDetector): (raw: string) => boolean {
  const search = buildSearch([detector]);
  return (raw) => {
    const bytes = Buffer.from(raw);
    const masks = new Uint32Array(search.words);
    search.mark(
      { bytes, starts: Uint32Array.of(0), ends: Uint32Array.of(bytes.length), count: 1, escapes: "backslash" },
      masks,
    );
    const bit = (at: number): boolean => (((masks[at >> 5] as number) >>> (at & 31)) & 1) === 1;
    return bit(0) || bit(search.opaqueBit);
  };
}

const plainTerm = (term: string): string => term.replaceAll(/[=*]/g, "");
const finds = (lexicon: Lexicon, text: string): boolean =>
  lexicon.find(foldedOf({ pointer: "", column: "", role: "text", text })).length > 0;

for (const [detector, lexicon] of [
  [promptInjection, OVERRIDES],
  [conditionalBackdoor, RULES],
  [exfiltrationRequest, REQUESTS],
  [concealment, SECRECY],
] as const) {
  test(`${detector.id}: every term of every phrase reaches its detector`, () => {
    const selected = selects(detector);
    const missed: string[] = [];
    for (const { language, slots } of lexicon.phrases) {
      const first = slots.map((slot) => plainTerm(slot[0] ?? ""));
      slots.forEach((slot, at) => {
        for (const term of slot) {
          // What a request sends goes somewhere; the address is what makes it one.
          const sentence = `${first.with(at, plainTerm(term)).join(" ")} https://a.example/`;
          const forms = [
            sentence,
            `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`,
            sentence.normalize("NFD"),
          ];
          if (!/[ıi]/.test(sentence) || language !== "Turkish") forms.push(sentence.toUpperCase());
          for (const form of forms) {
            if (!finds(lexicon, form)) {
              // A term of two slots fills the first only.
              const other = slots.some((terms, i) => i !== at && terms.includes(term));
              if (form === sentence && !other) missed.push(`${language}, not found: ${form}`);
              continue;
            }
            if (!selected(JSON.stringify(form))) missed.push(`${language}: ${form}`);
            if (!selected(asciiJson(form))) missed.push(`${language}, escaped: ${form}`);
          }
        }
      });
    }
    assert.deepEqual(missed, []);
  });
}
