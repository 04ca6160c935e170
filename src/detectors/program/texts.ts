// Constant texts taken through the functions that programs hide behind: decoding, joining, replacing, formatting, rot13.
// Results are cut, since a few characters of source can ask for gigabytes of text (CWE-409).
import { concatenated, isConstant, LABEL, mixed, NOTHING, relabelled, textOf, type Value } from "./value.ts";

const TEXT_MAX = 16 * 1024;
/** Work done for one replacement. */
const PRODUCT_MAX = 1024 * 1024;

export const rot13 = (text: string): string =>
  text.replace(/[a-zA-Z]/g, (letter) => {
    const base = letter <= "Z" ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });

/** Fills a template's holes in order. */
export function filled(template: Value, parts: readonly Value[], hole: RegExp): Value {
  const { labels, origins } = mixed([template, ...parts]);
  const text = template.text ?? "";
  let made = "";
  let from = 0;
  let next = 0;
  for (const match of text.matchAll(hole)) {
    if (made.length > TEXT_MAX) break;
    made += text.slice(from, match.index) + textOf(parts[next++] ?? NOTHING);
    from = match.index + match[0].length;
  }
  return { text: (made + text.slice(from)).slice(0, TEXT_MAX), labels: labels | LABEL.assembled, origins };
}

/** What a decoding function makes of a constant text, where that is text again. */
export function decodedText(name: string, first: Value, second: Value): string | undefined {
  const { text } = first;
  if (!isConstant(text)) return undefined;
  let plain: string | undefined;
  const codec = name === "codecs.decode" ? (second.text ?? "") : "";
  if (/b64decode|a2b_base64|decodebytes$/.test(name))
    plain = Buffer.from(text.replaceAll("-", "+").replaceAll("_", "/"), "base64").toString("latin1");
  else if (/fromhex|unhexlify|a2b_hex|b16decode/.test(name) || codec === "hex")
    plain = Buffer.from(text.replaceAll(/\s/g, ""), "hex").toString("latin1");
  else if (/rot.?13/i.test(codec)) plain = rot13(text);
  return plain !== undefined && plain !== "" && /^[\t\n\r\x20-\x7e\xa0-\xff]*$/.test(plain) ? plain : undefined;
}

/** The result of a method of a text or path; undefined where it is not known. */
export function textMethod(method: string, receiver: Value, args: readonly Value[]): Value | undefined {
  const { text } = receiver;
  if (text === undefined) return undefined;
  const [first = NOTHING, second = NOTHING] = args;
  switch (method) {
    case "join": {
      const items = first.items ? [...first.items.values()] : [];
      // What was put into the list later is in its labels, not among its items.
      const isWhole = (first.labels & ~mixed(items).labels) === 0;
      const isKnown = items.length > 0 && isWhole && items.every((item) => item.text !== undefined);
      return isKnown ? relabelled(concatenated(items, text), LABEL.assembled) : undefined;
    }
    case "decode":
    case "encode":
      return /rot.?13/i.test(first.text ?? "") && isConstant(text)
        ? { ...receiver, text: rot13(text), labels: receiver.labels | LABEL.decoded }
        : receiver;
    case "strip":
    case "rstrip":
    case "lstrip":
    case "expanduser":
    case "resolve":
    case "absolute":
    case "as_posix":
      return receiver;
    case "lower":
      return { ...receiver, text: text.toLowerCase() };
    case "format":
      return filled(receiver, args, /\{\d{0,2}\w{0,30}(?::[^{}]{0,20})?\}/g);
    case "replace": {
      const isSmall = text.length * ((second.text?.length ?? 0) + 1) < PRODUCT_MAX;
      if (!isSmall || !isConstant(first.text) || !isConstant(second.text) || first.text === "") return undefined;
      return {
        ...receiver,
        text: text.replaceAll(first.text, () => second.text ?? "").slice(0, TEXT_MAX),
        labels: receiver.labels | LABEL.assembled,
      };
    }
    case "joinpath":
      return { ...concatenated([receiver, ...args], "/"), name: receiver.name };
  }
  return undefined;
}
