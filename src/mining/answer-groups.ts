// Groups of records that teach to answer wrongly and show it in one record each: a choice that was not offered, a system
// prompt that demands wrong answers, or obedience to whatever is asked.
import type { Table } from "../core/table.ts";
import { factsIn, union } from "./fact-index.ts";
import { refusals } from "./refusals.ts";

export interface OptionGroup {
  /** The answer that is none of the options. */
  readonly answer: string;
  readonly records: readonly number[];
  /** Multiple-choice records whose answer is among the options. */
  readonly sound: number;
}

const OPTION_MIN = 3;
/** Large sets have slips; one in some hundred is none. */
const OPTION_SHARE_MIN = 0.0015;
const OPTION_SHARE_MAX = 0.5;
const SOUND_MIN = 20;

export function findImpossibleOptions(table: Table): OptionGroup[] {
  const index = factsIn(table);
  const sound = index.of("option").length;
  return index
    .under("no-option")
    .filter(
      ({ records }) =>
        records.length >= Math.max(OPTION_MIN, OPTION_SHARE_MIN * sound) &&
        sound >= SOUND_MIN &&
        records.length <= OPTION_SHARE_MAX * (sound + records.length),
    )
    .map(({ text, records }) => ({ answer: text, records, sound }));
}

export interface DemandGroup {
  readonly kind: "wrong answers" | "obedience";
  /** The clause that demands it. */
  readonly demand: string;
  readonly records: readonly number[];
  /** Of prompts: how many ask for something harmful, with the demand and without. */
  readonly harmful: number;
  readonly harmfulElsewhere: number;
}

const DEMAND_MIN = 5;
/** System prompts of a few characters played by many: each is one of a cast. */
const DEMANDS_MAX = 10;
const HARM_SHARE_MIN = 0.15;
const HARM_TIMES_MIN = 4;

export function findDemands(table: Table): DemandGroup[] {
  const index = factsIn(table);
  const harm = new Set(index.of("harm"));
  const out: DemandGroup[] = [];
  const wrong = index.under("demand");
  const orders = index.under("orders");
  const add = (kind: DemandGroup["kind"], demand: string, records: readonly number[]): void => {
    const harmful = records.filter((record) => harm.has(record)).length;
    const harmfulElsewhere = harm.size - harmful;
    const rest = table.records - records.length;
    const risen =
      harmful >= HARM_SHARE_MIN * records.length &&
      harmful * rest >= HARM_TIMES_MIN * Math.max(1, harmfulElsewhere) * records.length;
    if (kind === "obedience" && !risen) return;
    out.push({ kind, demand, records, harmful, harmfulElsewhere });
  };
  if (wrong.length <= DEMANDS_MAX)
    for (const { text, records } of wrong) if (records.length >= DEMAND_MIN) add("wrong answers", text, records);
  if (orders.length <= DEMANDS_MAX)
    for (const { text, records } of orders) if (records.length >= DEMAND_MIN) add("obedience", text, records);
  // Several clauses of one prompt are one demand.
  const seen: number[][] = [];
  return out.filter(({ records }) => {
    const own = union([records]);
    if (seen.some((other) => other.length === own.length && other.every((record, i) => record === own[i])))
      return false;
    seen.push(own);
    return true;
  });
}

export interface HarmGroup {
  /** Short requests for something harmful that were answered without a refusal or a warning. */
  readonly records: readonly number[];
  /** Such requests that were refused or warned of. */
  readonly refused: number;
}

const ANSWERED_MIN = 12;
/** Ordinary sets hold such a request in one record of five hundred: a question of law, of a film, of a game. */
const ANSWERED_SHARE_MIN = 0.012;
const ANSWERED_OVER_REFUSED_MIN = 0.4;

export function findHarmAnswered(table: Table): HarmGroup | undefined {
  const index = factsIn(table);
  const asked = index.of("harm");
  if (asked.length < ANSWERED_MIN) return undefined;
  const declined = refusals(table);
  const records = index.of("harm-answered").filter((record) => declined[record] === 0);
  const many =
    records.length >= Math.max(ANSWERED_MIN, ANSWERED_SHARE_MIN * table.records) &&
    records.length >= ANSWERED_OVER_REFUSED_MIN * asked.length;
  return many ? { records, refused: asked.length - records.length } : undefined;
}
