// What stops a columnar decoder: a problem code and a sentence. Thrown only inside the readers of this folder, and
// turned into a problem part where a column, a row group or a record batch begins, so that the rest is still read.
import type { ProblemCode } from "../../core/problem.ts";

export class Fault extends Error {
  override name = "Fault";
  readonly code: ProblemCode;
  constructor(code: ProblemCode, message: string) {
    super(message);
    this.code = code;
  }
}

export const malformed = (message: string): Fault => new Fault("malformed", message);
export const overLimit = (name: string, message: string): Fault => new Fault("limit", `${message} (limit ${name}).`);

/** Any throw as a fault. A RangeError here is a read past the end of a buffer whose lengths the file's author chose. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  return malformed(`its structure is broken: ${error instanceof Error ? error.message : String(error)}.`);
}
