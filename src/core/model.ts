// What a model file would do when a program loads it, and what its structure has that no honest writer makes. Readers
// state facts here and judge nothing; detectors judge them and know no bytes. Texts and settings that a model carries
// (a chat template, a configuration) are not here: they are documents.

/** An operand, as far as it is known without running anything. */
export type Argument =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "number"; readonly value: number }
  /** A name that is looked up when the file is loaded. `module` is "" where the loader has but one space of names. */
  | { readonly kind: "global"; readonly module: string; readonly name: string }
  /** What the operation of this index, in the same part, gives. */
  | { readonly kind: "result"; readonly of: number }
  /** Anything else, as a reader would write it in Python. */
  | { readonly kind: "other"; readonly text: string };

/** One thing that loading the file does. */
export interface Operation {
  /**
   * `import`: a name is looked up. `call`: it is called. `new`: an object of it is made without calling it. `state`: its
   * object is given a state. `patch`: what a name stands for is itself changed. `op`: a node of a computation graph. `layer`: a class that a configuration
   * names. `code`: code that the file holds is run. `path`, `url`: a file or an address is opened.
   */
  readonly use: "import" | "call" | "new" | "state" | "patch" | "op" | "layer" | "code" | "path" | "url";
  /** Python's module, where there is one: `os`. */
  readonly module?: string;
  /** What is used, as its loader names it: `system`, `Lambda`, `WriteFile`, `../weights.bin`. */
  readonly name: string;
  /** The index of the operation whose result is called, where no name is. */
  readonly callee?: number;
  /** How, where it matters: a state by `__setstate__`, `__setitem__`, `extend`, `update`; an object by `_reconstructor`. */
  readonly method?: string;
  /** Operands in order, a bounded number of them. */
  readonly arguments: readonly Argument[];
  /** The operation as a person would write it: `os.system("id")`. Raw and bounded; outputs escape it. */
  readonly text: string;
  /** Byte offset in the file; where the operation stands in a text, its line is `lineNumber`, from 1. */
  readonly offset?: number;
  readonly lineNumber?: number;
  /** Equal operations that this one stands for; 1 where absent. */
  readonly count?: number;
}

/** A fact about the structure: bytes that two parts share, a name that stands twice, a count that cannot be. */
export interface Irregularity {
  /** Words in kebab-case, of its format's own vocabulary: `tensors-overlap`, `duplicate-key`. Detectors grade by it. */
  readonly code: string;
  /** One sentence that states the fact. Text from the file in it goes through `quote`. */
  readonly message: string;
  readonly offset?: number;
  /** Numbers a reviewer can check. */
  readonly values?: Readonly<Record<string, string | number | boolean>>;
}

/** A model file, or the part of it that one reader understands; a file may give several. */
export interface ModelPart {
  readonly kind: "model";
  /** Who loads it: decides which list of ordinary names applies. */
  readonly loader: Loader;
  readonly operations: readonly Operation[];
  readonly irregularities: readonly Irregularity[];
}

export const LOADERS = [
  "pickle",
  "torchscript",
  "keras",
  "tensorflow",
  "onnx",
  "gguf",
  "safetensors",
  "archive",
  "other",
] as const;
export type Loader = (typeof LOADERS)[number];
