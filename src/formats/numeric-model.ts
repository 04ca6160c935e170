// Models that are numbers and nothing else: gradient-boosted trees as CatBoost, LightGBM and XGBoost write them, the
// vocabularies of SentencePiece, word2vec and fastText. Known by their beginnings. Their loaders build trees and tables
// and have no way to run, import or open anything, so nothing more is read.
import { isUtf8 } from "node:buffer";
import type { Format, Head, Part } from "../core/format.ts";
import { first, fits } from "./model/protobuf.ts";

const startsWith =
  (text: string) =>
  (head: Head): boolean =>
    Buffer.from(head.bytes.buffer, head.bytes.byteOffset, Math.min(head.bytes.length, text.length)).toString(
      "latin1",
    ) === text;

/** sentencepiece_model.proto: pieces, with their texts and scores, then the settings of the trainer. */
function isSentencePiece({ bytes }: Head): boolean {
  const piece = first(bytes, 1);
  if (!piece || fits(bytes, false, { 1: 2, 2: 2, 3: 2, 4: 2, 5: 2 }) < 3) return false;
  return piece.length < 200 && fits(piece, true, { 1: 2, 2: 5, 3: 0 }) >= 1 && first(piece, 1) !== undefined;
}

/** Word2vec's binary form: how many words of how many numbers, then each word, a space and its numbers. */
function isWord2vec({ bytes }: Head): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizes = /^\d{1,10} (\d{1,5})\n/.exec(head.subarray(0, 20).toString("latin1"));
  const numbers = 4 * Number(sizes?.[1]);
  let at = sizes?.[0].length ?? head.length;
  for (let words = 0; words < 3; words++) {
    const space = head.indexOf(0x20, at);
    if (space <= at || space - at > 256 || !isUtf8(head.subarray(at, space))) return false;
    at = space + 1 + numbers;
    if (at >= head.length) return words > 0 || at === head.length;
    if (head[at] === 0x0a) at++;
  }
  return true;
}

const KINDS: readonly ((head: Head) => boolean)[] = [
  startsWith("CBM1"),
  startsWith("tree\nversion=v"),
  // XGBoost: the old binary form, and UBJSON whose first key is one of its own.
  (head) => startsWith("binf")(head) && !head.text.slice(0, 64).includes("\n"),
  (head) => /^\{L\0{6,7}.(?:learner|version)/s.test(Buffer.from(head.bytes.subarray(0, 32)).toString("latin1")),
  (head) => head.bytes.length > 8 && Buffer.from(head.bytes.subarray(0, 8)).readUInt32LE(0) === 793_712_314,
  isSentencePiece,
  isWord2vec,
];

async function* read(): AsyncGenerator<Part> {
  yield { kind: "model", loader: "other", operations: [], irregularities: [] };
}

export const numericModel: Format = {
  id: "numeric-model",
  title: "CatBoost, LightGBM, XGBoost, SentencePiece, word2vec or fastText model",
  spec: "https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto",
  extensions: [".cbm", ".ubj", ".xgb", ".lgb", ".spm"],
  yields: "model",
  sniff: (head) => (KINDS.some((is) => is(head)) ? 0.9 : 0),
  read,
};
