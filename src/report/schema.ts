// The JSON Schema (draft 2020-12) of `bezoar.report/v1`, published as docs/reference/report.schema.json. The order of
// its properties is the order of keys in a JSON report. Nothing beyond it is accepted, except where detectors speak for
// themselves: the evidence, further keys of a rule, and columns by role.
import { CONFIDENCES, SEVERITIES } from "../core/severity.ts";

export interface Schema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
}

export const text = (description: string): Schema => ({ type: "string", description });
export const whole = (description: string): Schema => ({ type: "integer", minimum: 0, description });
export const oneOf = (values: readonly string[], description: string): Schema => ({ enum: [...values], description });
export const list = (items: Schema, description: string): Schema => ({ type: "array", items, description });

/** An object: keys that end in `?` may be absent. */
export function object(
  description: string,
  shape: Readonly<Record<string, Schema>>,
  additional: boolean | Schema = false,
): Schema {
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  for (const [key, schema] of Object.entries(shape)) {
    const name = key.endsWith("?") ? key.slice(0, -1) : key;
    properties[name] = schema;
    if (name === key) required.push(name);
  }
  return { type: "object", description, properties, required, additionalProperties: additional };
}

const PROBLEM_CODES = [
  "empty",
  "unreadable",
  "unknown-format",
  "malformed",
  "malformed-record",
  "truncated",
  "encoding",
  "encrypted",
  "unsupported",
  "limit",
  "pointer",
  "link",
  "special-file",
  "corrupt",
  "bug",
];

const place = object("Where in the artifact.", {
  "record?": whole("Index of the record, from 0."),
  "lineNumber?": { type: "integer", minimum: 1, description: "Line, from 1." },
  "offset?": whole("Byte offset."),
  "member?": text("Name of a member of a container."),
});

const artifact = object("One file or document that was to be looked at.", {
  uri: text("Path as given, or URI."),
  kind: oneOf(["dataset", "model", "code", "card", "archive", "other"], "What it is."),
  format: text("Id of the reader, compressions first: `gzip+jsonl`. `unknown` where no reader fits."),
  "verdict?": oneOf(["pass", "fail", "undecided"], "Of this file alone, with everything in it."),
  bytes: whole("Size."),
  sha256: {
    type: ["string", "null"],
    pattern: "^[0-9a-f]{64}$",
    description: "Digest in hex; null where not all bytes were read.",
  },
  "records?": whole("Records in it, for a dataset."),
  "roles?": {
    type: "object",
    additionalProperties: { type: "string" },
    description: "How the columns were understood: column to role.",
  },
  "notes?": list({ type: "string" }, "What is worth knowing and lost nothing."),
  coverage: object("How much of it was searched.", {
    status: oneOf(["full", "partial", "none"], "`none` is not looked at, which is not the same as nothing found."),
    problems: list(
      object("What could not be looked at, or only after a repair.", {
        code: oneOf(PROBLEM_CODES, "Kind of problem."),
        message: text("What, where and what to do."),
        "at?": place,
      }),
      "Bad input, as data.",
    ),
  }),
});

const finding = object("One bad thing in one artifact, in however many records.", {
  id: { type: "string", pattern: "^[0-9a-f]{16}$", description: "Stable for the same detector, artifact and group." },
  detector: text("Id of the detector; `bezoar explain` tells more."),
  severity: oneOf(SEVERITIES, "The harm if it is true."),
  confidence: oneOf(CONFIDENCES, "How sure the detector is."),
  title: text("The detector's title."),
  message: text("One sentence, with what was found."),
  references: list({ type: "string" }, "MITRE ATLAS and ATT&CK, OWASP, CWE, URLs."),
  location: object("The first place.", {
    uri: text("The artifact."),
    "record?": whole("Index of the record, from 0."),
    "pointer?": text("RFC 6901 pointer into the record."),
    "start?": whole("UTF-16 offset in the field's text."),
    "end?": whole("UTF-16 offset in the field's text, exclusive."),
    "lineNumber?": { type: "integer", minimum: 1, description: "Line, from 1." },
    "member?": text("Name of a member of a container."),
    "offset?": whole("Byte offset."),
  }),
  "records?": object("The records it touches.", {
    count: { type: "integer", minimum: 1, description: "How many." },
    share: { type: "number", minimum: 0, maximum: 1, description: "Of the artifact's records." },
    sample: list(
      object("One of them.", {
        record: whole("Index of the record, from 0."),
        "pointer?": text("RFC 6901 pointer into the record."),
        excerpt: text("The text around the evidence, as it is in the artifact: escape it before showing it."),
      }),
      "The first few; `--records` writes all.",
    ),
  }),
  "rule?": object(
    "What a backdoor does, reconstructed.",
    { trigger: text("What the input holds."), target: text("What the answer becomes.") },
    true,
  ),
  "added?": { type: "boolean", description: "With `since`: all its records came since." },
  "evidence?": {
    type: "object",
    additionalProperties: { type: ["string", "number", "boolean"] },
    description: "Numbers and decoded text that a reviewer can check.",
  },
  "waived?": object("Set where a waiver covers it; it does not count against the verdict.", {
    reason: text("Why."),
    owner: text("Who answers for it."),
    expires: text("Last day, as YYYY-MM-DD."),
  }),
});

export const reportSchema: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:bezoar:report:v1",
  title: "Bezoar scan report",
  ...object("What `bezoar scan --format json` prints.", {
    schema: { const: "bezoar.report/v1" },
    tool: object("What made the report.", { name: { const: "bezoar" }, version: text("Its version.") }),
    verdict: oneOf(["pass", "fail", "undecided"], "`undecided`: not everything could be looked at."),
    reasons: list(
      object("Why the verdict is not a pass.", {
        code: oneOf(["finding", "coverage", "nothing-scanned", "policy", "waiver-expired"], "Kind of reason."),
        message: text("One sentence."),
      }),
      "Empty for a pass.",
    ),
    artifacts: list(artifact, "Everything that was to be looked at."),
    findings: list(finding, "Everything that was found."),
    "excluded?": list({ type: "string" }, "Files that `--exclude` left out."),
    "since?": object("The comparison with another revision that `--since` names.", {
      target: text("The other revision, as it was named."),
      records: whole("Records in it."),
      added: whole("Records that it does not hold and this one does."),
      removed: whole("Records that it holds and this one does not."),
      findings: list({ type: "string" }, "Ids of the findings all of whose records were added."),
      coverage: oneOf(["full", "partial"], "`partial`: not all of it could be read, and more seems added than was."),
    }),
    stats: object("How much work it was.", {
      records: whole("Records read."),
      flagged: whole("Distinct records with a finding at medium or above that no waiver covers."),
      bytes: whole("Bytes read."),
      seconds: {
        type: "number",
        minimum: 0,
        description: "Wall time; the only value that two equal scans may differ in.",
      },
    }),
  }),
};

export const renderReportSchema = (): string => `${JSON.stringify(reportSchema, null, 2)}\n`;
