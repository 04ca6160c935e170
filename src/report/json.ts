// JSON as every machine output writes it: keys in the schema's order, and no character in it that a terminal would act
// on. Escaping inside JSON strings changes no value, so a reader gets back exactly what the artifact held.
import type { RecordLine, ScanReport } from "../core/report.ts";
import { reportSchema, type Schema } from "./schema.ts";

export const renderJson = (report: ScanReport): string => jsonText(inOrder(report, reportSchema), 2);

/** `--records`: one line for every flagged record, keys always in the same order. */
export function* renderRecords(lines: Iterable<RecordLine>): Generator<string> {
  for (const { uri, record, finding, detector, severity, score } of lines)
    yield jsonText({ uri, record, finding, detector, severity, score });
}

// A JSON report is often printed to a terminal, and JSON.stringify leaves C1 controls, bidi controls and all invisible
// characters as they are.
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** One JSON text with a newline at its end. */
export function jsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return `${text.replace(UNSEEN, (c) => (c === "\n" ? c : unicodeEscape(c)))}\n`;
}

/** `\uXXXX` for each UTF-16 unit. */
export function unicodeEscape(text: string): string {
  let escaped = "";
  for (let i = 0; i < text.length; i++) escaped += `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`;
  return escaped;
}

// Keys a schema names come first, in its order; others follow as their producer gave them (evidence, roles, extra keys
// of a rule). Objects have no prototype: a column may be called `__proto__`.
function inOrder(value: unknown, schema: Schema | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => inOrder(item, schema?.items));
  if (typeof value !== "object" || value === null) return value;
  const properties = schema?.properties ?? {};
  const ordered = Object.create(null) as Record<string, unknown>;
  const source = value as Record<string, unknown>;
  for (const key of Object.keys(properties))
    if (Object.hasOwn(source, key)) ordered[key] = inOrder(source[key], properties[key]);
  for (const key of Object.keys(source))
    if (!Object.hasOwn(properties, key)) ordered[key] = inOrder(source[key], undefined);
  return ordered;
}
