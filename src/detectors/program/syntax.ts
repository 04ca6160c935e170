// Python source as a tree of plain nodes (The Python Language Reference, 3.x), by an error-tolerant grammar: what is
// broken still gives the parts that are whole. Notebook magics and shell lines are taken out first, since the grammar
// has no place for them. Nothing is run or imported. Source longer than a bound is read up to it, and that is said.
import { createRequire } from "node:module";
import type * as Lezer from "@lezer/python";

export interface Node {
  readonly type: string;
  readonly from: number;
  readonly to: number;
  readonly kids: Node[];
  readonly up: Node | undefined;
  /** The function, lambda or class that the node's names belong to; undefined at the top. */
  readonly scope: Node | undefined;
}

export interface MagicLine {
  readonly lineNumber: number;
  readonly start: number;
  /** What stands after `!`, `%` or `%%`. */
  readonly text: string;
  readonly sign: "!" | "%" | "%%";
}

export interface Syntax {
  readonly text: string;
  /** Every node after the ones inside it. */
  readonly nodes: readonly Node[];
  readonly magics: readonly MagicLine[];
  /** Set where something of the program was not understood. */
  readonly unread: string | undefined;
  lineOf(offset: number): number;
}

/** Whoever writes the program chooses its length; the parser takes some seconds for a hostile megabyte (CWE-770). People
 * write files a tenth as long. */
export const PROGRAM_CHARACTERS_MAX: number = 512 * 1024;
/** Nodes kept, at about a hundred bytes each (CWE-770). Ordinary source of the length above has half as many. */
const NODES_MAX = 500_000;
const MAGICS_MAX = 1_000;

const OWN_SCOPE = new Set(["FunctionDefinition", "LambdaExpression", "ClassDefinition"]);

// Loading the grammar takes longer than the rest of a small scan, so it waits for the first program.
let grammar: typeof Lezer | undefined;
const load = (): typeof Lezer => (grammar ??= createRequire(import.meta.url)("@lezer/python") as typeof Lezer);

export function parsePython(source: string, isCell: boolean): Syntax {
  const long = source.length > PROGRAM_CHARACTERS_MAX;
  const text = long ? source.slice(0, PROGRAM_CHARACTERS_MAX) : source;
  const { plain, magics } = withoutMagics(text, isCell);
  const nodes: Node[] = [];
  let open: Node | undefined;
  let count = 0;
  load()
    .parser.parse(plain)
    .iterate({
      enter({ name, from, to }) {
        if (++count > NODES_MAX) return false;
        const scope: Node | undefined = open && OWN_SCOPE.has(open.type) ? open : open?.scope;
        const node: Node = { type: name, from, to, kids: [], up: open, scope };
        open?.kids.push(node);
        open = node;
        return true;
      },
      leave() {
        if (!open) return;
        nodes.push(open);
        open = open.up;
      },
    });
  const starts = lineStarts(text);
  return {
    text: plain,
    nodes,
    magics,
    unread: long
      ? `longer than ${PROGRAM_CHARACTERS_MAX} characters`
      : count > NODES_MAX
        ? `made of more than ${NODES_MAX} parts`
        : undefined,
    lineOf: (offset) => lineAt(starts, offset),
  };
}

const MAGIC = /^([ \t]{0,100})(?:[\w, ]{1,80}= ?)?(!{1,2}|%{1,2}(?=[a-zA-Z]))(.*)$/;

/** Blanks the lines that IPython takes before Python does. In a script, which IPython does not read, only lines with
 * `!` that no string holds: examples and exported notebooks keep them. */
function withoutMagics(text: string, isCell: boolean): { plain: string; magics: MagicLine[] } {
  if (!/^[ \t]{0,100}(?:[\w, ]{1,80}= ?)?[!%]/m.test(text)) return { plain: text, magics: [] };
  const magics: MagicLine[] = [];
  const lines = text.split("\n");
  let start = 0;
  let quotes: string | undefined;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    const found = quotes === undefined ? MAGIC.exec(line) : null;
    const sign = found?.[2] ?? "";
    if (found && magics.length < MAGICS_MAX && (isCell || sign.startsWith("!"))) {
      let command = found[3] ?? "";
      lines[i] = `${found[1] ?? ""}pass`.slice(0, line.length).padEnd(line.length);
      let next = i;
      // A backslash at the end takes the next line with it.
      while (command.endsWith("\\") && next + 1 < lines.length && next - i < 50) {
        const more = lines[++next] ?? "";
        command = `${command.slice(0, -1)} ${more.trim()}`;
        lines[next] = " ".repeat(more.length);
      }
      const magic = sign.startsWith("!") ? "!" : sign === "%%" ? "%%" : "%";
      magics.push({ lineNumber: i + 1, start: start + line.indexOf(sign), text: command.trim(), sign: magic });
      // Magics that run Python hand the rest to it.
      const rest = magic === "!" ? undefined : /^(?:timeit|time|prun|capture)\b(.*)$/.exec(command.trim())?.[1];
      if (rest !== undefined && magic === "%") lines[i] = rest.trim().slice(0, line.length).padEnd(line.length);
      for (let skipped = i; skipped < next; skipped++) start += (lines[skipped] ?? "").length + 1;
      i = next;
    } else quotes = openQuotes(line, quotes);
    start += (lines[i] ?? "").length + 1;
  }
  return { plain: lines.join("\n"), magics };
}

/** The triple quotes still open at the end of a line. */
function openQuotes(line: string, open: string | undefined): string | undefined {
  let quotes = open;
  for (let at = 0; at < line.length; at++) {
    const three = line.slice(at, at + 3);
    if (quotes === undefined && line[at] === "#") return undefined;
    if (three !== '"""' && three !== "'''") continue;
    if (quotes === undefined) quotes = three;
    else if (quotes === three) quotes = undefined;
    else continue;
    at += 2;
  }
  return quotes;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

const ASCII = /^[\x21-\x7e]*$/;

/** An identifier as Python sees it: normalised to NFKC (PEP 3131), so that bold or full-width letters name the builtin
 * they look like. */
export function identifier(text: string): { name: string; disguised: boolean } {
  if (ASCII.test(text)) return { name: text, disguised: false };
  const name = text.normalize("NFKC");
  return { name, disguised: name !== text && ASCII.test(name) };
}

const ESCAPE =
  /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|N\{[^}]{1,80}\}|(\r?\n)|([\s\S]))/g;
const SIMPLE: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v" };

/** A string literal's quotes and prefix. */
export function literalParts(source: string): { prefix: string; body: string } {
  const prefix = /^[a-zA-Z]{0,3}/.exec(source)?.[0].toLowerCase() ?? "";
  const rest = source.slice(prefix.length);
  const width = rest.startsWith('"""') || rest.startsWith("'''") ? 3 : 1;
  const closed = rest.length >= 2 * width && rest.endsWith(rest.slice(0, width));
  return { prefix, body: rest.slice(width, closed ? rest.length - width : undefined) };
}

/** The value of the inside of a string literal (Language Reference 2.4.1.1). */
export function unescape(body: string, prefix: string): string {
  if (prefix.includes("r") || !body.includes("\\")) return body;
  return body.replace(
    ESCAPE,
    (all, hex?: string, four?: string, eight?: string, octal?: string, newline?: string, one?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      const digits = hex ?? four ?? eight;
      if (digits !== undefined) {
        const code = Number.parseInt(digits, 16);
        return code > 0x10ffff ? all : String.fromCodePoint(code);
      }
      if (newline !== undefined) return "";
      return one === undefined ? all : (SIMPLE[one] ?? ("\\'\"".includes(one) ? one : all));
    },
  );
}
