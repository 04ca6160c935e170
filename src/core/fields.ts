// A record's value as fields: its string leaves, with pointer, column and role. Everything is taken, hidden fields and
// odd keys included: that is where payloads hide.
import type { DataRecord, Field, RecordValue, Role } from "./record.ts";
import type { Limits } from "../base/limits.ts";
import { LIMITS } from "../base/limits.ts";
import { roleOf, type RolePlan } from "./roles.ts";

const ORDINARY_KEY = /^[\p{L}\p{N}_ .:/()?#-]{1,64}$/u;

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
      push(pointer, column, turn ?? roleOf(plan, column), value);
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
    const speaker = message ? messageRole((value as Record<string, unknown>)[message.speaker]) : undefined;
    for (const key of Object.keys(value)) {
      const child = (value as Record<string, unknown>)[key];
      const childPointer = `${pointer}/${pointerToken(key)}`;
      const childColumn = column === "" ? key : `${column}.${key}`;
      // A key that is no identifier is text that a person wrote: search it like any other.
      if (!ORDINARY_KEY.test(key)) push(childPointer, childColumn, "metadata", key);
      const spoken = message && key === message.content ? speaker : undefined;
      walk(child, childPointer, childColumn, spoken ?? turn, depth + 1);
    }
  };
  walk(record.value, "", "", undefined, 0);
  for (const { pointer, value } of record.shadowed ?? [])
    walk(value, pointer, pointer.slice(1).replaceAll("/", "."), "metadata", 0);
  return { fields, cut };
}

const SPEAKERS: Readonly<Record<string, Role>> = {
  system: "system",
  developer: "system",
  user: "prompt",
  human: "prompt",
  prompter: "prompt",
  question: "prompt",
  assistant: "response",
  gpt: "response",
  bot: "response",
  model: "response",
  chatgpt: "response",
  bing: "response",
  bard: "response",
  answer: "response",
  tool: "tool",
  function: "tool",
  function_call: "tool",
  function_response: "tool",
  tool_call: "tool",
  tool_response: "tool",
  observation: "tool",
  ipython: "tool",
};

/** The role of a chat turn by its speaker; "metadata" for one we do not know. */
export const messageRole = (speaker: unknown): Role =>
  (typeof speaker === "string" ? SPEAKERS[speaker.trim().toLowerCase()] : undefined) ?? "metadata";

export const toRecord = (
  index: number,
  value: RecordValue,
  plan: RolePlan,
  limits: Limits = LIMITS,
): DataRecord & { readonly cut: boolean } => {
  const { fields, cut } = flatten(value, plan, limits);
  return { index, fields, cut };
};
