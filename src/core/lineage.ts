// What came from what: artifacts and runs as nodes, and edges that each say how they are known. A chain of them is as
// good as its weakest edge.

export const BASES = ["declared", "observed", "proven"] as const;
/** Somebody says so; Bezoar saw it in the bytes; somebody whom the user trusts signed it. */
export type Basis = (typeof BASES)[number];

export type ThingKind = "dataset" | "model" | "adapter" | "code" | "run" | "other";

/** An artifact or run as a document names it. Keys are identities (`hub:datasets/o/n@COMMIT`, `dir:HEX`, `sha256:HEX`,
 * `run:…`), the strongest first; without one it is known by its name alone. */
export interface Thing {
  readonly kind: ThingKind;
  readonly name: string;
  readonly keys: readonly string[];
}

export interface Link {
  /** What went in. */
  readonly from: Thing;
  /** What came out. */
  readonly to: Thing;
  /** `trained-on`, `base`, `adapter-of`, `quantised-from`, `merged-from`, `derived-from`, `input`, `output`. */
  readonly relation: string;
}

/** What a document says of lineage. */
export interface Facts {
  readonly format: string;
  readonly things: readonly Thing[];
  readonly links: readonly Link[];
}

/** Poisoned records that an artifact holds: as they are, and besides those nearly. */
export interface Carried {
  readonly exact: number;
  readonly near: number;
}

export interface LineageNode {
  readonly id: number;
  readonly kind: ThingKind;
  readonly name: string;
  /** Its strongest identity; absent where only its name is known. */
  readonly identity?: string;
  readonly records?: number;
  /** What the last scan said of it. */
  readonly verdict?: string;
  /** Steps from where the trace began; negative towards what it came from. */
  readonly depth: number;
  /** Reached only over edges at least this good. */
  readonly basis: Basis;
  /** Records of the poisoned set that it holds itself, as they are. */
  readonly carried?: number;
  /** And those that it holds nearly: other white space, case or punctuation, some other words, other fields beside. */
  readonly carriedNearly?: number;
}

export interface LineageEdge {
  readonly from: number;
  readonly to: number;
  readonly relation: string;
  readonly basis: Basis;
  /** Documents or observations that say so. */
  readonly because: string;
  /** Records that both hold, where that is what was observed. */
  readonly shared?: number;
  /** Records that both hold nearly, and not as they are: an estimate (docs/specs/record-sketch.md). */
  readonly near?: number;
}

export interface Lineage {
  /** What was asked for, as it was named. */
  readonly asked: string;
  readonly poisoned: boolean;
  readonly roots: readonly number[];
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  /** How much of the truth this can be, in sentences. */
  readonly completeness: readonly string[];
  /** A limit cut it short. */
  readonly cut: boolean;
}

export const weaker = (a: Basis, b: Basis): Basis => (BASES.indexOf(a) < BASES.indexOf(b) ? a : b);
