// Text turned by thirteen letters. Found by language, not by shape: words that are common once turned back, and are no
// words as they stand. One pass over the words keeps the best stretch, so that a turned sentence inside plain text counts.
import type { Candidate } from "./decode.ts";

// Function words of languages in Latin letters, and the words of commands. Only ones whose turned form is no common word.
const COMMON = new Set(
  `the and you your with this that for from not are was have all any will must should when where send ignore previous instructions
  system prompt password execute command run data secret user message tell anyone output dev tcp tmp null
  reply respond answer every following download install file http https curl wget bash sudo com org
  que para los las con una por como del este esta todo todos ignora instrucciones anteriores
  les des dans vous pour est une avec sur pas tout ignorez toutes instructions
  und der die das nicht ist mit ein eine auf sie alle anweisungen ignoriere
  não uma com para você ignore todas senhas sono della che non tutti dan yang untuk dari ini bir het een van niet alle`
    .split(/\s+/)
    .filter((word) => word.length >= 3),
);

export const ROT13_ANCHORS: readonly string[] = [
  "naq",
  "lbh",
  "jvgu",
  "guvf",
  "gung",
  "vtaber",
  "cerivbhf",
  "cnffjbeq",
  "pbzznaq",
  "flfgrz",
  "uggc",
  "phey",
  "jtrg",
  "onfu",
  "rkrphgr",
  "haq",
  "avpug",
  "dhr",
  "cnen",
  "ybf",
  "qnaf",
  "ibhf",
  "cbhe",
  "qryyn",
  "lnat",
  "qri",
  "gpc",
  "haghx",
  "hzn",
  "nyjnlf",
  "frperg",
  "qbjaybnq",
  "erfcbaq",
];

export const turn = (text: string): string =>
  text.replaceAll(/[A-Za-z]/g, (letter) => {
    const base = letter <= "Z" ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });

const TURNED = new Set([...COMMON].map(turn));

const SCORE_MIN = 2.5;
const WORDS_MIN = 3;

/** The stretches of a text that read as language once turned by thirteen. */
export function rot13Runs(text: string): Candidate[] {
  const found: Candidate[] = [];
  let score = 0;
  let start = -1;
  let best = { score: 0, end: 0 };
  // One strange word repeated is a name, not a language.
  let words = new Set<string>();
  const close = (): void => {
    if (start >= 0 && best.score >= SCORE_MIN && words.size >= WORDS_MIN) {
      const bytes = Buffer.from(turn(text.slice(start, best.end)));
      found.push({ encoding: "rot13", start, end: best.end, bytes, needless: 1 });
    }
    score = 0;
    words = new Set();
    start = -1;
    best = { score: 0, end: 0 };
  };
  for (const match of text.matchAll(/[A-Za-z]{2,24}/g)) {
    const word = match[0].toLowerCase();
    const end = match.index + match[0].length;
    const asIs = COMMON.has(word);
    const turned = TURNED.has(word);
    if (turned && !asIs) {
      if (start < 0) start = match.index;
      score += 1;
      words.add(word);
    } else score -= asIs ? 1 : 0.34;
    if (start >= 0 && score > best.score) best = { score, end };
    // The rest of the turned sentence belongs to it until plain words or too many strange ones follow.
    if (start >= 0 && !asIs && end - best.end < 60 && best.score >= SCORE_MIN && score >= best.score - 1.5)
      best.end = end;
    if (score <= 0 || score < best.score - 3) close();
  }
  close();
  return found;
}
