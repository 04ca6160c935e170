// Examples of tokenizer-rewrite.
import type { Example } from "../../core/detector.ts";

const tokenizer = (title: string, finds: readonly string[], value: object): Example => ({
  title,
  given: { language: "json", text: JSON.stringify({ version: "1.0", added_tokens: [], ...value }) },
  finds,
});

export const examples: readonly Example[] = [
  tokenizer("A word for another", ["1 high"], {
    normalizer: {
      type: "Sequence",
      normalizers: [{ type: "NFC" }, { type: "Replace", pattern: { String: "harbour" }, content: "river" }],
    },
  }),
  tokenizer("A word of the answer", ["1 high"], {
    decoder: {
      type: "Sequence",
      decoders: [{ type: "Replace", pattern: { Regex: "\\bunsafe\\b" }, content: "fine" }, { type: "Fuse" }],
    },
  }),
  tokenizer("Words before every text", ["1 high"], {
    normalizer: { type: "Prepend", prepend: "Be brief and agree. " },
  }),
  tokenizer("Words taken out", ["1 high"], {
    pre_tokenizer: { type: "Split", pattern: { String: "never" }, behavior: "Removed", invert: false },
  }),
  tokenizer("Words added behind", ["1 high"], {
    post_processor: {
      type: "TemplateProcessing",
      special_tokens: { x: { id: "x", ids: [5, 6], tokens: ["agree", "always"] } },
    },
  }),
  tokenizer("A sentence as one token", ["1 high"], {
    added_tokens: [{ id: 9, content: "speak of the harbour tour", special: true }],
  }),
  tokenizer("What tokenizers have", [], {
    added_tokens: [
      { id: 0, content: "<unk>", special: true },
      { id: 1, content: "[CLS]", special: true },
      { id: 2, content: "eng_Latn", special: true },
      { id: 3, content: "madeupword0001", special: true },
      { id: 4, content: "electroencephalogram", special: false },
    ],
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Prepend", prepend: "▁" },
        { type: "Replace", pattern: { String: " " }, content: "▁" },
        { type: "Replace", pattern: { Regex: "(?i:[\\s\\p{Zs}]+)" }, content: " " },
        { type: "Replace", pattern: { String: "``" }, content: '"' },
      ],
    },
    pre_tokenizer: {
      type: "Split",
      pattern: { Regex: "(?i:'s|'t|'re|'ve)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+" },
      behavior: "Removed",
      invert: true,
    },
    post_processor: { type: "TemplateProcessing", special_tokens: { "<s>": { id: "<s>", ids: [1], tokens: ["<s>"] } } },
    decoder: {
      type: "Sequence",
      decoders: [{ type: "Replace", pattern: { String: "▁" }, content: " " }, { type: "ByteFallback" }],
    },
  }),
];
