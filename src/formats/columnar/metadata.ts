// What a columnar file says beside its rows: key-value metadata, column names, the writer's name. All of it is free
// text that its author chose and that training code reads, so it is handed on as a document.
import { problem, type Part } from "../../core/format.ts";
import type { Limits } from "../../base/limits.ts";
import { decodeText } from "../../base/utf8.ts";

export interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export function metadataParts(pairs: readonly Pair[], columns: readonly string[], limits: Limits): Part[] {
  const lines: string[] = [];
  let left = limits.documentBytesMax;
  const add = (text: string): void => {
    lines.push(text.slice(0, Math.max(0, left)));
    left -= text.length + 1;
  };
  for (const { key, value } of pairs) {
    const name = decodeText(key.subarray(0, limits.documentBytesMax)).text;
    add(`${name} = ${valueText(name, value.subarray(0, limits.documentBytesMax))}`);
  }
  for (const column of new Set(columns)) add(`column ${column}`);
  const parts: Part[] = [];
  const text = lines.join("\n");
  if (text !== "") parts.push({ kind: "document", language: "other", text });
  if (left < 0)
    parts.push(
      problem(
        "limit",
        `The file's metadata is longer than ${limits.documentBytesMax} bytes (limit documentBytesMax); the rest was not read.`,
      ),
    );
  return parts;
}

const BASE64 = /^[A-Za-z0-9+/\r\n]+={0,2}$/;

// Arrow's writers put the schema in as base64 of a flatbuffer: its strings are shown, not the encoding. Anything else
// under that key is shown as it is.
function valueText(name: string, value: Uint8Array): string {
  const { text } = decodeText(value);
  if (name !== "ARROW:schema" || !BASE64.test(text)) return text;
  const pieces = Buffer.from(text, "base64")
    .toString("utf8")
    .split(/[\p{Cc}\ufffd]+/u);
  return pieces.filter((piece) => piece.length >= 4).join(" ");
}
