// What the pickle reader makes of bytes in memory, for tests.
import type { Irregularity, ModelPart, Operation } from "../../../core/model.ts";
import { memorySource } from "../../../core/bytes.ts";
import { LIMITS } from "../../../base/limits.ts";
import { pickle } from "../../pickle.ts";

export interface Reading {
  readonly models: ModelPart[];
  readonly operations: Operation[];
  readonly irregularities: Irregularity[];
  readonly problems: string[];
  readonly members: string[];
  /** Operations as text. */
  readonly said: string[];
}

export async function readingOf(bytes: Uint8Array): Promise<Reading> {
  const reading: Reading = { models: [], operations: [], irregularities: [], problems: [], members: [], said: [] };
  const spool = (): Promise<never> => Promise.reject(new Error("a source in memory is never spooled"));
  for await (const part of pickle.read(memorySource("model.pkl", bytes), { limits: LIMITS, spool })) {
    if (part.kind === "model") {
      reading.models.push(part);
      reading.operations.push(...part.operations);
      reading.irregularities.push(...part.irregularities);
      reading.said.push(...part.operations.filter(({ use }) => use !== "import").map(({ text }) => text));
    } else if (part.kind === "problem") reading.problems.push(part.code);
    else if (part.kind === "member") reading.members.push(part.name);
  }
  return reading;
}
