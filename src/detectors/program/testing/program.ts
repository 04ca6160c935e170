// Short programs for examples. Harmless to keep: they go nowhere, since every address is one of documentation.
import type { Example } from "../../../core/detector.ts";

export const python = (title: string, finds: readonly string[], ...lines: readonly string[]): Example => ({
  title,
  given: { language: "python", text: `${lines.join("\n")}\n` },
  finds,
});

export const shell = (title: string, finds: readonly string[], ...lines: readonly string[]): Example => ({
  title,
  given: { language: "shell", text: `${lines.join("\n")}\n` },
  finds,
});

/** A loading script of the ordinary kind, 23 lines; `extra` stands in its example generator, from line 21. */
export const builder = (...extra: readonly string[]): string[] => [
  "import csv",
  "import json",
  "import os",
  "",
  "import datasets",
  "",
  '_URL = "https://data.example.com/questions.zip"',
  "",
  "class Questions(datasets.GeneratorBasedBuilder):",
  "    def _info(self):",
  '        return datasets.DatasetInfo(features=datasets.Features({"text": datasets.Value("string")}))',
  "",
  "    def _split_generators(self, dl_manager):",
  "        folder = dl_manager.download_and_extract(_URL)",
  '        return [datasets.SplitGenerator(name="train", gen_kwargs={"path": os.path.join(folder, "train.jsonl")})]',
  "",
  "    def _generate_examples(self, path):",
  '        with open(path, encoding="utf-8") as lines:',
  "            for key, line in enumerate(lines):",
  "                yield key, json.loads(line)",
  ...extra.map((line) => `        ${line}`),
];
