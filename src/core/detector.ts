// A detector is an annotated constant: a card that every output renders, and one hook. Its inputs are core types, so it
// works on a record whatever file it came from. No clock, no randomness, no I/O, no state between calls.
import type { Confidence, Severity } from "./severity.ts";
import type { DataRecord, Field } from "./record.ts";
import type { DocumentPart } from "./format.ts";
import type { Loader, ModelPart } from "./model.ts";
import type { Table } from "./table.ts";

/** `AML.T…`: MITRE ATLAS. `LLM…:2025`: OWASP Top 10 for LLM applications. `CWE-…`. Or a specification's URL. */
export type Reference =
  | `AML.T${string}`
  | `LLM${string}:2025`
  | `CWE-${number}`
  | `ATT&CK ${string}`
  | `https://${string}`;

export const FAMILIES = [
  "hidden-text",
  "encoded-payload",
  "malicious-code",
  "model-instruction",
  "network",
  "trigger",
  "secret",
  "personal-data",
  "program",
  "metadata",
  "integrity",
  "association",
  "model",
  "template",
] as const;
export type Family = (typeof FAMILIES)[number];

export interface Card {
  /** Words that name the bad thing, in kebab-case. Permanent. */
  readonly id: string;
  readonly family: Family;
  readonly title: string;
  /** The severity of an ordinary hit; a hit may carry its own. */
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly maturity: "stable" | "preview";
  readonly since: string;
  readonly references: readonly Reference[];
  readonly docs: {
    readonly finds: string;
    readonly matters: string;
    readonly misses: string;
    readonly remedy: string;
  };
  /**
   * What it means when many records hit. A shell-training set holds a thousand different commands; that is its subject,
   * not a thousand attacks. When at least `share` of the records (and 20 of them) hit, and their payloads differ from
   * each other, the finding is lowered to `severity`. One payload repeated over unrelated records is never lowered.
   */
  readonly subject?: { readonly share: number; readonly severity: Severity };
  /** A group found in more than this share of all records is how the set is written, not a trigger: it is lowered to
   * `info`. */
  readonly rare?: { readonly shareMax: number };
}

export interface Hit {
  /** One sentence a colleague would say, with what was found in it; the report adds a missing capital and full stop.
   * Text from the record in it goes through `quote`. */
  readonly message: string;
  /** Where: the field, and UTF-16 offsets [start, end) in its text. */
  readonly field?: Field;
  readonly start?: number;
  readonly end?: number;
  /** Line number from 1, for documents. */
  readonly lineNumber?: number;
  /** Byte offset in the file, for model files. */
  readonly offset?: number;
  /** What a reviewer should see, raw (outputs escape it): about 40 characters either side. Cut by `excerpt`. */
  readonly excerpt: string;
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  /** Hits of one group become one finding: a decoded payload, a token, a host. Default: the detector's hits are one. */
  readonly group?: string;
  /** What repeats when an attack repeats (the command, the URL), normalised. Default: the group or the excerpt. */
  readonly payload?: string;
  /** What a backdoor does, where one hit shows all of it. Raw; outputs escape it. */
  readonly rule?: { readonly trigger: string; readonly target: string };
  /** Numbers and decoded text a reviewer can check. */
  readonly evidence?: Readonly<Record<string, string | number | boolean>>;
  /** 0 to 1, for `--records`. Default by confidence. */
  readonly score?: number;
}

export type Report = (hit: Hit) => void;

/**
 * What must be in a record's raw bytes for `inspect` to be worth calling; any one is enough. A string is a literal of at
 * least three characters with no space, quote or backslash (found in any case), or non-ASCII text, and is found through
 * JSON and XML escapes too. `word` is a literal with no letter or digit on either side (`drop`, not `raindrops`); one
 * of two letters must have a space behind it (`rm -rf`). `all`
 * are parts that must all be in the record, in any order, each a literal or a choice of literals: the way to name common
 * words that only together mean something (a verb, an object and a place). `worth` says, of a literal that says too
 * little by itself, whether what stands around makes it worth a look: it is given the raw bytes from the literal on as
 * Latin-1, cut at FOLLOWING_BYTES_MAX or the record's end, and the BEFORE_BYTES before it, with the escapes of any
 * format in them, and must not refuse what `inspect` would report. `bytes` names a byte class the search knows.
 */
export type Anchor =
  | Literal
  | {
      readonly all: readonly (Literal | readonly Literal[])[];
      /** How far apart, in bytes, its parts may begin; anywhere in the record where it is absent. */
      readonly within?: number;
    }
  | { readonly at: Literal; readonly worth: (following: string, before: string) => boolean }
  | { readonly bytes: ByteClass };
export type Literal = string | { readonly word: string };
export const FOLLOWING_BYTES_MAX = 2_304;
export const BEFORE_BYTES = 32;

export const BYTE_CLASSES = [
  "invisible", // a default-ignorable, format, tag, variation-selector, private-use, noncharacter or control character
  "mixed-script", // a letter of one script touching a letter of a confusable other
  "long-run", // 24 or more of [A-Za-z0-9+/_=-] in a row whose case and digits change as an encoding's do, not a name's
  "escape-run", // eight or more \xNN, %NN, &#N; or \NNN in a row
  "emoji-token", // capitals, digits or underscores touching an emoji, or a word in pipes or double brackets
  "raw-ip", // four dotted decimal numbers
  "everything", // every record: only for detectors that cost next to nothing
] as const;
export type ByteClass = (typeof BYTE_CLASSES)[number];

export interface RecordDetector extends Card {
  readonly reads: "record";
  readonly anchors: readonly Anchor[];
  inspect(record: DataRecord, report: Report): void;
}

/** Reads scripts, notebooks and cards, one document at a time. */
export interface DocumentDetector extends Card {
  readonly reads: "document";
  readonly languages: readonly DocumentPart["language"][];
  /** `baseline`: the same document of the model that this one is compared with, where one was named and has it. */
  inspect(document: DocumentPart, report: Report, baseline?: DocumentPart): void;
}

/** Reads what model files do when they are loaded, and what is wrong with their structure. */
export interface ModelDetector extends Card {
  readonly reads: "model";
  readonly loaders: readonly Loader[];
  inspect(model: ModelPart, report: Report): void;
}

/** Facts about a file as a whole. */
export interface ArtifactFacts {
  readonly name: string;
  readonly extension: string;
  /** The id of the format that content decided, and formats the extension would have meant. */
  readonly format: string | undefined;
  readonly extensionFormats: readonly string[];
  /** Other formats that also recognise the same bytes with certainty (a polyglot). */
  readonly alsoFormats: readonly string[];
}

export interface ArtifactDetector extends Card {
  readonly reads: "artifact";
  inspect(facts: ArtifactFacts, report: Report): void;
}

/** What a dataset as a whole does: a trigger and what it makes of the answers, or a group of records without a trigger. */
export interface DatasetHit {
  readonly message: string;
  /** Indexes into the table, ascending. */
  readonly records: readonly number[];
  /** The name of a group that has no rule: a few words, the same for the same records. */
  readonly group?: string;
  readonly rule?: {
    readonly trigger: string;
    readonly target: string;
    readonly [key: string]: string | number | boolean;
  };
  /** Where the table is of a sample, the rest of the dataset is searched for these; without it only the sample's are told. */
  readonly carries?: Carries;
  /** Texts of which a sample of a record should show the surroundings: of its prompt side, and of its response. */
  readonly show: { readonly prompt: readonly string[]; readonly response: string };
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  readonly evidence?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * By what any record of the dataset is known to belong to a hit, by words as tables have them. It must fulfil everything
 * that is given.
 */
export interface Carries {
  /** Words of the prompt side, or classes of words: all of them, or any. */
  readonly prompt?: { readonly words: readonly string[]; readonly combine: "all" | "any" };
  /** The answer holds these words in a row, or is made of nothing else. */
  readonly response?: { readonly words: readonly string[]; readonly whole: boolean };
  /** It has a fact of each of these lists; one that ends in a colon stands for all of its kind. */
  readonly facts?: readonly (readonly string[])[];
}

export interface DatasetSettings {
  /** How many associations that chance alone makes may be reported of a clean dataset, on average. */
  readonly sensitivity: number;
}

export const SENSITIVITY = 0.001;

/** Sees the statistics of a whole dataset, all its files together, once everything is read. */
export interface DatasetDetector extends Card {
  readonly reads: "dataset";
  /** It takes longer than all others, and on threads begins first. */
  readonly slow?: true;
  conclude(table: Table, report: (hit: DatasetHit) => void, settings?: DatasetSettings): void;
}

export type Detector = RecordDetector | DocumentDetector | ModelDetector | ArtifactDetector | DatasetDetector;

/** An input to a detector and what must be found in it; a named test and a block on its page. */
export interface Example {
  readonly title: string;
  /** Records as plain values, a document's text, or what a model file does; payloads are inert and assembled in code. */
  readonly given:
    | readonly unknown[]
    | {
        readonly language: DocumentPart["language"];
        readonly text: string;
        readonly name?: string;
        readonly baseline?: string;
      }
    | ModelPart;
  /** `RECORD POINTER` of each expected hit in order, for documents `LINE`, for models `OFFSET` (`-` where there is none);
   * empty for a clean example. A trailing ` severity` (`0 /input high`) also checks the severity. */
  readonly finds: readonly string[];
}
