import { test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { memorySource } from "../../core/bytes.ts";
import type { DocumentPart, Format, Head, Part } from "../../core/format.ts";
import { LIMITS, type Limits } from "../../base/limits.ts";
import { card } from "../card.ts";
import { datasetInfos } from "../dataset-infos.ts";
import { json } from "../json.ts";
import { jsonl } from "../jsonl.ts";
import { notebook } from "../notebook.ts";
import { pointer } from "../pointer.ts";
import { python } from "../python.ts";
import { settings } from "../settings.ts";
import { text as plainText } from "../text.ts";
import { cpuSeconds } from "../../base/testing/cpu-clock.ts";

const documents: readonly Format[] = [card, datasetInfos, notebook, pointer, python, settings];
const headOf = (name: string, content: string | Uint8Array): Head => {
  const all = Buffer.from(content as Uint8Array);
  const bytes = all.subarray(0, LIMITS.headBytes);
  const base = name.slice(name.lastIndexOf("/") + 1).toLowerCase();
  return {
    bytes,
    text: bytes.toString("utf8").replace(/^\ufeff/, ""),
    extension: /\.[^.]*$/.exec(base)?.[0] ?? "",
    name: base,
    whole: bytes.length === all.length,
  };
};
/** The reader that the best guess chooses among documents and the readers of records closest to them. */
const winner = (name: string, content: string): string => {
  const ranked = [...documents, json, jsonl, plainText].map(({ id, sniff }) => ({
    id,
    score: sniff(headOf(name, content)),
  }));
  ranked.sort((a, b) => b.score - a.score);
  return (ranked[0]?.score ?? 0) > 0 ? (ranked[0]?.id ?? "") : "none";
};
const readAll = async (
  format: Format,
  name: string,
  content: string | Uint8Array,
  limits: Partial<Limits> = {},
): Promise<Part[]> => {
  const parts: Part[] = [];
  const context = { limits: { ...LIMITS, ...limits }, spool: () => Promise.reject(new Error("no spool")) };
  for await (const part of format.read(memorySource(name, Buffer.from(content as Uint8Array)), context))
    parts.push(part);
  return parts;
};
const docs = (parts: readonly Part[]): DocumentPart[] => parts.filter((part) => part.kind === "document");
const codes = (parts: readonly Part[]): string[] =>
  parts.flatMap((part) => (part.kind === "problem" ? [`${part.code} ${part.lost}`] : []));

const cells = [
  { cell_type: "markdown", metadata: {}, source: ["# Title\n", "text"] },
  {
    cell_type: "code",
    metadata: { note: "kept" },
    source: "import os",
    outputs: [
      { output_type: "stream", text: ["out\n"] },
      { output_type: "display_data", data: { "text/html": "<b>shown</b>", "image/png": "iVBORw0KGgo=" } },
    ],
  },
  { cell_type: "code", metadata: {}, source: ["%%bash\n", "ls"], outputs: [], hidden: "somewhere" },
];
const sampleNotebook = JSON.stringify({
  cells,
  metadata: { kernelspec: { name: "python3", language: "python" } },
  nbformat: 4,
  nbformat_minor: 5,
});
const sampleCard =
  "---\nlicense: mit\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: https://data.example.com/train.csv\n---\n# A set\n";
const samplePointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"4d7a2146".repeat(8)}\nsize 12345\n`;

test("the reader is chosen by content and name", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["load.py", "import os\n", "python"],
    ["load.py", '{"a": 1}\n{"b": 2}\nimport os\n', "python"],
    ["tool", "#!/usr/bin/env python3\nprint(1)\n", "python"],
    ["__init__.py", "", "python"],
    ["a.ipynb", sampleNotebook, "notebook"],
    ["a.json", sampleNotebook, "notebook"],
    ["README.md", sampleCard, "card"],
    ["notes.md", "# x", "card"],
    [".huggingface.yaml", "configs: []", "card"],
    ["dataset_infos.json", '{"default": {"features": {}}}', "dataset-infos"],
    ["dataset_info.json", '{"builder_name": "json"}', "dataset-infos"],
    ["train.jsonl", samplePointer, "pointer"],
    ["README.md", samplePointer, "pointer"],
    ["x.parquet", "# xet version 0\nfilesize = 12\nhash = 'ab'\n", "pointer"],
    ["config.json", '{"model_type": "llama", "hidden_size": 4}', "settings"],
    ["adapter_config.json", '{"r": 8}', "settings"],
    [
      "tokenizer.json",
      '{"version": "1.0", "added_tokens": [{"id": 0, "content": "<unk>"}, {"id": 1, "content": "<s>"}]}',
      "settings",
    ],
    [
      "tokenizer_config.json",
      JSON.stringify({
        chat_template: [
          { name: "default", template: "{{ messages }}".repeat(9) },
          { name: "tool", template: "x" },
        ],
      }),
      "settings",
    ],
    ["model.safetensors.index.json", '{"metadata": {}, "weight_map": {"a": "b"}}', "settings"],
    [".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n", "settings"],
    ["requirements.txt", "numpy==2\n", "settings"],
    ["LICENSE", "Apache License\n", "settings"],
    ["LICENSE.txt", "MIT License\n", "settings"],
    ["setup.sh", "echo 1\n", "settings"],
    ["pyproject.toml", "[project]\n", "settings"],
    ["index.html", "<!doctype html><html></html>", "settings"],
    // Data keeps its readers, whatever its name.
    ["train.json", '[{"instruction": "a", "output": "b"}]', "json"],
    ["train.jsonl", '{"text": "a"}\n{"text": "b"}\n', "jsonl"],
    ["config.json", '{"text": "a"}\n{"text": "b"}\n{"text": "c"}\n', "jsonl"],
    [
      "config.json",
      JSON.stringify(
        { model_type: "x", data: [{ text: "a sentence that is longer than any label would be" }, { text: "b" }] },
        null,
        1,
      ),
      "json",
    ],
    ["data.json", '{"data": [{"q": "a"}, {"q": "b"}]}', "json"],
    ["notes.txt", "one\ntwo\n", "text"],
    ["train.jsonl", `${samplePointer}${"x".repeat(2_000)}`, "text"],
  ];
  for (const [name, content, expected] of cases)
    assert.equal(winner(name, content), expected, `${name} ${content.slice(0, 40)}`);
});

test("binary data is no document", () => {
  const binary = Buffer.concat([Buffer.from([0, 1, 2, 3]), Buffer.from(samplePointer)]);
  for (const name of ["a.py", "README.md", "a.ipynb", "config.json", "a.sh", "dataset_infos.json"]) {
    for (const format of documents) assert.equal(format.sniff(headOf(name, binary)), 0, `${format.id} ${name}`);
  }
});

test("a program is one document; one in an encoding of its own is not taken for read", async () => {
  assert.deepEqual(await readAll(python, "a.py", "\ufeffimport os\n"), [
    { kind: "document", language: "python", text: "import os\n" },
  ]);
  for (const fine of [
    "# -*- coding: utf-8 -*-\n",
    "#!/usr/bin/python\n# vim: set fileencoding=latin_1 :\n",
    "x = 1\n# coding: rot13\n",
    "import a\n\n# coding: utf-7",
  ]) {
    assert.deepEqual(codes(await readAll(python, "a.py", fine)), [], fine);
  }
  for (const odd of [
    "# coding: utf-7\n+AGkAbQBwAG8-",
    "\n#coding=unicode_escape\n",
    "#!/usr/bin/python\r# -*- coding: rot13 -*-\n",
  ]) {
    assert.deepEqual(codes(await readAll(python, "a.py", odd)), ["encoding true"], odd);
  }
  const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("import os\n", "utf16le")]);
  assert.equal(docs(await readAll(python, "a.py", wide))[0]?.text, "import os\n");
  assert.deepEqual(codes(await readAll(python, "a.py", Buffer.from([0x23, 0xe9, 0x0a]))), ["encoding false"]);
});

test("a notebook's cells, outputs and hidden keys", async () => {
  const parts = await readAll(notebook, "a.ipynb", sampleNotebook);
  assert.deepEqual(codes(parts), []);
  assert.deepEqual(
    docs(parts).map(({ language, cell, text }) => [language, cell, text]),
    [
      ["markdown", 0, "# Title\ntext"],
      ["python", 1, "import os"],
      ["other", 1, "out\n\n<b>shown</b>\nkept"],
      ["shell", 2, "%%bash\nls"],
      ["other", 2, "somewhere"],
      ["other", undefined, "python3\npython"],
    ],
  );
  const old = JSON.stringify({
    nbformat: 3,
    worksheets: [
      {
        cells: [
          {
            cell_type: "code",
            input: ["a\n", "b"],
            language: "python",
            outputs: [{ output_type: "pyout", text: "c", png: "iVBO" }],
          },
        ],
      },
    ],
  });
  assert.deepEqual(
    docs(await readAll(notebook, "a.ipynb", old)).map(({ language, text }) => [language, text]),
    [
      ["python", "a\nb"],
      ["other", "c"],
    ],
  );
  const rust = JSON.stringify({
    cells: [{ cell_type: "code", source: "fn main() {}" }],
    metadata: { language_info: { name: "rust" } },
    nbformat: 4,
  });
  assert.deepEqual(
    docs(await readAll(notebook, "a.ipynb", rust)).map(({ language }) => language),
    ["other", "other"],
  );
});

test("a broken notebook is said to be, and searched all the same", async () => {
  const cut = sampleNotebook.slice(0, sampleNotebook.indexOf("%%bash") + 6);
  const parts = await readAll(notebook, "a.ipynb", cut);
  assert.deepEqual(codes(parts), ["malformed true"]);
  assert.ok(docs(parts).some(({ language, text }) => language === "python" && text === "import os"));
  assert.deepEqual(codes(await readAll(notebook, "a.ipynb", "{not json")), ["malformed true"]);
  assert.ok(docs(await readAll(notebook, "a.ipynb", "{not json")).some(({ text }) => text.includes("not json")));
  assert.deepEqual(codes(await readAll(notebook, "a.ipynb", '{"cells": 7, "nbformat": 4}')), ["malformed false"]);
  const twice = '{"cells": [{"cell_type": "code", "source": "first", "source": "second"}], "nbformat": 4}';
  const both = await readAll(notebook, "a.ipynb", twice);
  assert.deepEqual(codes(both), ["malformed false"]);
  assert.deepEqual(
    docs(both).map(({ text }) => text),
    ["first", "second"],
  );
});

test("a card's front matter is a value, its text stays whole", async () => {
  const [part] = docs(await readAll(card, "README.md", sampleCard));
  assert.equal(part?.language, "card");
  assert.equal(part?.text, sampleCard);
  const files = [{ split: "train", path: "https://data.example.com/train.csv" }];
  assert.deepEqual(part?.value, { license: "mit", configs: [{ config_name: "default", data_files: files }] });
  assert.equal(docs(await readAll(card, "data/README.md", "no front matter\n---\n"))[0]?.value, undefined);
  assert.equal(docs(await readAll(card, "notes.md", sampleCard))[0]?.language, "markdown");
  assert.deepEqual(docs(await readAll(card, ".huggingface.yaml", "a: 1\n"))[0]?.value, { a: 1 });
  assert.deepEqual(docs(await readAll(card, "README.md", "\n\n---  \r\na: 1\r\n---\r\n"))[0]?.value, { a: 1 });
  // Loaders end lines in more places than editors do.
  assert.deepEqual(docs(await readAll(card, "README.md", "---\u2028a: 1\u2028---\u2028text"))[0]?.value, { a: 1 });
});

test("hostile front matter costs little and is said to be broken", async () => {
  const bomb = `${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i},*a${i},*a${i}]`).join("\n")}`;
  const cases: readonly (readonly [string, string])[] = [
    [`a0: &a0 [x]\n${bomb}`, "malformed true"],
    ["? ".repeat(2_000), "malformed true"],
    ["{? ".repeat(500), "malformed true"],
    [`a: ${"[".repeat(20_000)}`, "malformed true"],
    ["a: [1, 2\nb", "malformed true"],
    ["a: b\n".repeat(200_000), "limit true"],
  ];
  for (const [yaml, expected] of cases) {
    const began = cpuSeconds();
    const parts = await readAll(card, "README.md", `---\n${yaml}\n---\n`);
    assert.deepEqual(codes(parts), [expected], yaml.slice(0, 30));
    assert.equal(docs(parts).length, 1);
    assert.ok(cpuSeconds() - began < 5, yaml.slice(0, 30));
  }
  const [odd] = docs(
    await readAll(card, "README.md", "---\n__proto__:\n  polluted: 1\nk: !!js/function x\nk: 2\n---\n"),
  );
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.match(JSON.stringify(odd?.value), /"k":2/);
});

test("a pointer is not looked at, and never clean", async () => {
  const parts = await readAll(pointer, "train.parquet", samplePointer);
  assert.deepEqual(codes(parts), ["pointer true"]);
  assert.match(JSON.stringify(parts[0]), /Git LFS pointer.*12345 bytes, digest 4d7a21464d7a/);
});

test("infos and settings carry their values", async () => {
  assert.deepEqual(docs(await readAll(datasetInfos, "dataset_infos.json", '{"default": {"splits": {}}}'))[0], {
    kind: "document",
    language: "infos",
    text: '{"default": {"splits": {}}}',
    value: { default: { splits: {} } },
  });
  assert.deepEqual(codes(await readAll(datasetInfos, "dataset_infos.json", '{"default": ')), ["malformed true"]);
  assert.deepEqual(codes(await readAll(datasetInfos, "dataset_infos.json", '{"a": 1, "a": 2}')), ["malformed false"]);
  assert.deepEqual(docs(await readAll(settings, "x/config.json", '{"a": 1}'))[0]?.value, { a: 1 });
  assert.equal(docs(await readAll(settings, "setup.sh", "ls"))[0]?.language, "shell");
  assert.deepEqual(docs(await readAll(settings, "config.yaml", "a: 1"))[0]?.value, { a: 1 });
  assert.equal(docs(await readAll(settings, "LICENSE", "text"))[0]?.language, "other");
});

test("a document longer than the limit is searched up to it, and said so", async () => {
  for (const [format, name, content] of [
    [python, "a.py", "# é".repeat(40)],
    [settings, "LICENSE", "é".repeat(60)],
    [card, "README.md", `${sampleCard}${"é".repeat(60)}`],
  ] as const) {
    for (const documentBytesMax of [100, 101]) {
      const parts = await readAll(format, name, content, { documentBytesMax });
      assert.ok(codes(parts).includes("limit true"), name);
      assert.ok(!codes(parts).includes("encoding false"), "a cut character is no other encoding");
      assert.ok((docs(parts)[0]?.text.length ?? 0) > 30);
    }
  }
});

test("any bytes give an answer", async () => {
  const samples: readonly (readonly [Format, string, string])[] = [
    [notebook, "a.ipynb", sampleNotebook],
    [card, "README.md", sampleCard],
    [pointer, "p", samplePointer],
    [python, "a.py", "# coding: x\nimport os"],
    [datasetInfos, "dataset_infos.json", '{"a": [1, {"b": "c"}]}'],
    [settings, "config.json", '{"a": [1, {"b": "c"}]}'],
  ];
  for (const [format, name, content] of samples) {
    const bytes = Buffer.from(content);
    for (let at = 0; at < bytes.length; at += 1 + Math.floor(bytes.length / 200)) {
      await readAll(format, name, bytes.subarray(0, at));
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 0xff;
      format.sniff(headOf(name, flipped));
      await readAll(format, name, flipped);
    }
  }
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.jsonValue(), async (bytes, value) => {
      for (const [format, name] of samples) {
        format.sniff(headOf(name, bytes));
        await readAll(format, name, bytes);
      }
      await readAll(
        notebook,
        "a.ipynb",
        JSON.stringify({
          cells: [value, { cell_type: "code", source: value, outputs: [value, { data: value }] }],
          metadata: value,
        }),
      );
      await readAll(card, "README.md", `---\n${JSON.stringify(value)}\n---\n`);
    }),
    { numRuns: 60 },
  );
});
