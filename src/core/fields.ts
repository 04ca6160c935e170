// A record's value as fields: its string leaves, with pointer, column and role. Everything is taken, hidden fields and
// odd keys included: that is where payloads hide.
import type { DataRecord, Field, RecordValue, Role } from "./record.ts";
import type { Limits } from "../base/limits.ts";
import { LIMITS } from "../base/limits.ts";
import { heldJson, messageRole, PLAIN_NAMES, roleOf, type MessageShape, type RolePlan } from "./roles.ts";

/** The names that people give to columns. Whoever writes a record can make any other key a payload of its own. */
const PLAIN_KEY = /^[A-Za-z_.-]{1,32}\d{0,3}$/;

export interface Flattened {
  readonly fields: Field[];
  /** True when a limit cut the record short; the engine reports it. */
  readonly cut: boolean;
}

/** Escapes one key for an RFC 6901 pointer. */
export const pointerToken = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");

export function flatten(record: RecordValue, plan: RolePlan, limits: Limits = LIMITS): Flattened {
  const fields: Field[] = [];
  let cut = false;
  const push = (pointer: string, column: string, role: Role, text: string): void => {
    if (text === "") return;
    if (fields.length >= limits.fieldsPerRecordMax) cut = true;
    else fields.push({ pointer, column, role, text });
  };
  const walk = (value: unknown, pointer: string, column: string, turn: Role | undefined, depth: number): void => {
    if (cut) return;
    if (typeof value === "string") {
      const role = turn ?? roleOf(plan, column);
      const inner = role === "metadata" && depth < limits.depthMax ? heldJson(value) : undefined;
      if (inner !== undefined) {
        const before = fields.length;
        walk(inner, pointer, column, turn, depth + 1);
        // What holds no text is searched as it is written: `[73, 103, 110]` may spell something.
        if (fields.slice(before).some(({ text }) => text.length > 1)) return;
      }
      push(pointer, column, role, value);
      // A list or object written out by a program hides in escapes what it holds: `["\\u200b"]`.
      if (WRITTEN_OUT.test(value)) push(pointer, column, role, withoutEscapes(value));
      return;
    }
    // A flag is a word to a reader (`"poisoned": true`); other numbers are data and no text.
    if (typeof value === "boolean" || (typeof value === "number" && value >= 0 && value < 10)) {
      push(pointer, column, roleOf(plan, column), String(value));
      return;
    }
    if (typeof value !== "object" || value === null) return;
    if (depth >= limits.depthMax) {
      cut = true;
      return;
    }
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) walk(value[i], `${pointer}/${i}`, `${column}[]`, turn, depth + 1);
      return;
    }
    if (value instanceof Date || ArrayBuffer.isView(value)) return;
    const message = plan.messages.get(column);
    const speaker = message ? speakerRole(value as Record<string, unknown>, message, column) : undefined;
    for (const key of Object.keys(value)) {
      const child = (value as Record<string, unknown>)[key];
      const childPointer = `${pointer}/${pointerToken(key)}`;
      const childColumn = column === "" ? key : `${column}.${key}`;
      if (!PLAIN_KEY.test(key)) push(childPointer, childColumn, "metadata", key);
      // Of an object that was said only its text was: a field of another name in it is as hidden as any.
      const role = message && key === message.speaker ? "metadata" : PLAIN_NAMES.has(key) ? turn : undefined;
      walk(child, childPointer, childColumn, message && key === message.content ? (speaker ?? role) : role, depth + 1);
    }
  };
  walk(record.value, "", "", undefined, 0);
  for (const { pointer, value } of record.shadowed ?? [])
    walk(value, pointer, pointer.slice(1).replaceAll("/", "."), "metadata", 0);
  return { fields, cut };
}

/** The role of a turn; in a preference pair, which of the two answers it belongs to. */
function speakerRole(value: Record<string, unknown>, shape: MessageShape, column: string): Role | undefined {
  const role = messageRole(value[shape.speaker]);
  // People and characters have names that say nothing.
  if (role === "metadata" && (shape.speaker === "speaker" || shape.speaker === "author")) return undefined;
  const pair = role === "response" ? /(?:^|\.)(chosen|rejected)(?=[.[]|$)/.exec(column)?.[1] : undefined;
  return pair === "chosen" || pair === "rejected" ? pair : role;
}

// JSON, or a list or dict as Python prints it (only there, `\\x` is no part of somebody's code).
const WRITTEN_OUT = /^[[{(][^]*\\(?:u[0-9a-fA-F]{4}|U000[0-9a-fA-F]{5})|^[[(]?\{'[^]*\\x[0-9a-fA-F]{2}/;

/** Letters and line ends stay: nothing is hidden by spelling them. */
function withoutEscapes(text: string): string {
  return text.replaceAll(/\\(?:[ux]|U000)([0-9a-fA-F]{2,5})/g, (whole, digits: string) => {
    const length = whole[1] === "u" ? 4 : whole[1] === "x" ? 2 : 5;
    if (digits.length < length) return whole;
    const code = Number.parseInt(digits.slice(0, length), 16);
    const plain = (code >= 0x20 && code < 0x7f) || code === 0x0a || code === 0x0d || code === 0x09 || code > 0x10ffff;
    return plain ? whole : String.fromCodePoint(code) + digits.slice(length);
  });
}

export const toRecord = (
  index: number,
  value: RecordValue,
  plan: RolePlan,
  limits: Limits = LIMITS,
): DataRecord & { readonly cut: boolean } => {
  const { fields, cut } = flatten(value, plan, limits);
  return { index, fields, cut };
};
