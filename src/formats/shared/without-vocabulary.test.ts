import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutVocabulary } from "./without-vocabulary.ts";

async function shortened(text: string, step: number): Promise<{ text: string; dropped: number }> {
  const bytes = Buffer.from(text);
  const { chunks, dropped } = withoutVocabulary(
    (async function* () {
      for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
    })(),
  );
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(Uint8Array.from(chunk));
  return { text: Buffer.concat(parts).toString("utf8"), dropped: dropped() };
}

test("vocabulary and merges are left out, everything else stays as it is", async () => {
  const value = {
    added_tokens: [{ id: 0, content: 'a "vocab": {x}' }],
    normalizer: { type: "Replace", pattern: { String: "merges" }, content: "{[" },
    model: {
      type: "BPE",
      vocab: { 'a"}': 0, "{": 1, "\\": 2 },
      merges: [
        ["a", "b"],
        ["]", "}"],
      ],
      unk: null,
    },
    decoder: { deep: { deeper: { deepest: { vocab: { kept: 1 } } } } },
  };
  const rest = { ...value, model: { ...value.model, vocab: {}, merges: [] } };
  for (const step of [1, 7, 10_000]) {
    const { text, dropped } = await shortened(JSON.stringify(value), step);
    assert.deepEqual(JSON.parse(text), rest);
    assert.equal(dropped, JSON.stringify(value).length - JSON.stringify(rest).length);
  }
  for (const text of ["", "{", '{"vocab": ', "]]]", '{"vocab"', '{"a": "vocab'])
    assert.equal((await shortened(text, 1)).text, text);
});
