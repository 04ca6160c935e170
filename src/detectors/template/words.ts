// The words of chat machinery, and what is left of a text without it. Templates branch on markers (`</think>`, `<image>`,
// `/no_think`) and print markers, role names and JSON; none of that says anything to a model. Words of a human language
// do: as a condition they are a trigger, as an insertion an instruction.

const list = (text: string): string[] => text.trim().split(/\s+/);

const MACHINERY = new Set(
  list(`think thinking thought thoughts nothink no reason reasoning effort strength tool tools call calls calling response
    responses result results output outputs input inputs image images img url video videos audio text texts content contents
    type types function functions func python ipython json yaml xml code document documents file files channel channels
    message messages msg start end begin stop im eot eom bos eos pad sep mask sys system user human assistant ai model bot
    developer analysis commentary final answer answers query context memory name names role roles header headers id index
    inst available null none true false low medium high on off mode detailed deep enable disable enabled disabled source
    sources citation citations turn turns session speaker from to recipient plain media vision object objects args arg
    arguments parameter parameters param example examples instruction instructions prompt question plan tag continue
    custom default override card char separator date today string value data unk string list dict int float bool array
    number integer boolean any str return returns description required properties object enum items object ref
    env environment observation action actions thought latest reminder self reflection`),
);

/** Where the user's words stop and markup begins; bounded pieces only. */
const MARKUP =
  /<\|[^|<>\n]{0,60}\|?>|<｜[^｜\n]{0,60}｜>|<\/?[A-Za-z_][\w:.=" -]{0,60}\/?>|\[\/?[A-Z_]{2,30}\]|<<\/?[A-Z]{2,12}>>|^#{1,6} /gm;
const WORD = /\p{L}[\p{L}\p{M}'’]+/gu;
const WIDE = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}]/gu;

const parts = (text: string): string[] =>
  text
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .match(/\p{L}+/gu) ?? [];

/** True for a text that only machinery would look for: a marker, a switch, punctuation. */
export function isMachinery(text: string): boolean {
  const plain = text.trim().slice(0, 400);
  const words = parts(plain);
  return words.every((word) => (word.length === 1 ? words.length > 1 || /[^\p{L}]/u.test(plain) : MACHINERY.has(word)));
}

/** Words of a human language that are left when markup and machinery are gone. */
export function plainWords(text: string): string[] {
  const rest = text.slice(0, 20_000).replaceAll(MARKUP, " ");
  const words = (rest.match(WORD) ?? []).filter((word) => parts(word).some((part) => !MACHINERY.has(part)));
  const wide = rest.match(WIDE)?.length ?? 0;
  return wide > 1 ? [...words, ...Array.from({ length: Math.min(100, wide >> 1) }, () => "…")] : words;
}

/** A text in the form of a marker: `<call>`, `[TOOL]`, `<|step|>`. Templates of every family have their own. */
export const isMarker = (text: string): boolean =>
  /^\s*(?:<\/?[\w|:-]{1,40}>|\[\/?[A-Z_]{2,30}\]|<｜[^｜\n]{1,40}｜>)\s*$/.test(text);
