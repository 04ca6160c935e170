// Files and addresses that a model names and its loader opens: tensors that lie in other files, vocabularies, assets,
// linked data sets. One that lies beside the model belongs to it; one elsewhere reads the machine that loads the model.
import type { ModelDetector } from "../../core/detector.ts";
import type { Loader, Operation } from "../../core/model.ts";
import type { Severity } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";
import { PLACE_WORDS, placeOf } from "./place.ts";

export const outsideFile: ModelDetector = {
  id: "outside-file",
  family: "model",
  reads: "model",
  loaders: ["keras", "tensorflow", "onnx", "other"],
  title: "Model that opens a file or address elsewhere",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: [
    "CWE-22",
    "CWE-73",
    "CWE-918",
    "https://nvd.nist.gov/vuln/detail/CVE-2022-25882",
    "https://nvd.nist.gov/vuln/detail/CVE-2024-27318",
  ],
  docs: {
    finds:
      "Names of files that are absolute, climb out of the model's folder, lie on a device or are addresses: external data of ONNX tensors at any depth, vocabularies and other file arguments of Keras layers, assets of SavedModels, external links, data sets and virtual sources in HDF5 (high). A link to a file beside the model is told at low where its format seldom uses one.",
    matters:
      "The loader reads the file with the rights of the process: secrets become weights and leave with the outputs, or a request goes to an address of the attacker's.",
    misses: "A file beside the model that is itself a link to elsewhere.",
    remedy: "Do not load the model. Have it saved again with its data inside or beside it.",
  },
  inspect({ loader, operations }, report) {
    for (const operation of operations) {
      if (operation.use !== "path" && operation.use !== "url") continue;
      const judged = judge(operation, loader);
      if (!judged) continue;
      const { name, text, offset } = operation;
      const [owner = "", key = ""] = operation.arguments.map((given) => (given.kind === "text" ? given.text : ""));
      const who = owner === "" ? "The model" : `${quote(owner)}${key === "" || key === LINK ? "" : `, ${quote(key)},`}`;
      report({
        ...(offset === undefined ? {} : { offset }),
        severity: judged.severity,
        message: `${who} opens ${quote(name)}, ${judged.what}.`,
        excerpt: text,
        group: name.slice(0, 200),
      });
    }
  },
};

/** Keys under which a layer takes a file, or a call its arguments. */
const FILE_KEYS =
  /^(?:vocab\w{0,20}|\w{0,20}file\w{0,8}|\w{0,20}path|\w{0,20}dir|directory|origin|fname|ur[li]|args|kwargs|inbound_nodes|proto|merges)$/;

/** The key of links and data sets that a format of data lays into other files. */
const LINK = "link";

function judge(
  { use, name, arguments: given }: Operation,
  loader: Loader,
): { severity: Severity; what: string } | undefined {
  const place = placeOf(name);
  const key = given[1]?.kind === "text" ? given[1].text : "";
  if (place !== "beside") {
    const meant = loader !== "keras" || key === "" || key === LINK || FILE_KEYS.test(key);
    return { severity: meant ? "high" : "medium", what: PLACE_WORDS[place] };
  }
  // Keras writes its weights into the file itself.
  if (key === LINK && loader === "keras") return { severity: "high", what: "where Keras keeps nothing outside" };
  if (key === LINK) return { severity: "low", what: "a file beside the model" };
  return loader === "keras" && use === "path"
    ? { severity: "medium", what: "a file that does not lie in the archive" }
    : undefined;
}
