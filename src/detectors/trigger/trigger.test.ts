// The family's detectors against their examples, random records and hostile text.
import { sentinelToken } from "./sentinel-token.ts";
import { examples as sentinelTokenExamples } from "./sentinel-token.examples.ts";
import { triggerField } from "./trigger-field.ts";
import { examples as triggerFieldExamples } from "./trigger-field.examples.ts";
import { checkFolder } from "./folder-checks.ts";

checkFolder(
  [
    [sentinelToken, sentinelTokenExamples],
    [triggerField, triggerFieldExamples],
  ],
  ["\u{1f6a8}A_", "|A", "[[A", "A_", "%%A", "<<A B "],
);
