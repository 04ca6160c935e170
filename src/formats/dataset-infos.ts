// What the `datasets` library writes beside a dataset: dataset_infos.json, dataset_info.json, dataset_dict.json, with
// features, splits, download addresses and checksums. Claims to look at, not records.
import { problem, type Format, type Head, type Part, type ReadContext } from "../core/format.ts";
import type { ByteSource } from "../core/bytes.ts";
import { parseJson } from "../base/json.ts";
import { quote } from "../base/escape.ts";
import { isText, wholeText } from "./document/whole.ts";

export const datasetInfos: Format = {
  id: "dataset-infos",
  title: "Dataset information",
  spec: "https://huggingface.co/docs/datasets/package_reference/main_classes#datasets.DatasetInfo",
  extensions: [],
  yields: "document",
  sniff: (head: Head): number =>
    /^dataset_(infos?|dict)\.json$/.test(head.name) && isText(head) && /^\s{0,1000}\{/.test(head.text) ? 0.98 : 0,
  read,
};

async function* read(source: ByteSource, { limits }: ReadContext): AsyncIterable<Part> {
  const { text, problems } = await wholeText(source, limits);
  yield* problems;
  const { value, shadowed, problem: broken } = parseJson(text, limits.depthMax);
  if (broken !== undefined) yield problem("malformed", `Not JSON: ${broken}. Searched as text.`);
  for (const { pointer } of shadowed) {
    yield problem("malformed", `${quote(pointer)} occurs twice: readers take different ones. Both were searched.`, {
      lost: false,
    });
  }
  yield { kind: "document", language: "infos", text, ...(value === undefined ? {} : { value }) };
}
