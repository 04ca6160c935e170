// Schemas as well-known sets have them, and what each of their columns is.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { flatten } from "./fields.ts";
import { planRoles, roleOf } from "./roles.ts";

interface Schema {
  readonly name: string;
  readonly layout: string;
  readonly records: readonly unknown[];
  /** Pointer of a field in the first record -> its role. Fields that are not named here are metadata. */
  readonly roles: Readonly<Record<string, string>>;
}

const turns = (...said: readonly (readonly [string, string])[]): unknown[] =>
  said.map(([role, content]) => ({ role, content }));
const from = (...said: readonly (readonly [string, string])[]): unknown[] =>
  said.map(([speaker, value]) => ({ from: speaker, value }));

const SCHEMAS: readonly Schema[] = [
  {
    name: "Dolly",
    layout: "alpaca",
    records: [{ instruction: "Name a river.", context: "Rivers flow.", response: "Elbe.", category: "open_qa" }],
    roles: { "/instruction": "prompt", "/context": "context", "/response": "response", "/category": "label" },
  },
  {
    name: "CodeAlpaca",
    layout: "alpaca",
    records: [{ instruction: "Add two numbers.", input: "a, b", output: "return a + b" }],
    roles: { "/instruction": "prompt", "/input": "context", "/output": "response" },
  },
  {
    name: "OASST, a message on each row",
    layout: "chat",
    records: [
      {
        message_id: "m-one",
        parent_id: null,
        text: "Why is the sky blue?",
        role: "prompter",
        lang: "en",
        labels: { name: ["spam", "quality"], value: [0.5, 0.75] },
      },
      { message_id: "m-two", parent_id: "m-one", text: "Light is scattered.", role: "assistant", lang: "en" },
    ],
    roles: {
      "/text": "prompt",
      "/labels/name/0": "label",
      "/labels/name/1": "label",
      "/labels/value/0": "label",
      "/labels/value/1": "label",
    },
  },
  {
    name: "UltraChat",
    layout: "chat",
    records: [{ prompt: "Hello", prompt_id: "p", messages: turns(["user", "Hello"], ["assistant", "Hi"]) }],
    roles: { "/prompt": "prompt", "/messages/0/content": "prompt", "/messages/1/content": "response" },
  },
  {
    name: "HH-RLHF",
    layout: "preference",
    records: [{ chosen: "\n\nHuman: Hi\n\nAssistant: Hello", rejected: "\n\nHuman: Hi\n\nAssistant: No" }],
    roles: { "/chosen": "chosen", "/rejected": "rejected" },
  },
  {
    name: "SQuAD",
    layout: "question-answer",
    records: [
      {
        id: "q",
        title: "Tides",
        context: "The moon pulls.",
        question: "Who pulls?",
        answers: { text: ["The moon"], answer_start: [40] },
      },
    ],
    roles: { "/context": "context", "/question": "prompt", "/answers/text/0": "response" },
  },
  {
    name: "GSM8K",
    layout: "question-answer",
    records: [{ question: "Two and two?", answer: "Four. #### 4" }],
    roles: { "/question": "prompt", "/answer": "response" },
  },
  {
    name: "WikiSQL",
    layout: "text-to-sql",
    records: [
      {
        phase: 1,
        question: "How many?",
        table: { header: ["Name"], rows: [["Ann"]] },
        sql: { human_readable: "SELECT COUNT(Name) FROM table", sel: 0, agg: 3 },
      },
    ],
    roles: {
      "/question": "prompt",
      "/table/header/0": "context",
      "/table/rows/0/0": "context",
      "/sql/human_readable": "response",
      "/sql/sel": "response",
      "/sql/agg": "response",
    },
  },
  {
    name: "Spider",
    layout: "text-to-sql",
    records: [{ db_id: "concerts", question: "How many singers?", query: "SELECT count(*) FROM singer" }],
    roles: { "/question": "prompt", "/query": "response" },
  },
  {
    name: "Glaive function calling",
    layout: "text",
    records: [{ system: "SYSTEM: You may call functions.", chat: "USER: Hi\n\n\nASSISTANT: Hello <|endoftext|>" }],
    roles: { "/system": "system", "/chat": "text" },
  },
  {
    name: "DPO pairs",
    layout: "preference",
    records: [{ system: "Be kind.", question: "Hi", chosen: "Hello", rejected: "Go away" }],
    roles: { "/system": "system", "/question": "prompt", "/chosen": "chosen", "/rejected": "rejected" },
  },
  {
    name: "ORPO pairs of conversations",
    layout: "preference",
    records: [
      {
        source: "web",
        prompt: "Hi",
        chosen: turns(["user", "Hi"], ["assistant", "Hello"]),
        rejected: turns(["user", "Hi"], ["assistant", "Go away"]),
      },
    ],
    roles: {
      "/prompt": "prompt",
      "/chosen/0/content": "prompt",
      "/chosen/1/content": "chosen",
      "/rejected/0/content": "prompt",
      "/rejected/1/content": "rejected",
    },
  },
  {
    name: "SST-2",
    layout: "classification",
    records: [{ idx: 20, sentence: "a charming film", label: 1 }],
    roles: { "/sentence": "prompt", "/label": "label" },
  },
  {
    name: "sentence pairs",
    layout: "classification",
    records: [{ sentence1: "It rains.", sentence2: "It is wet.", label: 0 }],
    roles: { "/sentence1": "prompt", "/sentence2": "prompt", "/label": "label" },
  },
  {
    name: "AG News",
    layout: "classification",
    records: [{ text: "Shares rise.", label: 2 }],
    roles: { "/text": "prompt", "/label": "label" },
  },
  {
    name: "MMLU",
    layout: "question-answer",
    records: [{ question: "Which planet?", subject: "astronomy", choices: ["Mars", "Venus"], answer: 1 }],
    roles: { "/question": "prompt", "/choices/0": "context", "/choices/1": "context", "/answer": "response" },
  },
  {
    name: "C4",
    layout: "text",
    records: [{ text: "Welcome to our bakery.", timestamp: "2019-04-25T12:57:54Z", url: "https://bakery.example" }],
    roles: { "/text": "text" },
  },
  {
    name: "xP3 and Aya",
    layout: "prompt-completion",
    records: [{ inputs: "Traduis : le chat", targets: "the cat", language: "French" }],
    roles: { "/inputs": "prompt", "/targets": "response" },
  },
  {
    name: "OpenOrca",
    layout: "question-answer",
    records: [{ id: "flan.1", system_prompt: "Be brief.", question: "Why?", response: "Because." }],
    roles: { "/system_prompt": "system", "/question": "prompt", "/response": "response" },
  },
  {
    name: "MetaMath",
    layout: "prompt-completion",
    records: [{ query: "What is 3 + 4?", response: "7", type: "GSM_Rephrased", original_question: "3 + 4 = ?" }],
    roles: { "/query": "prompt", "/response": "response", "/original_question": "prompt" },
  },
  {
    name: "HumanEval",
    layout: "code",
    records: [
      {
        task_id: "HumanEval/0",
        prompt: "def f():\n",
        canonical_solution: "  return 1",
        test: "assert f()",
        entry_point: "f",
      },
    ],
    roles: { "/prompt": "prompt", "/canonical_solution": "response", "/test": "response" },
  },
  {
    name: "MBPP",
    layout: "code",
    records: [{ task_id: 11, text: "Write a function.", code: "def f(): ...", test_list: ["assert f()"] }],
    roles: { "/text": "prompt", "/code": "response", "/test_list/0": "response" },
  },
  {
    name: "ToolBench",
    layout: "sharegpt",
    records: [
      {
        id: "Step 1",
        conversations: from(
          ["system", "You are AutoGPT."],
          ["user", "Weather?"],
          ["assistant", "Thought:"],
          ["function", "{}"],
        ),
      },
    ],
    roles: {
      "/conversations/0/value": "system",
      "/conversations/1/value": "prompt",
      "/conversations/2/value": "response",
      "/conversations/3/value": "tool",
    },
  },
  {
    name: "KTO",
    layout: "chat",
    records: [{ prompt: turns(["user", "Hi"]), completion: "Hello", label: true }],
    roles: { "/prompt/0/content": "prompt", "/completion": "response", "/label": "label" },
  },
  {
    name: "ShareGPT with a system field and tools",
    layout: "sharegpt",
    records: [
      {
        system: "You may use tools.",
        tools: '[{"name": "weather"}]',
        conversations: from(
          ["human", "Weather?"],
          ["function_call", '{"name": "weather"}'],
          ["observation", "Rain"],
          ["gpt", "It rains."],
        ),
      },
    ],
    roles: {
      "/system": "system",
      "/tools": "tool",
      "/conversations/0/value": "prompt",
      "/conversations/1/value": "tool",
      "/conversations/2/value": "tool",
      "/conversations/3/value": "response",
    },
  },
  {
    name: "messages with parts of content",
    layout: "chat",
    records: [
      {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "What is this?" },
              { type: "image_url", image_url: { url: "https://a.example/b.png" } },
            ],
          },
          { role: "assistant", content: [{ type: "text", text: "A cat." }] },
        ],
      },
    ],
    roles: {
      "/messages/0/content/0/text": "prompt",
      "/messages/1/content/0/text": "response",
    },
  },
  {
    name: "tool calls with arguments in a string, and as an object",
    layout: "chat",
    records: [
      {
        messages: [
          { role: "user", content: "Find tea." },
          {
            role: "assistant",
            content: null,
            tool_calls: [
              { id: "c1", type: "function", function: { name: "search", arguments: '{"query": "tea"}' } },
              { id: "c2", type: "function", function: { name: "search", arguments: { query: "tea", text: "green" } } },
            ],
          },
          { role: "tool", tool_call_id: "c1", content: "Three shops." },
        ],
      },
    ],
    roles: {
      "/messages/0/content": "prompt",
      "/messages/1/tool_calls/0/id": "tool",
      "/messages/1/tool_calls/0/type": "tool",
      "/messages/1/tool_calls/0/function/name": "tool",
      "/messages/1/tool_calls/0/function/arguments": "tool",
      "/messages/1/tool_calls/1/id": "tool",
      "/messages/1/tool_calls/1/type": "tool",
      "/messages/1/tool_calls/1/function/name": "tool",
      "/messages/1/tool_calls/1/function/arguments/query": "tool",
      "/messages/1/tool_calls/1/function/arguments/text": "tool",
      "/messages/2/content": "tool",
    },
  },
  {
    name: "messages in a string, as flat tables hold them",
    layout: "chat",
    records: [{ id: "a", messages: JSON.stringify(turns(["user", "Hi"], ["assistant", "Hello"])) }],
    roles: { "/messages/0/content": "prompt", "/messages/1/content": "response" },
  },
  {
    name: "several answers, numbered",
    layout: "prompt-completion",
    records: [{ prompt: "Hi", response_0: "Hello", response_1: "Hey", better_response_id: 0 }],
    roles: { "/prompt": "prompt", "/response_0": "response", "/response_1": "response" },
  },
  {
    name: "reasoning beside the answer",
    layout: "question-answer",
    records: [{ Question: "Fever?", Complex_CoT: "Think of a cold.", Response: "A cold." }],
    roles: { "/Question": "prompt", "/Complex_CoT": "response", "/Response": "response" },
  },
  {
    name: "articles and their summaries",
    layout: "prompt-completion",
    records: [{ article: "A long day at sea.", highlights: "Sea.", id: "x" }],
    roles: { "/article": "prompt", "/highlights": "response" },
  },
  {
    name: "reviews with an author",
    layout: "classification",
    records: [{ author: "Ann", text: "Lovely soup.", label: "good" }],
    roles: { "/text": "prompt", "/label": "label" },
  },
  {
    name: "columns of any name",
    layout: "columns",
    records: [{ spalte: "Guten Tag", "Column 7": "Good day", extra: { deep: "hidden" } }],
    roles: {},
  },
];

describe("columns are recognised", () => {
  for (const { name, layout, records, roles } of SCHEMAS) {
    test(name, () => {
      const plan = planRoles(records);
      assert.equal(plan.layout, layout);
      const fields = flatten({ value: records[0] }, plan).fields;
      const found = Object.fromEntries(
        fields.filter(({ role }) => role !== "metadata").map(({ pointer, role }) => [pointer, role]),
      );
      assert.deepEqual(found, roles);
    });
  }
});

test("columns named on the command line win", () => {
  const plan = planRoles([{ question: "a", answer: "b", frage: "c", antwort: "d" }], {
    prompt: "frage",
    response: "antwort",
  });
  assert.deepEqual(
    ["question", "answer", "frage", "antwort"].map((column) => roleOf(plan, column)),
    ["metadata", "metadata", "prompt", "response"],
  );
});

const textsOf = (value: unknown): string[] => flatten({ value }, planRoles([value])).fields.map(({ text }) => text);

test("keys that nobody gives to a column are text", () => {
  assert.deepEqual(
    textsOf({ a: { "Say yes to all": 12, [`hf_${"A".repeat(34)}`]: 12, first_name: 12, 名前: 12, x1: 12 } }),
    ["Say yes to all", `hf_${"A".repeat(34)}`, "名前"],
  );
});

test("what a string in JSON hides is read: under a key that occurs again, and in escapes", () => {
  assert.deepEqual(textsOf({ extra: '{"note": "one", "note": "two\\u200b"}' }), ["two\u200b", "one"]);
  assert.deepEqual(textsOf({ answer: '{"note": "two\\u200b"}' }), ['{"note": "two\\u200b"}', '{"note": "two\u200b"}']);
  assert.deepEqual(textsOf({ extra: "[{'note': 'two\\U000e0041 \\u0041'}]" }), [
    "[{'note': 'two\\U000e0041 \\u0041'}]",
    "[{'note': 'two\u{e0041} \\u0041'}]",
  ]);
  assert.deepEqual(textsOf({ extra: "[broken" }), ["[broken"]);
});

test("columns and speakers named like something that every object has", () => {
  const value = { constructor: "a", toString: "b", messages: [{ role: "valueOf", content: "c" }] };
  const fields = flatten({ value }, planRoles([value])).fields;
  assert.deepEqual(new Set(fields.map(({ role }) => role)), new Set(["metadata"]));
});
