// `bezoar.verify/v1`: what `verify`, `lock --check` and `log` print with --format json, for pins, signatures, claims and
// logs alike. Its JSON Schema is published as docs/reference/verify.schema.json.
import { verdictOfAll, type Check } from "../core/check.ts";
import { REFUSAL_CODES } from "../core/refusal.ts";
import { list, object, oneOf, text, whole, type Schema } from "./schema.ts";

export const renderChecksJson = (checks: readonly Check[]): string =>
  `${JSON.stringify({ schema: "bezoar.verify/v1", verdict: verdictOfAll(checks), checks }, null, 2)}\n`;

const VERDICTS = ["pass", "fail", "undecided"];
const hex = (description: string): Schema => ({ type: "string", pattern: "^[0-9a-f]{64}$", description });

const refusal = object("Why something is not what it should be; the gravest first.", {
  code: oneOf(Object.keys(REFUSAL_CODES), "Permanent; docs/reference/refusals.md."),
  message: text("What, where and what to do. Text from an artifact in it is quoted."),
  "path?": text("The file that it is about."),
});

const check = object("One thing that was asked about.", {
  target: text("What was checked, as it was named."),
  "entry?": text("The entry of the lockfile that it was checked against."),
  verdict: oneOf(VERDICTS, "Undecided: nothing is wrong with what could be read, and not all of it could."),
  "signer?": object("Who signed. Absent where no signature was asked for, or where none holds.", {
    type: oneOf(["key", "certificate", "keyless"], "How that is known."),
    name: text("The key's identifier, the certificate's subject, or the identity."),
    "issuer?": text("Who vouches for a keyless identity."),
  }),
  "root?": hex("The OMS root that was signed."),
  "bundleSha256?": hex("The signature, or the claims."),
  files: whole("Files that were compared."),
  "bytes?": whole("Bytes that were read for it, where they were counted."),
  refusals: list(refusal, "Why it is refused; of a signature the first thousand."),
  "refusalsLeftOut?": whole("How many more there were."),
  notes: list(text("What a reader should know although it does not count against it."), "Notes."),
});

export const verifySchema: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "bezoar.verify/v1",
  title: "Result of bezoar verify, lock --check and log",
  ...object("Is it what was pinned, signed, attested or logged.", {
    schema: { const: "bezoar.verify/v1" },
    verdict: oneOf(VERDICTS, "Of all checks. Of none: undecided."),
    checks: list(check, "One for each target."),
  }),
};

export const renderVerifySchema = (): string => `${JSON.stringify(verifySchema, null, 2)}\n`;
