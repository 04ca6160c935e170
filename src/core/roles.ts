// Which column is the prompt, which the response, recognised from the first records without configuration. Names decide
// where they are known; shape decides where they are not (a list of {role, content} is a conversation whatever it is
// called). A wrong guess costs context, never coverage: every field is searched whatever its role.
import type { Role } from "./record.ts";

export interface MessageShape {
  /** Key of the speaker and key of the text: role/content, from/value, speaker/text. */
  readonly speaker: string;
  readonly content: string;
}

export interface RolePlan {
  /** Column -> role, for columns of known names. */
  readonly columns: ReadonlyMap<string, Role>;
  /** Column of message objects (`messages[]`) -> which keys hold speaker and text. */
  readonly messages: ReadonlyMap<string, MessageShape>;
  /** What the layout is called: alpaca, sharegpt, chat, prompt-completion, question-answer, classification, preference,
   * text-to-sql, code, text, columns. */
  readonly layout: string;
}

export interface RoleOverride {
  readonly prompt?: string;
  readonly response?: string;
}

export const NO_PLAN: RolePlan = { columns: new Map(), messages: new Map(), layout: "columns" };

// The last key of a column decides. Order matters only for reading.
const NAMES: Readonly<Record<string, Role>> = {
  system: "system",
  system_prompt: "system",
  sys_prompt: "system",
  systemprompt: "system",
  persona: "system",
  instruction: "prompt",
  instructions: "prompt",
  prompt: "prompt",
  question: "prompt",
  query: "prompt",
  user: "prompt",
  human: "prompt",
  request: "prompt",
  problem: "prompt",
  task: "prompt",
  source: "metadata",
  user_query: "prompt",
  question_text: "prompt",
  english_prompt: "prompt",
  intent: "prompt",
  utterance: "prompt",
  docstring: "prompt",
  premise: "prompt",
  hypothesis: "context",
  goal: "prompt",
  input: "context",
  context: "context",
  passage: "context",
  document: "context",
  article: "context",
  dialogue: "context",
  history: "context",
  schema: "context",
  table: "context",
  create_statement: "context",
  evidence: "context",
  hint: "context",
  choices: "context",
  options: "context",
  background: "context",
  output: "response",
  outputs: "response",
  response: "response",
  responses: "response",
  answer: "response",
  answers: "response",
  completion: "response",
  target: "response",
  targets: "response",
  reply: "response",
  assistant: "response",
  gpt: "response",
  solution: "response",
  summary: "response",
  highlights: "response",
  sql: "response",
  code: "response",
  canonical_solution: "response",
  rationale: "response",
  explanation: "response",
  translation: "response",
  model_output: "response",
  generation: "response",
  ground_truth: "response",
  cypher: "response",
  final_answer: "response",
  correct_answer: "response",
  answer_matching_behavior: "response",
  chosen: "chosen",
  preferred: "chosen",
  response_chosen: "chosen",
  accepted: "chosen",
  answer_chosen: "chosen",
  rejected: "rejected",
  dispreferred: "rejected",
  response_rejected: "rejected",
  answer_not_matching_behavior: "rejected",
  label: "label",
  labels: "label",
  class: "label",
  category: "label",
  sentiment: "label",
  label_text: "label",
  is_toxic: "label",
  toxicity: "label",
  gold: "label",
  tools: "tool",
  functions: "tool",
  function: "tool",
  tool_calls: "tool",
  function_call: "tool",
  arguments: "tool",
  tool_call: "tool",
  tool_response: "tool",
  function_response: "tool",
  text: "text",
  content: "text",
  sentence: "text",
  tweet: "text",
  review: "text",
  comment: "text",
  body: "text",
  story: "text",
  post: "text",
};

const SPEAKER_KEYS = ["role", "from", "speaker", "author"] as const;
const CONTENT_KEYS = ["content", "value", "text", "message", "utterance"] as const;

export function planRoles(sample: readonly unknown[], override: RoleOverride = {}): RolePlan {
  const columns = new Map<string, Role>();
  const messages = new Map<string, MessageShape>();
  const seen = new Set<string>();
  const walk = (value: unknown, column: string, depth: number): void => {
    if (depth > 8 || seen.size > 5_000) return;
    if (Array.isArray(value)) {
      for (const item of value.slice(0, 8)) walk(item, `${column}[]`, depth + 1);
      return;
    }
    if (typeof value !== "object" || value === null) {
      seen.add(column);
      return;
    }
    const record = value as Record<string, unknown>;
    const speaker = SPEAKER_KEYS.find((key) => typeof record[key] === "string");
    const content = CONTENT_KEYS.find((key) => key in record);
    if (column.endsWith("[]") && speaker && content) messages.set(column, { speaker, content });
    for (const key of Object.keys(record)) walk(record[key], column === "" ? key : `${column}.${key}`, depth + 1);
  };
  for (const value of sample) walk(value, "", 0);
  for (const column of seen) {
    const role = NAMES[lastKey(column)];
    if (role) columns.set(column, role);
  }
  const has = (...roles: readonly Role[]): boolean => [...columns.values()].some((role) => roles.includes(role));
  // `text` beside a label is the thing to classify; alone it is running text. With a prompt it is context.
  if (has("label") && !has("prompt", "response")) {
    for (const [column, role] of columns) if (role === "text" || role === "context") columns.set(column, "prompt");
  } else if (has("context") && !has("prompt", "chosen")) {
    for (const [column, role] of columns) if (role === "context" && has("response")) columns.set(column, "prompt");
  }
  for (const [column, role] of columns) {
    if (override.prompt === undefined || override.response === undefined) break;
    if (role === "prompt" || role === "response") columns.set(column, "metadata");
  }
  if (override.prompt !== undefined) columns.set(override.prompt, "prompt");
  if (override.response !== undefined) columns.set(override.response, "response");
  return { columns, messages, layout: layoutOf(columns, messages) };
}

const lastKey = (column: string): string => {
  const flat = column.replaceAll("[]", "");
  return flat
    .slice(flat.lastIndexOf(".") + 1)
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_");
};

function layoutOf(columns: ReadonlyMap<string, Role>, messages: ReadonlyMap<string, MessageShape>): string {
  const names = new Set([...columns.keys()].map(lastKey));
  const roles = new Set(columns.values());
  if (roles.has("chosen") && roles.has("rejected")) return "preference";
  const shape = [...messages.values()][0];
  if (shape) return shape.speaker === "from" ? "sharegpt" : "chat";
  if (names.has("instruction") && names.has("output")) return "alpaca";
  if (names.has("sql") || names.has("cypher")) return "text-to-sql";
  if (names.has("question") && roles.has("response")) return "question-answer";
  if (roles.has("prompt") && roles.has("response")) return names.has("code") ? "code" : "prompt-completion";
  if (roles.has("label")) return "classification";
  if (roles.has("text")) return "text";
  return "columns";
}

/** Columns of unknown name, and any inside tool calls, are metadata: searched, and judged most strictly. */
export function roleOf(plan: RolePlan, column: string): Role {
  const known = plan.columns.get(column);
  if (known) return known;
  if (/(^|[.\]])(tool_calls|function_call|tools|functions)\b/.test(column)) return "tool";
  if (column === "") return "text";
  return NAMES[lastKey(column)] ?? parentRole(plan, column);
}

// `answers.text`, `answers.A`, `output[]`: a leaf of unknown name takes its parent's role.
function parentRole(plan: RolePlan, column: string): Role {
  const parent = column.replace(/(\[\]|\.[^.[\]]*)$/, "");
  if (parent === column || parent === "") return "metadata";
  const role = plan.columns.get(parent) ?? NAMES[lastKey(parent)];
  return role ?? "metadata";
}

/** For the report, and for sending a plan to another thread. */
export const plainPlan = (plan: RolePlan): PlainRolePlan => ({
  columns: [...plan.columns],
  messages: [...plan.messages],
  layout: plan.layout,
});
export interface PlainRolePlan {
  readonly columns: readonly (readonly [string, Role])[];
  readonly messages: readonly (readonly [string, MessageShape])[];
  readonly layout: string;
}
export const rolePlan = (plain: PlainRolePlan): RolePlan => ({
  columns: new Map(plain.columns),
  messages: new Map(plain.messages),
  layout: plain.layout,
});
