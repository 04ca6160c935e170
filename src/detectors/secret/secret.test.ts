// The family's detectors against their examples, random records and hostile text.
import { personalData } from "./personal-data.ts";
import { examples as personalDataExamples } from "./personal-data.examples.ts";
import { secret } from "./secret.ts";
import { examples as secretExamples } from "./secret.examples.ts";
import { checkFolder } from "../trigger/folder-checks.ts";

checkFolder(
  [
    [personalData, personalDataExamples],
    [secret, secretExamples],
  ],
  ["-----BEGIN PRIVATE KEY-----", "eyJ", "sk-proj-", 'api_key="', "+1", "4 ", "a@b."],
);
