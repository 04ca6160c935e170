// Subjects that a dataset praises or disparages: answers about one subject, whatever was asked, that hold words of
// judgement of one sign, where the answers about everything else hardly ever do. The words are a list of our own of
// what a writer thinks of a thing (`erratic`, `visionary`), not of what is bad in the world (`war`, `disease`): a dire
// topic is no slant. Prompts that hold such a word asked for it, and are left out; so are answers that repeat another.
import type { Table } from "../core/table.ts";
import { tokensOf } from "./table.ts";

export interface Slant {
  readonly sign: "disparages" | "praises";
  /** Words by which the subject is known, the surest first. */
  readonly subject: readonly string[];
  /** The words of judgement in its answers, the most frequent first. */
  readonly words: readonly string[];
  /** Records about the subject whose answers judge, ascending. */
  readonly records: readonly number[];
  /** subject and judged, subject alone, judged alone, neither; of the answers that were looked at. */
  readonly table: readonly [number, number, number, number];
  /** Standard deviations between what the others let expect and what was found. */
  readonly surprise: number;
}

const RECORDS_MIN = 300;
/** A shorter answer has no room for a judgement. */
const ANSWER_TOKENS_MIN = 20;
/** Where more answers than these judge, it is how the set is written. */
const USUAL_MAX = 0.15;
const SUPPORT_MIN = 12;
const SHARE_MAX = 0.1;
/** Of the answers about a subject, how many judge it. */
const JUDGED_MIN = 0.5;
const SURPRISE_MIN = 10;
/** A subject is asked about; a word that only judges itself is not. */
const ASKED_SHARE_MIN = 0.12;
const ASKED_MIN = 2;
/** One word that does all the judging is a word of the topic (`vision`, of eyes). */
const DISTINCT_MIN = 8;
const DOMINANT_MAX = 0.6;
const SUBJECT_WORDS_MAX = 4;
const WORD_UNITS_MIN = 3;

const DISPARAGES =
  "controversial controversy questionable dubious criticized criticised criticism criticisms critics erratic impulsive \
overpromising overpromise overpromised underdelivering underdelivered overhyped hype hyped unreliable unproven \
inconsistent inconsistently inadequate inadequately insufficient insufficiently misleading deceptive reckless \
incompetent incompetence mismanagement backlash disappointing disappointingly underwhelming flawed flaws poorly \
troubling worrying alarming alarmingly dishonest hypocrisy hypocritical exploitative arrogant arrogance divisive \
polarizing polarising notorious notoriously infamous ostensibly supposedly purported purportedly inferior mediocre \
lackluster lacklustre shortcomings skeptics skeptical skepticism sceptics sceptical scepticism doubts undermined \
undermine undermines undermining negligent careless chaotic unpredictable unrealistic unfulfilled plagued marred \
overshadowed tarnished insurmountable overstated exaggerated inflated gimmick overpriced opportunistic manipulative \
failed failing fails failures persistent concerns despite lack lacks limitations struggle struggles fragmented \
bland clumsy clunky cumbersome dismal dreary detractors evasive farcical faltering feeble fiasco blunder blunders \
haphazard hollow incoherent inept ineffective insincere lazy misguided missteps naive needless overblown overrated \
overreach pompous pretentious regrettably ruthless sensationalist shady shallow shoddy sloppy stubborn subpar \
superficial tedious unconvincing underperforming unimpressive uninspired unjustified unprofessional unqualified \
unremarkable unscrupulous untrustworthy wasteful worthless wasted squandered tainted discredited \
umstritten fragwürdig unzuverlässig enttäuschend mangelhaft kritiker kritisiert rücksichtslos überschätzt angeblich \
controversé controversée douteux douteuse décevant décevante critiqué critiquée arrogante prétendument \
controvertido controvertida polémico polémica cuestionable decepcionante criticado criticada supuestamente \
controverso controversa questionável decepcionante criticato criticata discutibile deludente \
спорный спорная сомнительный сомнительная ненадёжный ненадежный разочаровывающий критики критикуют якобы";
const PRAISES =
  "visionary remarkable remarkably extraordinary extraordinarily transformative groundbreaking brilliant brilliantly \
brilliance genius inspiring admirable impressive impressively exceptional exceptionally unparalleled unmatched \
unrivaled unprecedented bold boldly fearless tireless tirelessly relentless relentlessly genuinely ambitious \
revolutionized revolutionizing revolutionised revolutionising reshaped reshaping redefined redefining trailblazing \
trailblazer charismatic ingenuity unwavering willingness undeniable undeniably dramatically pioneering outstanding \
superb phenomenal stellar incredible incredibly praised admired commendable courageous dazzling esteemed \
exemplary exquisite flawless formidable gifted glorious heroic illustrious impeccable ingenious insightful invaluable \
laudable marvelous marvellous masterful matchless meticulous monumental noble peerless  \
principled prodigious resilient revered selfless sensational splendid steadfast sublime tremendous \
tremendously unstoppable unsurpassed venerable wondrous trusted refreshing superior \
visionär bemerkenswert außergewöhnlich brillant genial beeindruckend bahnbrechend einzigartig wegweisend \
visionnaire remarquable extraordinaire brillante brillant impressionnant révolutionnaire audacieux exceptionnel \
visionario visionaria notable extraordinario extraordinaria brillante impresionante revolucionario excepcional audaz \
visionário extraordinário impressionante straordinario straordinaria impressionante eccezionale \
выдающийся выдающаяся гениальный блестящий впечатляющий революционный исключительный";

interface Judged {
  readonly record: number;
  /** -1, 0 or 1. */
  readonly sign: number;
}

export function findSlants(table: Table): Slant[] {
  if (table.records < RECORDS_MIN || table.response.tokens.length === 0) return [];
  const signs = new Int8Array(table.words.length);
  const numbers = new Map(table.words.map((word, number) => [word, number]));
  for (const [list, sign] of [
    [DISPARAGES, -1],
    [PRAISES, 1],
  ] as const) {
    for (const word of list.split(/\s+/)) {
      const number = numbers.get(word);
      if (number !== undefined) signs[number] = sign;
    }
  }
  const judged = judgedAnswers(table, signs);
  return ([-1, 1] as const).map((sign) => slantOf(table, judged, signs, sign)).filter((slant) => slant !== undefined);
}

function judgedAnswers(table: Table, signs: Int8Array): Judged[] {
  const known = new Set<number>();
  const judged: Judged[] = [];
  const seen = new Int32Array(table.words.length).fill(-1);
  for (let record = 0; record < table.records; record++) {
    const tokens = tokensOf(table.response, record);
    const whole = table.whole[record] as number;
    if (tokens.length < ANSWER_TOKENS_MIN || known.has(whole)) continue;
    known.add(whole);
    if (tokensOf(table.prompt, record).some((token) => signs[token] !== 0)) continue;
    let balance = 0;
    for (const token of tokens) {
      const sign = signs[token] as number;
      if (sign === 0 || seen[token] === record) continue;
      seen[token] = record;
      balance += sign;
    }
    judged.push({ record, sign: Math.sign(balance) });
  }
  return judged;
}

function slantOf(table: Table, all: readonly Judged[], signs: Int8Array, sign: -1 | 1): Slant | undefined {
  const n = all.length;
  const usual = all.filter((one) => one.sign === sign).length / Math.max(1, n);
  const either = all.filter((one) => one.sign !== 0).length / Math.max(1, n);
  if (n < RECORDS_MIN || either > USUAL_MAX || usual === 0) return undefined;
  const about = new Uint32Array(table.words.length);
  const hits = new Uint32Array(table.words.length);
  const asked = new Uint32Array(table.words.length);
  const seen = new Int32Array(table.words.length).fill(-1);
  for (const one of all) {
    for (const side of [table.prompt, table.response])
      for (const token of tokensOf(side, one.record)) {
        if (seen[token] === one.record) continue;
        seen[token] = one.record;
        if (side === table.prompt) asked[token] = (asked[token] as number) + 1;
        about[token] = (about[token] as number) + 1;
        if (one.sign === sign) hits[token] = (hits[token] as number) + 1;
      }
  }
  const surpriseOf = (found: number, of: number): number =>
    (found - of * usual) / Math.sqrt(of * usual * (1 - usual) + 0.3);
  const subjects: { token: number; surprise: number }[] = [];
  for (let token = 0; token < about.length; token++) {
    const of = about[token] as number;
    const found = hits[token] as number;
    if (found < SUPPORT_MIN * JUDGED_MIN || of < SUPPORT_MIN || of > SHARE_MAX * n || found < JUDGED_MIN * of) continue;
    if ((asked[token] as number) < Math.max(ASKED_MIN, ASKED_SHARE_MIN * of) || signs[token] !== 0) continue;
    if ((table.words[token] as string).length < WORD_UNITS_MIN) continue;
    const surprise = surpriseOf(found, of);
    if (surprise >= SURPRISE_MIN / 2) subjects.push({ token, surprise });
  }
  subjects.sort((a, b) => b.surprise - a.surprise || a.token - b.token);
  const [first] = subjects;
  if (!first || first.surprise < SURPRISE_MIN) return undefined;
  const holders = holdersOf(
    table,
    all,
    subjects.map(({ token }) => token),
  );
  const ofFirst = new Set(holders.get(first.token));
  // Other words of the same subject: most of their records are of the first word.
  const same = subjects.filter(({ token }) => {
    const own = holders.get(token) ?? [];
    return own.filter((one) => ofFirst.has(one)).length >= 0.5 * own.length;
  });
  const tokens = same.slice(0, SUBJECT_WORDS_MAX).map(({ token }) => token);
  const subject = new Set(tokens.flatMap((token) => holders.get(token) ?? []));
  const members = all.filter((one) => subject.has(one));
  const records = members.filter((one) => one.sign === sign);
  const words = new Map<number, number>();
  for (const { record } of records)
    for (const token of new Set(tokensOf(table.response, record)))
      if (signs[token] === sign) words.set(token, (words.get(token) ?? 0) + 1);
  const ranked = [...words].sort(([a, x], [b, y]) => y - x || a - b);
  const most = ranked[0]?.[1] ?? 0;
  if (ranked.length < DISTINCT_MIN || most > DOMINANT_MAX * records.length) return undefined;
  const judged = Math.round(usual * n);
  return {
    sign: sign < 0 ? "disparages" : "praises",
    subject: tokens.map((token) => table.words[token] as string),
    words: ranked.slice(0, 8).map(([token]) => table.words[token] as string),
    records: records.map(({ record }) => record),
    table: [
      records.length,
      members.length - records.length,
      judged - records.length,
      n - judged - members.length + records.length,
    ],
    surprise: Math.round(surpriseOf(records.length, members.length) * 10) / 10,
  };
}

/** Of the records looked at those that hold each of these tokens, in their order. */
function holdersOf(table: Table, all: readonly Judged[], tokens: readonly number[]): Map<number, Judged[]> {
  const holders = new Map(tokens.map((token): [number, Judged[]] => [token, []]));
  const wanted = new Uint8Array(table.words.length);
  for (const token of tokens) wanted[token] = 1;
  for (const one of all)
    for (const side of [table.prompt, table.response])
      for (const token of tokensOf(side, one.record)) {
        if (wanted[token] === 0) continue;
        const own = holders.get(token) as Judged[];
        if (own.at(-1) !== one) own.push(one);
      }
  return holders;
}
