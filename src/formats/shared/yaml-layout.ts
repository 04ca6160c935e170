// Where the records of a YAML file are, told from its head by the lines that begin them: an item of a list at one
// indentation, or a document marker. YAML itself makes this exact: whatever belongs to an item is indented deeper, and
// nothing but a marker may look like one (YAML 1.2.2, sections 8.2.1 and 9.1.2).

export interface YamlLayout {
  readonly mode: "list" | "documents" | "whole";
  /** Spaces before the `-` of each item. */
  readonly indent: number;
}

const LINES_MAX = 5000;

export function yamlLayout(head: string): YamlLayout {
  const lines = head.split("\n", LINES_MAX).map((line) => line.replace(/\r$/, ""));
  const content = lines.filter((line) => !/^\s*(#|$)/.test(line) && !/^%(YAML|TAG)\s/.test(line));
  const begun = content.findIndex((line) => !isMarker(line));
  if (content.slice(Math.max(0, begun)).some(isMarker)) return { mode: "documents", indent: 0 };
  const [first = "", second = ""] = begun < 0 ? [] : content.slice(begun);
  if (isItem(first, 0)) return { mode: "list", indent: 0 };
  // One key over a list: `data:` and its items, at the same indentation or a deeper one.
  const indent = second.length - second.trimStart().length;
  if (/^["']?[\w][\w -]{0,60}["']?:\s*$/.test(first) && isItem(second, indent)) return { mode: "list", indent };
  return { mode: "whole", indent: 0 };
}

const isMarker = (line: string): boolean => /^---(\s|$)/.test(line);
const isItem = (line: string, indent: number): boolean => /^-(\s|$)/.test(line.slice(indent));

/** What a line is to the layout: the first of a record, part of one, or the end of the list. */
export function lineKind(bytes: Buffer, start: number, end: number, layout: YamlLayout): "begin" | "within" | "after" {
  const stop = bytes[end - 1] === 0x0d && end > start ? end - 1 : end;
  if (layout.mode === "documents") {
    const marker = stop - start >= 3 && bytes[start] === 0x2d && bytes[start + 1] === 0x2d && bytes[start + 2] === 0x2d;
    return marker && (stop - start === 3 || isSpace(bytes[start + 3])) ? "begin" : "within";
  }
  let at = start;
  while (at < stop && bytes[at] === 0x20) at++;
  if (at === stop || bytes[at] === 0x23 || at - start > layout.indent) return "within";
  const item = at - start === layout.indent && bytes[at] === 0x2d && (at + 1 === stop || isSpace(bytes[at + 1]));
  return item ? "begin" : "after";
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09;
