// One file to scan, described so that it can be sent to another thread or machine: plain data, no handle, no secret.
// A worker rebuilds the bytes from it (`openSource` in sources).
import type { Problem } from "./problem.ts";

export type ArtifactLocation =
  | {
      readonly type: "file";
      readonly path: string;
      /** The path's bytes in base64, where they are not valid UTF-8 and `path` could not name the file. */
      readonly pathBytes?: string;
      /** What the file was when it was listed; opening another one in its place fails. */
      readonly version?: string;
    }
  | {
      readonly type: "http";
      readonly url: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly sizeBytes?: number;
      /** The validator every answer must carry. Absent: the first answer's is held to. */
      readonly etag?: string;
      /** True when the server is known to ignore ranges: forward reading only. */
      readonly sequential?: boolean;
      /** The Hub's token goes with it. The token itself stays in the environment of whoever opens the source. */
      readonly credential?: "hub";
    };

export interface ArtifactRef {
  readonly kind: "artifact";
  /** As reports name it. Unique within one resolution. */
  readonly uri: string;
  /** Path below the scanned root with `/` separators. Data: only readers of names (a card, a split) look at it. */
  readonly name: string;
  readonly sizeBytes?: number;
  readonly location: ArtifactLocation;
  /** What the place it comes from says about it. Claims, to compare with what is read. */
  readonly declared?: {
    /** Hex, from Git LFS. */
    readonly sha256?: string;
    /** The full commit. */
    readonly revision?: string;
    /** `datasets/owner/name`, `owner/name`, `spaces/owner/name`. */
    readonly repository?: string;
  };
}

/** Something at a target that cannot be scanned. */
export interface TargetProblem extends Problem {
  readonly kind: "problem";
  readonly uri: string;
}

/** Something left out on purpose, or worth knowing about a target. */
export interface TargetNote {
  readonly kind: "note";
  readonly uri: string;
  readonly message: string;
}

export type Target = ArtifactRef | TargetProblem | TargetNote;
