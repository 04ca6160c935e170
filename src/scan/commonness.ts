// How often a literal turns up in ordinary text: only to choose which part of an anchor to look for first. A wrong
// figure costs time and nothing else.

/** Literals found often in chat, questions and answers, code, documentation and tables in several languages, whole words
 * or not, and at least how often in a thousand bytes. */
const TIERS: readonly (readonly [number, string])[] = [
  [0.4, "answer input instruction name output this user your"],
  [0.2, "mode model nder other select"],
  [
    0.1,
    "action add after alle code customer data find follow following format function given gles human into net prompt reg return set step system tell word year",
  ],
  [
    0.05,
    "accept api assistant before conversa conversation dict histor image isto key message print program record regu require security while without",
  ],
  [
    0.025,
    ".com above anything aws color connect current display email env eval histori http irm mail note original policy post produce query request response rule send stop style tool types veri white",
  ],
  [
    0.012,
    ":// anyone atas contains cookies esto everything exec former forward https:// includes initial install instructions master mention none notice orders passe phrase pip policies previo previous prior private programming programs records respond reverse safety third token training transfer union update window",
  ],
  [
    0.006,
    "chat commands compile config contents copy default delay delete destroy download execute existing external forget ignor ilet insert isso keys magic malicious mande nc nicht pty remote rules says secret shell switch told wake",
  ],
  [
    0.003,
    ".org _token assert attacker bash benchmark bind consent debug declare developer earlier export falls guidelines hide ignore inject leak login malware manda ncat note: operator orienta payload protocols restrictions reveal sende telling tokens transmit upload variables vulnerability wenn whatever wissen",
  ],
];
const KNOWN = new Map(TIERS.flatMap(([rate, words]) => words.split(" ").map((word) => [word, rate] as const)));

/** Roughly how often it is found in a thousand bytes. */
export const rateOf = (literal: string): number => KNOWN.get(literal.toLowerCase()) ?? 0.01 * 0.5 ** literal.length;
