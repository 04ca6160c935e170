// Runs a detector's examples: what stands beside each detector in `*.examples.ts`. Used by the acceptance suite for all
// of them, and by hand while writing one.
import type { Detector, Example, Hit } from "../../core/detector.ts";
import { planRoles } from "../../core/roles.ts";
import { TableBuilder } from "../../mining/table.ts";
import { toRecord } from "../../core/fields.ts";

/** The hits of one example in the form of `Example.finds`: `RECORD POINTER severity`, `LINE severity`, or for
 * models `OFFSET severity`. */
export function hitsOf(detector: Detector, example: Example): { readonly where: string; readonly hit: Hit }[] {
  const found: { where: string; hit: Hit }[] = [];
  const severity = (hit: Hit): string => hit.severity ?? detector.severity;
  if (detector.reads === "record" && Array.isArray(example.given)) {
    const plan = planRoles(example.given);
    example.given.forEach((value: unknown, index: number) => {
      detector.inspect(toRecord(index, { value }, plan), (hit) => {
        found.push({ where: `${index} ${hit.field?.pointer ?? "-"} ${severity(hit)}`, hit });
      });
    });
  } else if (detector.reads === "dataset" && Array.isArray(example.given)) {
    const plan = planRoles(example.given);
    const table = new TableBuilder();
    example.given.forEach((value: unknown, index: number) => table.add(toRecord(index, { value }, plan).fields));
    detector.conclude(table.build(), ({ message, rule, group = "", severity: own }) => {
      const hit: Hit = { message, excerpt: "", ...(own ? { severity: own } : {}) };
      const what = rule ? `${rule.trigger} -> ${rule.target}` : group;
      found.push({ where: `${what} ${own ?? detector.severity}`, hit });
    });
  } else if (detector.reads === "model" && "operations" in example.given) {
    detector.inspect(example.given, (hit) => {
      found.push({ where: `${hit.offset ?? "-"} ${severity(hit)}`, hit });
    });
  } else if (detector.reads === "document" && "language" in example.given) {
    const { baseline, ...given } = example.given;
    const other = baseline === undefined ? undefined : ({ kind: "document", ...given, text: baseline } as const);
    detector.inspect(
      { kind: "document", ...given },
      (hit) => {
        found.push({ where: `${hit.lineNumber ?? "-"} ${severity(hit)}`, hit });
      },
      other,
    );
  }
  return found;
}

/** Expected and found, in the same form and order; a severity that the example does not name is not compared. */
export function compare(
  detector: Detector,
  example: Example,
): { readonly expected: string[]; readonly actual: string[] } {
  const found = hitsOf(detector, example).map(({ where }) => where);
  const expected = [...example.finds];
  const actual = found.map((where, i) => {
    const want = expected[i];
    return want !== undefined && where.startsWith(`${want} `) ? want : where;
  });
  return { expected, actual };
}
