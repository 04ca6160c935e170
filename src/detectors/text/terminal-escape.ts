// Terminal escape sequences (ECMA-48, xterm's control sequences) as real ESC and CSI characters: what runs when a
// reviewer prints a record. Colours are ordinary in program output; what hides or overwrites text, writes the clipboard,
// disguises a link or makes the terminal type is not. Spelled forms such as \x1b[ in code are plain text and stay silent.
import type { Hit, RecordDetector } from "../../core/detector.ts";
import type { Field } from "../../core/record.ts";
import type { Severity } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { addressesModel, givesCommand } from "./addressed.ts";
import { holdsUnseen } from "./invisible.ts";

const ESC = 0x1b;
/** Of one sequence; real ones are shorter, an endless one is an attack on whoever waits for its end (CWE-407). */
const CONTROL_MAX = 128;
const STRING_MAX = 8_192;
/** Sequences read in one field; a log has thousands, and they are all alike. */
const SEQUENCES_MAX = 4_096;

interface Sequence {
  /** `[` for CSI, `]` for OSC, `P` for DCS, `_ ^ X` for other strings, else the character after ESC. */
  readonly kind: string;
  /** Parameters of a CSI, or the string. */
  readonly body: string;
  readonly final: string;
  readonly start: number;
  readonly end: number;
}

function sequenceAt(text: string, start: number): Sequence | undefined {
  const single = text.charCodeAt(start) !== ESC;
  const kind = single
    ? text.charCodeAt(start) === 0x9b
      ? "["
      : text.charCodeAt(start) === 0x9d
        ? "]"
        : "P"
    : text.charAt(start + 1);
  const from = start + (single ? 1 : 2);
  if (kind === "[") {
    let at = from;
    while (at - from < CONTROL_MAX && text.charCodeAt(at) >= 0x20 && text.charCodeAt(at) <= 0x3f) at++;
    const final = text.charCodeAt(at);
    if (!(final >= 0x40 && final <= 0x7e)) return undefined;
    return { kind, body: text.slice(from, at), final: text.charAt(at), start, end: at + 1 };
  }
  if (kind !== "" && "]P_^X".includes(kind)) {
    for (let at = from; at < text.length && at - from < STRING_MAX; at++) {
      const unit = text.charCodeAt(at);
      if (unit === 7 || unit === 0x9c) return { kind, body: text.slice(from, at), final: "", start, end: at + 1 };
      if (unit === ESC)
        return { kind, body: text.slice(from, at), final: "", start, end: text.charAt(at + 1) === "\\" ? at + 2 : at };
    }
    return undefined;
  }
  return kind === "" ? undefined : { kind, body: "", final: kind, start, end: from };
}

interface Effect {
  readonly severity: Severity;
  readonly what: string;
  readonly group: string;
  readonly shown?: string;
  readonly end?: number;
}

const host = (url: string): string => /^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1]?.toLowerCase() ?? "";

// OSC 8 ; parameters ; URI ST text OSC 8 ; ; ST
function link(text: string, { body, end }: Sequence): Effect | undefined {
  const uri = body.slice(body.indexOf(";", 2) + 1);
  if (uri === "" || !body.startsWith("8;")) return undefined;
  const close = text.indexOf("\u001b]8;", end);
  const label = text.slice(end, close < 0 || close > end + 500 ? Math.min(text.length, end + 100) : close);
  const shown = /(?:https?:\/\/)?((?:[\w-]{1,63}\.){1,8}[a-z]{2,24})/i.exec(label)?.[1]?.toLowerCase();
  const target = host(uri);
  if (shown !== undefined && target !== "" && !target.endsWith(shown) && !shown.endsWith(target))
    return {
      severity: "high",
      what: `shows a link to ${quote(shown)} that leads to ${quote(target)}`,
      group: "disguised link",
      shown: uri,
    };
  return { severity: "low", what: `makes a terminal link to ${quote(uri, 60)}`, group: "link", shown: uri };
}

function oscEffect(text: string, sequence: Sequence): Effect | undefined {
  const { body } = sequence;
  const code = /^\d+/.exec(body)?.[0];
  if (code === "8") return link(text, sequence);
  if (code === "52")
    return { severity: "high", what: "writes to the clipboard of whoever prints it", group: "clipboard", shown: body };
  if (code === "0" || code === "1" || code === "2")
    return { severity: "info", what: "sets the terminal's title", group: "title" };
  if (code === "50" || code === "1337" || code === "777" || code === "9")
    return {
      severity: "medium",
      what: "gives the terminal a command of its own",
      group: "terminal command",
      shown: body,
    };
  return { severity: "info", what: "sends the terminal a setting", group: "setting" };
}

function csiEffect(text: string, sequence: Sequence, sparse: boolean): Effect | undefined {
  const { body, final, start, end } = sequence;
  const numbers = body.split(";").map((part) => Number.parseInt(part, 10) || 0);
  if (final === "m") {
    // 38;5;n and 48;5;n carry colour numbers that are no attributes.
    const extended = numbers.includes(38) || numbers.includes(48);
    const background = numbers.find((n) => n >= 40 && n <= 47);
    const sameColour = !extended && background !== undefined && numbers.includes(background - 10);
    if ((numbers.includes(8) && !extended) || sameColour) {
      const next = text.indexOf("\u001b", end);
      const hidden = text.slice(end, Math.min(next < 0 ? text.length : next, end + 500));
      if (hidden.trim().length >= 3)
        return {
          severity: addressesModel(hidden) || givesCommand(hidden) ? "high" : "medium",
          what: `conceals ${quote(hidden)}`,
          group: "concealed text",
          shown: hidden,
          end: end + hidden.length,
        };
    }
    return { severity: "info", what: "colours text", group: "colour" };
  }
  if (final === "i" && numbers.some((n) => n === 4 || n === 5))
    return { severity: "high", what: "sends text to the printer", group: "printer" };
  if (final === "t" && numbers[0] !== undefined && numbers[0] >= 20 && numbers[0] <= 21)
    return { severity: "high", what: "makes the terminal type its title back", group: "typed answer" };
  if ((final === "n" || final === "c") && !body.startsWith("?"))
    return { severity: "low", what: "asks the terminal for an answer, which it types", group: "answer" };
  const upOrBack = final === "A" || final === "F" || final === "D" || final === "G" || final === "H" || final === "f";
  const erases =
    (final === "K" && (numbers[0] === 1 || numbers[0] === 2)) ||
    (final === "J" && (numbers[0] ?? 0) >= 1) ||
    final === "P" ||
    final === "X" ||
    final === "M";
  if (!upOrBack && !erases) return { severity: "info", what: "moves the cursor", group: "cursor" };
  if (!sparse) return { severity: "info", what: "redraws lines", group: "redraw" };
  const hidden =
    text
      .slice(Math.max(0, start - 200), start)
      .split("\u001b")
      .at(-1)
      ?.split("\n")
      .findLast((part) => part.trim() !== "")
      ?.trim() ?? "";
  if (hidden.length < 6 || !/\p{L}{2}/u.test(hidden) || !/\S/.test(text.slice(end, end + 200)))
    return { severity: "info", what: "redraws lines", group: "redraw" };
  if (addressesModel(hidden) || givesCommand(hidden))
    return { severity: "high", what: `overwrites ${quote(hidden)}`, group: "overwritten text", shown: hidden };
  // Progress displays overwrite counts and percentages all day.
  const progress = /\d+\s?%|\d+\/\d+|\.\.\.|…|[|/\\-]$/.test(hidden);
  return {
    severity: progress ? "low" : "medium",
    what: `overwrites ${quote(hidden)}`,
    group: "overwritten text",
    shown: hidden,
  };
}

function effectOf(text: string, sequence: Sequence, sparse: boolean): Effect | undefined {
  const { kind, body } = sequence;
  if (kind === "]") return oscEffect(text, sequence);
  if (kind === "[") return csiEffect(text, sequence, sparse);
  if (kind === "P") {
    if (/^\d*(?:;\d*)?\|/.test(body))
      return { severity: "high", what: "redefines keys of the terminal", group: "keys", shown: body };
    if (body.startsWith("$q") || body.startsWith("+q"))
      return { severity: "medium", what: "makes the terminal type an answer", group: "typed answer" };
    return { severity: "medium", what: "sends the terminal a device string", group: "device string" };
  }
  if (kind !== "" && "_^X".includes(kind))
    return { severity: "medium", what: "hides a string from the screen", group: "hidden string", shown: body };
  if (kind === "c") return { severity: "low", what: "resets the terminal", group: "reset" };
  return undefined;
}

const RANK: readonly Severity[] = ["info", "low", "medium", "high", "critical"];

/** The next ESC, or a one-byte CSI or OSC with numbers (elsewhere U+009B is a letter that was decoded badly). */
function next(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === ESC) return at;
    if (unit === 0x9d && /^\u009d\d{1,4};/.test(text.slice(at, at + 8)) && !/[\u00c2-\u00f4]/.test(text.charAt(at - 1)))
      return at;
    if (
      unit === 0x9b &&
      /^\u009b\??\d[\d;]{0,20}[A-Za-z]/.test(text.slice(at, at + 24)) &&
      !/[\u00c2-\u00f4]/.test(text.charAt(at - 1))
    )
      return at;
  }
  return -1;
}

function inspectField(field: Field): Hit | undefined {
  const { text } = field;
  const sequences: Sequence[] = [];
  for (let at = next(text, 0); at >= 0 && sequences.length < SEQUENCES_MAX;) {
    const sequence = sequenceAt(text, at);
    if (sequence) sequences.push(sequence);
    at = next(text, sequence?.end ?? at + 1);
  }
  // Logs and screen captures are full of redrawing; a handful of sequences in a text is meant for its reader.
  const sparse = sequences.length <= 12;
  let best: { readonly effect: Effect; readonly sequence: Sequence } | undefined;
  const kinds = new Set<string>();
  for (const sequence of sequences) {
    const effect = effectOf(text, sequence, sparse);
    if (effect === undefined) continue;
    kinds.add(effect.group);
    if (best === undefined || RANK.indexOf(effect.severity) > RANK.indexOf(best.effect.severity))
      best = { effect, sequence };
  }
  if (best === undefined) return undefined;
  const { effect, sequence } = best;
  const end = effect.end ?? sequence.end;
  return {
    message: `A terminal escape sequence ${effect.what}.`,
    field,
    start: sequence.start,
    end,
    excerpt: excerpt(text, sequence.start, end),
    severity: effect.severity,
    confidence: effect.severity === "high" ? "high" : effect.severity === "medium" ? "medium" : "low",
    group: effect.group,
    ...(effect.shown === undefined ? {} : { payload: effect.shown.slice(0, 500) }),
    evidence: {
      sequences: sequences.length,
      kinds: [...kinds].sort().join(", "),
      ...(effect.shown === undefined ? {} : { content: effect.shown.slice(0, 500) }),
    },
  };
}

export const terminalEscape: RecordDetector = {
  id: "terminal-escape",
  reads: "record",
  family: "hidden-text",
  title: "Terminal escape sequence",
  severity: "medium",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-150", "https://invisible-island.net/xterm/ctlseqs/ctlseqs.html"],
  docs: {
    finds:
      "Real escape sequences that conceal or overwrite text, write the clipboard, disguise where a link leads, redefine keys, or make the terminal type an answer. Colours and progress displays are reported at info.",
    matters:
      "Whoever looks at the record in a terminal sees what the attacker wants, or runs what the attacker typed. The model is trained on all of it, and learns to print it.",
    misses:
      "Escape sequences spelled out in code (\\x1b[) stay silent; so does overwriting inside a long log, where every progress display does the same.",
    remedy:
      "Strip the escape sequences from the field, or drop the record. Look at such data only through a tool that escapes them.",
  },
  subject: { share: 0.1, severity: "info" },
  anchors: [{ bytes: "invisible" }],
  inspect(record, report) {
    for (const field of record.fields) {
      if (!holdsUnseen(field)) continue;
      const hit = inspectField(field);
      if (hit) report(hit);
    }
  },
};
