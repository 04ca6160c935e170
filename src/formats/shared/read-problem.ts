// How bad bytes inside a stream reach the report. A decompressor hands out chunks, not parts, so it throws a problem
// after the last good chunk; every reader of a stream yields what it has read and lets the problem pass to the engine.
import type { ProblemPart } from "../../core/format.ts";
import { problem } from "../../core/format.ts";

export class ReadProblem extends Error {
  override name = "ReadProblem";
  readonly problem: ProblemPart;
  constructor(part: ProblemPart) {
    super(part.message);
    this.problem = part;
  }
}

export const readProblem = (...args: Parameters<typeof problem>): ReadProblem => new ReadProblem(problem(...args));
