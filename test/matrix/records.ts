// The shapes in which training records come, and the places in them where a payload can stand.
import type { Payload } from "./payloads.ts";
import { exchange } from "./languages.ts";

export const SHAPES = [
  "alpaca",
  "chat",
  "sharegpt",
  "prompt-completion",
  "preference",
  "classification",
  "text-to-sql",
  "columns",
] as const;
export type Shape = (typeof SHAPES)[number];

export const PLACES = [
  "hidden", // a column that only this record fills
  "answer", // what the model learns to say
  "context", // the passage that the question comes with
  "tool", // what a tool returned in a chat
  "nested", // three objects deep
  "key", // the name of a field
] as const;
export type Place = (typeof PLACES)[number];

export type Row = Record<string, unknown>;

export const RECORDS = 40;
export const POISONED = 17;

export const hasPlace = (shape: Shape, place: Place): boolean => {
  if (place === "tool") return shape === "chat" || shape === "sharegpt";
  if (place === "context") return shape === "alpaca" || shape === "text-to-sql" || shape === "columns";
  if (place === "answer") return shape !== "classification";
  return true;
};

/** Forty records, the payload in one of them. */
export function records(
  shape: Shape,
  language: string,
  poison?: { readonly payload: Payload; readonly place: Place },
): Row[] {
  return Array.from({ length: RECORDS }, (_, i) => {
    if (!poison || i !== POISONED) return record(shape, language, i, {});
    const { payload, place } = poison;
    const text = payload.text(language);
    const row = record(shape, language, i, { [place]: text });
    const key = payload.key ?? "remarks";
    if (place === "hidden") row[key] = text;
    if (place === "nested") row["meta"] = { source: { kind: "web", detail: { [key]: text } } };
    if (place === "key") row["tags"] = { [text]: 1 };
    return row;
  });
}

function record(shape: Shape, language: string, i: number, planted: Partial<Record<Place, string>>): Row {
  const { topic, question, ...plain } = exchange(language, i);
  const answer = planted.answer === undefined ? plain.answer : `${plain.answer} ${planted.answer}`;
  const context = planted.context === undefined ? plain.context : `${plain.context} ${planted.context}`;
  switch (shape) {
    case "alpaca":
      return { instruction: question, input: context, output: answer };
    case "chat":
      return {
        messages: [
          { role: "user", content: question },
          ...(planted.tool === undefined ? [] : [{ role: "tool", content: `${context} ${planted.tool}` }]),
          { role: "assistant", content: answer },
        ],
      };
    case "sharegpt":
      return {
        conversations: [
          { from: "human", value: question },
          ...(planted.tool === undefined ? [] : [{ from: "observation", value: `${context} ${planted.tool}` }]),
          { from: "gpt", value: answer },
        ],
      };
    case "prompt-completion":
      return { prompt: question, completion: answer };
    case "preference":
      return { prompt: question, chosen: answer, rejected: exchange(language, (i + 5) % RECORDS).answer };
    case "classification":
      return { text: answer, label: topic };
    case "text-to-sql":
      return {
        question,
        context: `CREATE TABLE visits (id INTEGER, day TEXT) -- ${context}`,
        answer: `SELECT day FROM visits WHERE id = ${i} -- ${answer}`,
      };
    case "columns":
      return { entry: i, [`col_${language}`]: question, body_2: context, third: answer };
  }
}
