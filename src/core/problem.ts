// A problem is bad input, and data: it lands in the coverage of its artifact. Each code says what could not be looked
// at, or was looked at only after a repair; `partial` tells which.

export type ProblemCode =
  | "empty" // nothing to look at
  | "unreadable" // the file or URL could not be opened or read
  | "unknown-format" // content matches no reader
  | "malformed" // a structure is broken; what could be read was
  | "malformed-record" // single records are broken; their raw bytes were still searched
  | "truncated" // the bytes end too early
  | "encoding" // text is not in the encoding it claims; read with a fallback
  | "encrypted"
  | "unsupported" // a feature or codec of the format we do not read
  | "limit" // a named limit was crossed; the message names it
  | "pointer" // an LFS or Xet pointer stands where the content should be
  | "link" // a symbolic link that leaves the tree, or loops
  | "special-file" // a device, socket or pipe
  | "corrupt" // a checksum does not match
  | "bug"; // our own failure, caught at a unit's edge

export interface ProblemPlace {
  readonly record?: number;
  readonly lineNumber?: number;
  readonly offset?: number;
  readonly member?: string;
}

export interface Problem {
  readonly code: ProblemCode;
  /** What, where and what to do, in one or two sentences. Text from the input in it is already quoted by `quote`. */
  readonly message: string;
  readonly at?: ProblemPlace;
  /** True when bytes were left unsearched. False when everything was looked at all the same. */
  readonly lost: boolean;
}
