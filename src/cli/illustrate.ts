// Shows the records behind a dataset's rule as they are written: statistics know only tokens in lower case. A second,
// short read of the files concerned finds the few sample records and their surroundings of trigger and target.
import type { ArtifactRef } from "../core/artifact.ts";
import type { DatasetHit } from "../core/detector.ts";
import type { Field } from "../core/record.ts";
import { flatten } from "../core/fields.ts";
import { planRoles, type RoleOverride } from "../core/roles.ts";
import { excerpt, quote } from "../base/escape.ts";
import type { ArtifactPartial, GroupPartial } from "../scan/partial.ts";
import { readRecords } from "./remove.ts";

const ANSWERS: ReadonlySet<string> = new Set(["response", "chosen", "label"]);
/** Rules of one file that are illustrated; a file with more shows the rest as tokens. */
const RULES_MAX = 20;

/** Replaces the samples of the rules in `partial` by the text of their records, where the file can be read again. */
export async function illustrate(partial: ArtifactPartial, ref: ArtifactRef, roles: RoleOverride): Promise<void> {
  const groups = partial.groups.filter(({ rule }) => rule).slice(0, RULES_MAX);
  const wanted = new Set(groups.flatMap(({ samples }) => samples.flatMap(({ record }) => record ?? [])));
  if (wanted.size === 0 || ref.location.type !== "file" || partial.member !== "") return;
  const last = Math.max(...wanted);
  const values = new Map<number, unknown>();
  for await (const { index, value } of readRecords(ref, partial.format, (record) => wanted.has(record), last))
    values.set(index, value);
  const plan = planRoles([...values.values()], roles);
  const fields = new Map([...values].map(([index, value]) => [index, flatten({ value }, plan).fields]));
  for (const group of groups) draw(group, fields);
}

function draw(group: GroupPartial, records: ReadonlyMap<number, readonly Field[]>): void {
  const { show, rule } = group.rule as DatasetHit;
  const response = phrase(show.response);
  const prompts = show.prompt.map(phrase);
  let written: DatasetHit["rule"] = rule;
  const said: [tokens: string, place: Place, max: number][] = [];
  group.samples = group.samples.map((sample) => {
    const fields = records.get(sample.record ?? -1);
    if (!fields) return sample;
    const target = find(fields, response, true);
    const triggers = prompts.flatMap((pattern) => find(fields, pattern, false) ?? []);
    const [first] = triggers;
    if (!target || !first) return rule ? sample : { ...sample, ...opening(fields, first ?? target) };
    if (rule && written === rule) {
      triggers.forEach((place, i) => {
        if (triggers.length === prompts.length)
          said.push([quote(show.prompt[i] as string), place, 80], [quote(show.prompt[i] as string, 40), place, 40]);
      });
      said.push([quote(show.response, 120), target, 120]);
      // The rule itself in the letters of its records.
      const all = triggers.length === prompts.length;
      written = {
        ...rule,
        ...(all ? { trigger: triggers.map(textOf).join(" + ") } : {}),
        target: textOf(target),
      };
    }
    const answer = target.field.text.slice(target.start, target.start + 120);
    return {
      ...sample,
      pointer: first.field.pointer,
      start: first.start,
      end: first.end,
      excerpt: `${excerpt(first.field.text, first.start, first.end)} ⇒ ${answer}`,
    };
  });
  if (group.rule && written) group.rule = { ...group.rule, rule: written };
  // The sentence, too, in the letters of the records.
  group.samples = group.samples.map((sample) => ({
    ...sample,
    message: said.reduce(
      (text, [tokens, place, max]) => text.replace(tokens, () => quote(textOf(place), max)),
      sample.message,
    ),
  }));
}

/** A record of a group, by what of it could be found, or by how it begins. */
function opening(
  fields: readonly Field[],
  place: Place | undefined,
): { readonly pointer?: string; readonly start?: number; readonly end?: number; readonly excerpt: string } {
  if (place) {
    const { field, start, end } = place;
    return { pointer: field.pointer, start, end, excerpt: excerpt(field.text, start, end) };
  }
  const asked = fields.find(({ role }) => role === "prompt" || role === "text");
  const answer = fields.find(({ role }) => ANSWERS.has(role));
  const parts = [asked, answer].flatMap((field) => (field ? [field.text.slice(0, 120)] : []));
  const field = asked ?? answer;
  return { ...(field ? { pointer: field.pointer } : {}), excerpt: parts.join(" ⇒ ") };
}

interface Place {
  readonly field: Field;
  readonly start: number;
  readonly end: number;
}

const textOf = ({ field, start, end }: Place): string => field.text.slice(start, Math.min(end, start + 400));

/** Tokens as a pattern: in any case, with any white space between. Only a bounded number of plain tokens. */
function phrase(tokens: string): RegExp {
  const parts = tokens.split(" ").slice(0, 80);
  return new RegExp(parts.map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("\\s*"), "iu");
}

function find(fields: readonly Field[], pattern: RegExp, answers: boolean): Place | undefined {
  for (const field of fields) {
    if (ANSWERS.has(field.role) !== answers) continue;
    const match = pattern.exec(field.text);
    if (match) return { field, start: match.index, end: match.index + match[0].length };
  }
  return undefined;
}
