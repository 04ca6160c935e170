// Which column is the prompt, which the response, recognised from the first records without configuration. Names decide
// where they are known; shape decides where they are not (a list of {role, content} is a conversation whatever it is
// called). A wrong guess costs context, never coverage: every field is searched whatever its role.
import type { Role } from "./record.ts";
import { parseJson } from "../base/json.ts";

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

// Not looked up in an object: whoever writes the record may call a column `constructor`.
function byName(roles: Readonly<Record<string, Role>>): ReadonlyMap<string, Role> {
  return new Map(Object.entries(roles));
}

// The last key of a column decides. Order matters only for reading.
const NAMES: ReadonlyMap<string, Role> = byName({
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
  original_question: "prompt",
  inputs: "prompt",
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
  test: "response",
  tests: "response",
  test_list: "response",
  rationale: "response",
  reasoning: "response",
  reasoning_content: "response",
  thinking: "response",
  thought: "response",
  cot: "response",
  complex_cot: "response",
  chain_of_thought: "response",
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
  chat: "text",
  conversation: "text",
  transcript: "text",
  post: "text",
});

const SPEAKER_KEYS = ["role", "from", "speaker", "author"] as const;
const CONTENT_KEYS = ["content", "value", "text", "message", "utterance"] as const;

// Names that say nothing where something above them does: `answers.text`, `rejected[].content`.
export const PLAIN_NAMES: ReadonlySet<string> = new Set(["text", "content", "value", "body"]);

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
      const inner = (namedRole(column) ?? "metadata") === "metadata" ? heldJson(value) : undefined;
      if (inner === undefined) seen.add(column);
      else walk(inner, column, depth + 1);
      return;
    }
    const record = value as Record<string, unknown>;
    const speaker = SPEAKER_KEYS.find((key) => typeof record[key] === "string");
    const content = CONTENT_KEYS.find((key) => key in record);
    // Outside of a list only a speaker that we know makes it a turn: a review has an author, too.
    if (speaker && content && (column.endsWith("[]") || messageRole(record[speaker]) !== "metadata"))
      messages.set(column, { speaker, content });
    for (const key of Object.keys(record)) walk(record[key], column === "" ? key : `${column}.${key}`, depth + 1);
  };
  for (const value of sample) walk(value, "", 0);
  for (const column of seen) {
    const role = namedRole(column);
    if (role) columns.set(column, role);
  }
  const has = (...roles: readonly Role[]): boolean => [...columns.values()].some((role) => roles.includes(role));
  const change = (from: readonly Role[], to: Role): void => {
    for (const [column, role] of columns) if (from.includes(role) && !turnOf(column, messages)) columns.set(column, to);
  };
  // Of a question and a query, the query is what answers: SQL.
  if (columns.has("question") && columns.has("query")) columns.set("query", "response");
  // `text` beside a label is the thing to classify, and beside an answer what is asked; alone it is running text.
  if (messages.size === 0 || has("response")) {
    if (has("label") && !has("prompt", "response")) change(["text", "context"], "prompt");
    else if (has("context") && has("response") && !has("prompt", "chosen")) change(["context"], "prompt");
    else if (has("text") && has("response") && !has("prompt", "context", "chosen", "system"))
      change(["text"], "prompt");
  }
  for (const [column, role] of columns) {
    if (override.prompt === undefined || override.response === undefined) break;
    if (role === "prompt" || role === "response") columns.set(column, "metadata");
  }
  if (override.prompt !== undefined) columns.set(override.prompt, "prompt");
  if (override.response !== undefined) columns.set(override.response, "response");
  return { columns, messages, layout: layoutOf(columns, messages) };
}

/** The role that the names of a column tell. */
function namedRole(column: string): Role | undefined {
  if (IN_TOOLS.test(column)) return "tool";
  const own = NAMES.get(lastKey(column));
  if (own !== undefined && !PLAIN_NAMES.has(lastKey(column))) return own;
  return parentRole(column) ?? own;
}

const IN_TOOLS = /(^|[.\]])(tool_calls|function_call|tools|functions)\b/;

// `answers.text`, `answers.A`, `output[]`: a leaf of plain or unknown name takes its parent's role.
function parentRole(column: string): Role | undefined {
  let whole = column;
  while (whole.endsWith("[]")) whole = whole.slice(0, -2);
  const parent = whole.replace(/\.[^.[\]]*$/, "");
  return parent === whole || PLAIN_NAMES.has(lastKey(parent)) ? undefined : NAMES.get(lastKey(parent));
}

const turnOf = (column: string, messages: ReadonlyMap<string, MessageShape>): boolean =>
  [...messages].some(([turn, { content }]) => column === (turn === "" ? content : `${turn}.${content}`));

/** What a string holds that is a list or an object in JSON, as flat tables have it; undefined for other values. */
export function heldJson(value: unknown): object | undefined {
  if (typeof value !== "string" || value.length < 2) return undefined;
  const [first, last] = [value.charAt(0), value.charAt(value.length - 1)];
  if (!((first === "[" && last === "]") || (first === "{" && last === "}"))) return undefined;
  const parsed = parseJson(value);
  return parsed.problem === undefined && typeof parsed.value === "object" && parsed.value !== null
    ? parsed.shadowed.length > 0
      ? [parsed.value, ...parsed.shadowed.map((hidden) => hidden.value)]
      : parsed.value
    : undefined;
}

// `answer_2` and `response1` are an answer and a response.
const lastKey = (column: string): string => {
  const flat = column.replaceAll("[]", "");
  return flat
    .slice(flat.lastIndexOf(".") + 1)
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_")
    .replace(/(?<=[a-z])_?\d{1,2}$/, "");
};

function layoutOf(columns: ReadonlyMap<string, Role>, messages: ReadonlyMap<string, MessageShape>): string {
  const names = new Set([...columns.keys()].flatMap((column) => column.replaceAll("[]", "").split(".").map(lastKey)));
  const roles = new Set(columns.values());
  if (roles.has("chosen") && roles.has("rejected")) return "preference";
  const shape = [...messages.values()][0];
  if (shape) return shape.speaker === "from" ? "sharegpt" : "chat";
  if (names.has("sql") || names.has("cypher") || (names.has("question") && columns.get("query") === "response"))
    return "text-to-sql";
  if (names.has("instruction") && roles.has("response")) return "alpaca";
  if (names.has("question") && roles.has("response")) return "question-answer";
  if (roles.has("prompt") && roles.has("response"))
    return names.has("code") || names.has("canonical_solution") ? "code" : "prompt-completion";
  if (roles.has("label")) return "classification";
  if (roles.has("text")) return "text";
  return "columns";
}

/** Columns of unknown name are metadata: searched, and judged most strictly. */
export function roleOf(plan: RolePlan, column: string): Role {
  if (column === "") return "text";
  const known = plan.columns.get(column) ?? namedRole(column);
  if (known) return known;
  // Of a column that the sample did not have, the one above it may have been named on the command line.
  const parent = column.replace(/(\[\]|\.[^.[\]]*)$/, "");
  return (parent === column ? undefined : plan.columns.get(parent)) ?? "metadata";
}

const SPEAKERS: ReadonlyMap<string, Role> = byName({
  system: "system",
  developer: "system",
  user: "prompt",
  human: "prompt",
  prompter: "prompt",
  question: "prompt",
  prompt: "prompt",
  instruction: "prompt",
  customer: "prompt",
  client: "prompt",
  patient: "prompt",
  assistant: "response",
  gpt: "response",
  bot: "response",
  chatbot: "response",
  ai: "response",
  model: "response",
  chatgpt: "response",
  bing: "response",
  bard: "response",
  answer: "response",
  response: "response",
  completion: "response",
  agent: "response",
  doctor: "response",
  tool: "tool",
  function: "tool",
  function_call: "tool",
  function_response: "tool",
  tool_call: "tool",
  tool_response: "tool",
  observation: "tool",
  environment: "tool",
  ipython: "tool",
});

/** The role of a chat turn by its speaker; "metadata" for one we do not know. */
export const messageRole = (speaker: unknown): Role =>
  (typeof speaker === "string" ? SPEAKERS.get(speaker.trim().toLowerCase()) : undefined) ?? "metadata";

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
