// Python programs: loading scripts and whatever else lies beside a dataset. Read as text; never run, never imported. What
// loads a dataset runs a script for its name, so the name decides here, however much the first lines look like data.
import { problem, type Format, type Head, type Part, type ReadContext } from "../core/format.ts";
import type { ByteSource } from "../core/bytes.ts";
import { quote } from "../base/escape.ts";
import { isText, wholeText } from "./document/whole.ts";

export const python: Format = {
  id: "python",
  title: "Python program",
  spec: "https://docs.python.org/3/reference/lexical_analysis.html",
  extensions: [".py", ".pyw"],
  yields: "document",
  sniff(head: Head): number {
    if (!isText(head)) return 0;
    if (head.extension === ".py" || head.extension === ".pyw") return 0.98;
    return /^#![^\n]{0,100}\bpython/.test(head.text) ? 0.98 : 0;
  },
  read,
};

async function* read(source: ByteSource, { limits }: ReadContext): AsyncIterable<Part> {
  const { text, problems } = await wholeText(source, limits);
  yield* problems;
  const codec = declaredCodec(text);
  if (codec !== undefined && !READ_CODECS.has(codec)) {
    // A program may name its own encoding (PEP 263). Under utf-7 or unicode_escape, what looks like a comment is code.
    yield problem(
      "encoding",
      `The program says that it is written in ${quote(codec)}, which is not read: Python sees another program here.`,
    );
  }
  yield { kind: "document", language: "python", text };
}

const READ_CODECS = new Set([
  "utf-8",
  "utf8",
  "utf-8-sig",
  "ascii",
  "us-ascii",
  "latin-1",
  "latin1",
  "iso-8859-1",
  "iso-8859-15",
  "cp1252",
  "windows-1252",
]);

function declaredCodec(text: string): string | undefined {
  for (const line of text.slice(0, 4_000).split(/\r\n|[\r\n]/, 2)) {
    const match = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(line);
    if (match) return match[1]?.toLowerCase().replaceAll("_", "-");
    if (!/^[ \t\f]*(#|$)/.test(line)) return undefined;
  }
  return undefined;
}
