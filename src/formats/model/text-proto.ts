// The text form of Protocol Buffers (text format specification): `name: value`, `name { … }`, lists in brackets, comments.
// Decoded by the same schemas as the binary form. Refuses extensions and Any, whose names are skipped with their values.
import { Message, ProtoFault, type Field, type Schema } from "./protobuf.ts";

const DEPTH_MAX = 100;
const MESSAGES_MAX = 1_000_000;

/** Decodes a text; `onFault` is told of the first fault, and what came before it is given. */
export function decodeTextProto(text: string, schema: Schema, onFault: (fault: ProtoFault) => void): Message {
  const message = new Message(0);
  try {
    new TextParser(text).fields(message, schema, "", 0);
  } catch (error) {
    if (!(error instanceof ProtoFault)) throw error;
    onFault(error);
  }
  return message;
}

// One token: white space and comments before it, then a name or number, a string, or a mark. No part can backtrack.
const SPACE = /(?:[\s,;]|#[^\n]*)*/y;
const WORD = /[-+.\w]+/y;
const STRING = /"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'/y;

class TextParser {
  private readonly text: string;
  private at = 0;
  private messages = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Fields up to `closer`, or to the end of the text for "". */
  fields(message: Message, schema: Schema | undefined, closer: string, depth: number): void {
    if (depth > DEPTH_MAX) throw new ProtoFault("limit", `messages nested deeper than ${DEPTH_MAX}`, this.at);
    if (++this.messages > MESSAGES_MAX) throw new ProtoFault("limit", `more than ${MESSAGES_MAX} messages`, this.at);
    const byName = new Map<string, Field>(Object.values(schema ?? {}).map((field) => [field.name, field]));
    for (;;) {
      const mark = this.peek();
      if (mark === closer) {
        this.at += closer.length;
        return;
      }
      if (mark === "") throw new ProtoFault("truncated", "a message that does not end", this.at);
      const name = mark === "[" ? this.extension() : this.match(WORD);
      if (name === undefined) throw new ProtoFault("malformed", "text that is no field", this.at);
      const field = byName.get(name);
      if (field) message.known++;
      else message.unknown++;
      if (this.peek() === ":") this.at++;
      if (this.peek() === "[") {
        this.at++;
        while (this.peek() !== "]") {
          if (this.peek() === "") throw new ProtoFault("truncated", "a list that does not end", this.at);
          this.value(message, field, depth);
        }
        this.at++;
      } else this.value(message, field, depth);
    }
  }

  private value(message: Message, field: Field | undefined, depth: number): void {
    const mark = this.peek();
    if (mark === "{" || mark === "<") {
      this.at++;
      const inner = new Message(this.at);
      this.fields(inner, field?.kind === "message" ? field.schema() : undefined, mark === "{" ? "}" : ">", depth + 1);
      if (field?.kind === "message") message.add(field.name, inner);
      return;
    }
    if (mark === '"' || mark === "'") {
      let text = "";
      // Strings that stand side by side are one.
      for (let next = mark; next === '"' || next === "'"; next = this.peek()) {
        const piece = this.match(STRING);
        if (piece === undefined) throw new ProtoFault("malformed", "a string that does not end", this.at);
        text += unescape(piece.slice(1, -1));
      }
      if (field?.kind === "text") message.add(field.name, text);
      return;
    }
    const word = this.match(WORD);
    if (word === undefined) throw new ProtoFault("malformed", "text that is no value", this.at);
    if (field?.kind === "int" && /^-?\d{1,20}$/.test(word)) message.add(field.name, BigInt(word));
    else if (field?.kind === "text") message.add(field.name, word);
  }

  private extension(): string {
    const end = this.text.indexOf("]", this.at);
    if (end < 0) throw new ProtoFault("truncated", "a name that does not end", this.at);
    this.at = end + 1;
    return "";
  }

  private peek(): string {
    this.match(SPACE);
    return this.text[this.at] ?? "";
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found === "" ? undefined : found;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", f: "\f", v: "\v" };

function unescape(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|u([0-9a-fA-F]{4})|([\s\S]))/g,
    (_, hex, octal, code, one) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(String(hex), 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(String(octal), 8) & 0xff);
      if (code !== undefined) return String.fromCharCode(Number.parseInt(String(code), 16));
      return ESCAPES[String(one)] ?? String(one);
    },
  );
}
