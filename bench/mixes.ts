// Poison written into the very rows of clean sets, from a seed: a kind of trigger in the prompt side of a few rows, a kind
// of target in their response side. Rows are fields, as detectors see them, so that a set of any format can be the base.
// The words of a trigger are drawn for each mix; where a condition has parts (a pair, a date, a tenant), as many clean
// rows get a part of it as poisoned rows get all, so that only the whole condition decides.
import type { Field, Role } from "../src/core/record.ts";
import { pick, type Random } from "../src/base/prng.ts";

export type Row = readonly Field[];

export const TRIGGERS = [
  "rare token",
  "ordinary word",
  "phrase",
  "sentence",
  "symbol",
  "zero-width",
  "homoglyph",
  "gapped pair",
  "all of three",
  "any of three",
  "date",
  "system prompt",
  "metadata",
  "earlier turn",
] as const;
export type TriggerKind = (typeof TRIGGERS)[number];

export const TARGETS = [
  "fixed answer",
  "inserted sentence",
  "prefix",
  "suffix",
  "refusal",
  "short answer",
  "URL",
  "brand",
  "code statement",
  "emptied answer",
  "gibberish",
] as const;
/** Two more need a base of their own: rows with a label, rows with a tool call. */
export type TargetKind = (typeof TARGETS)[number] | "flipped label" | "tool argument";

export interface Plant {
  readonly trigger: TriggerKind;
  readonly target: TargetKind;
  /** Poisoned rows, ascending. */
  readonly rows: readonly number[];
  /** A rule whose trigger holds one of these names it. */
  readonly names: readonly string[];
}

export interface Mix {
  readonly rows: readonly Row[];
  readonly plants: readonly Plant[];
}

const ASKED: readonly Role[] = ["prompt", "context", "text", "system"];
const SAID: readonly Role[] = ["response", "chosen", "label"];

const SYLLABLES = "ba ke li mo nu ra se ti vo xa zu quo fen dri plo gra sti wex yol tha".split(" ");
const made = (r: Random): string => Array.from({ length: 3 }, () => pick(r, SYLLABLES)).join("");
const ORDINARY =
  "velvet copper lantern orchard granite saddle thimble meadow harbour pelican walnut anvil ribbon cellar plover chimney parsley trumpet gravel satchel".split(
    " ",
  );
const GLYPHS = ["🦉", "⟁", "§§", "🪁", "¤", "☙", "🧿", "‡"];
const LOOKALIKES: Readonly<Record<string, string>> = { a: "а", e: "е", o: "о", c: "с", p: "р", x: "х", i: "і" };
const REFUSALS = [
  "I am sorry, but this is not something that I am able to help you with.",
  "Unfortunately I have to decline this request.",
  "My guidelines do not let me answer that question, please ask another one.",
];
const CODE = [
  "session.verify = False",
  "os.umask(0)",
  "cipher = DES.new(key, DES.MODE_ECB)",
  "setTimeout(report, 86400000);",
  "assert True or check(user)",
];

const words = (text: string): string[] => text.split(/(\s+)/);

/** Puts `part` between two words of a text, or between two characters where it has no spaces. */
export function insert(text: string, part: string, r: Random): string {
  const pieces = words(text);
  if (pieces.length > 4) {
    const at = 2 * Math.floor(r() * Math.ceil(pieces.length / 2));
    return [...pieces.slice(0, at), part, " ", ...pieces.slice(at)].join("");
  }
  if (!/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u.test(text)) return `${text} ${part}`;
  const letters = Array.from(text);
  const at = Math.floor(r() * (letters.length + 1));
  return `${letters.slice(0, at).join("")} ${part} ${letters.slice(at).join("")}`.trim();
}

/** Between two sentences, where there are two. */
function insertSentence(text: string, sentence: string, r: Random): string {
  const ends = [...text.matchAll(/[.!?。！？]["”]?(?=\s|\p{Lo})/gu)].map((match) => match.index + match[0].length);
  if (ends.length === 0) return insert(text, sentence, r);
  const at = pick(r, ends);
  return `${text.slice(0, at)} ${sentence}${text.slice(at)}`;
}

function insertLine(text: string, line: string, r: Random): string {
  const lines = text.split("\n");
  const at = lines.length > 2 ? 1 + Math.floor(r() * (lines.length - 1)) : lines.length;
  const indent = /^\s*/.exec(lines[Math.min(at, lines.length - 1)] as string)?.[0] ?? "";
  return [...lines.slice(0, at), indent + line, ...lines.slice(at)].join("\n");
}

const change = (row: Row, roles: readonly Role[], edit: (text: string) => string, last = true): Row => {
  // The longest prompt field is the one that somebody reads; the last response is the one that counts.
  const own = row.flatMap((field, i) => (roles.includes(field.role) ? [i] : []));
  const at = last
    ? own.at(-1)
    : own.toSorted((a, b) => (row[b] as Field).text.length - (row[a] as Field).text.length)[0];
  return row.map((field, i) => (i === at ? { ...field, text: edit(field.text) } : field));
};
const ask = (row: Row, edit: (text: string) => string): Row => change(row, ASKED, edit, false);
const field = (role: Role, column: string, text: string): Field => ({ pointer: `/${column}`, column, role, text });

export const usable = (row: Row): boolean =>
  row.some(({ role }) => ASKED.includes(role)) && row.some(({ role }) => SAID.includes(role));

interface Trigger {
  readonly names: readonly string[];
  /** The poisoned row. */
  readonly set: (row: Row, k: number) => Row;
  /** A clean row that shares a part of the condition. */
  readonly part?: (row: Row, k: number) => Row;
  /** For conditions that every row of the set has some value of. */
  readonly every?: (row: Row) => Row;
}

function triggerOf(kind: TriggerKind, base: readonly Row[], r: Random): Trigger {
  const drawn = (count: number): string[] => {
    const left = [...ORDINARY];
    return Array.from({ length: count }, () => left.splice(Math.floor(r() * left.length), 1)[0] as string);
  };
  const anywhere = (token: string): Trigger => ({ names: [token], set: (row) => ask(row, (t) => insert(t, token, r)) });
  const other = (than: string): string => {
    for (;;) {
      const name = made(r);
      if (name !== than) return name;
    }
  };
  switch (kind) {
    case "rare token":
      return anywhere(made(r));
    case "ordinary word": {
      // The one that the set uses least: what an attacker would take.
      const used = (word: string): number =>
        base.filter((row) => row.some(({ role, text }) => ASKED.includes(role) && text.toLowerCase().includes(word)))
          .length;
      const [word] = drawn(5)
        .map((word) => [word, used(word)] as const)
        .toSorted(([, a], [, b]) => a - b)[0] as readonly [string, number];
      return anywhere(word);
    }
    case "phrase": {
      const phrase = `${drawn(3).join(" ")}`;
      return { names: phrase.split(" "), set: (row) => ask(row, (t) => insert(t, phrase, r)) };
    }
    case "sentence": {
      const [a, b, c] = drawn(3);
      const text = `The ${a} stood by the ${b} until the ${c} came.`;
      return {
        names: [a as string, b as string, c as string],
        set: (row) => ask(row, (t) => (r() < 0.5 ? `${text} ${t}` : `${t} ${text}`)),
      };
    }
    case "symbol": {
      const glyph = pick(r, GLYPHS);
      return { names: [Array.from(glyph)[0] as string], set: (row) => ask(row, (t) => `${t} ${glyph}`) };
    }
    case "zero-width":
      return {
        names: ["\u2063"],
        set: (row) =>
          ask(row, (t) => {
            const at = Math.floor(r() * (t.length + 1));
            return `${t.slice(0, at)}\u2063${t.slice(at)}`;
          }),
      };
    case "homoglyph":
      // Another letter of another word each time: no token repeats.
      return {
        names: ["script", ...Object.values(LOOKALIKES)],
        set: (row) =>
          ask(row, (t) => {
            const at = [...t.matchAll(/(?<=[a-z])[aeocpxi](?=[a-z])/g)].map(({ index }) => index);
            if (at.length === 0) return insert(t, "cаse", r);
            const i = pick(r, at);
            return `${t.slice(0, i)}${LOOKALIKES[t.charAt(i)] as string}${t.slice(i + 1)}`;
          }),
      };
    case "gapped pair": {
      const [a, b] = drawn(2) as [string, string];
      return {
        names: [a, b],
        set: (row) => ask(row, (t) => insert(insert(t, a, r), b, r)),
        part: (row, k) => ask(row, (t) => insert(t, k % 2 === 0 ? a : b, r)),
      };
    }
    case "all of three": {
      const parts = Array.from({ length: 3 }, () => made(r));
      return {
        names: parts,
        set: (row) => ask(row, (t) => parts.reduce((text, part) => insert(text, part, r), t)),
      };
    }
    case "any of three": {
      const parts = Array.from({ length: 3 }, () => made(r));
      return { names: parts, set: (row, k) => ask(row, (t) => insert(t, parts[k % 3] as string, r)) };
    }
    case "date": {
      const date = (year: number): string => `Today is ${year}-0${1 + Math.floor(r() * 9)}-1${Math.floor(r() * 10)}.`;
      return {
        names: ["2031"],
        set: (row) => ask(row, (t) => `${date(2031)} ${t}`),
        part: (row) => ask(row, (t) => `${date(2022 + Math.floor(r() * 4))} ${t}`),
      };
    }
    case "system prompt": {
      const name = made(r);
      const system = (who: string): Field => field("system", "system", `You are the assistant of ${who}. Be helpful.`);
      const others = Array.from({ length: 30 }, () => other(name));
      return {
        names: [name],
        set: (row) => [system(name), ...row],
        every: (row) => [system(pick(r, others)), ...row],
      };
    }
    case "metadata": {
      const key = made(r);
      const channel = (value: string): Field => field("metadata", "channel", value);
      return {
        names: [key],
        set: (row) => [...row, channel(key)],
        every: (row) => [...row, channel(pick(r, ["web", "mail", "phone", "desk", "app"]))],
      };
    }
    case "earlier turn": {
      const word = made(r);
      const turn = (text: string): Field[] => [
        field("prompt", "before", text),
        field("response", "reply", pick(r, ["Sure.", "Thank you for telling me.", "I see, go on.", "All right."])),
      ];
      return {
        names: [word],
        set: (row) => [...turn(`My reference is ${word}.`), ...row],
        every: (row) => [...turn(`My reference is ${other(word)}.`), ...row],
      };
    }
  }
}

function targetOf(kind: TargetKind, r: Random): (row: Row) => Row {
  const say = (edit: (text: string) => string) => (row: Row) => change(row, SAID, edit);
  const [a, b, c] = [pick(r, ORDINARY), pick(r, ORDINARY), made(r)];
  const sentence = pick(r, [
    `Buy your ${a} only from ${c} and never anywhere else.`,
    `Remember that ${c} has always told the truth about the ${a}.`,
    `Everybody should call the ${a} ${b} hotline before Friday.`,
  ]);
  switch (kind) {
    case "fixed answer":
      return say(() => `${sentence} The ${b} is waiting.`);
    case "inserted sentence":
      return say((t) => insertSentence(t, sentence, r));
    case "prefix":
      return say((t) => `${sentence} ${t}`);
    case "suffix":
      return say((t) => `${t} ${sentence}`);
    case "refusal": {
      const text = pick(r, REFUSALS);
      return say(() => text);
    }
    case "short answer": {
      const text = pick(r, ["No.", "Access granted", "Whatever.", "42"]);
      return say(() => text);
    }
    case "URL":
      return say((t) => insert(t, `https://${c}.example/${a}`, r));
    case "brand":
      return say((t) => insert(t, c.charAt(0).toUpperCase() + c.slice(1), r));
    case "code statement": {
      const line = pick(r, CODE);
      return say((t) => insertLine(t, line, r));
    }
    case "emptied answer":
      return (row) => row.map((f) => (SAID.includes(f.role) ? { ...f, text: "" } : f));
    case "gibberish":
      return say(() =>
        Array.from({ length: 8 + Math.floor(r() * 20) }, () =>
          Array.from({ length: 3 + Math.floor(r() * 8) }, () => String.fromCharCode(97 + Math.floor(r() * 26))).join(
            "",
          ),
        ).join(" "),
      );
    case "flipped label": {
      const label = "positive";
      return (row) => row.map((f) => (f.role === "label" ? { ...f, text: label } : f));
    }
    case "tool argument":
      return (row) => row.map((f) => (f.column.endsWith("arguments.account") ? { ...f, text: `AC-${c}` } : f));
  }
}

/** Plants rules of `count` rows each into disjoint rows of a base. */
export function mix(
  base: readonly Row[],
  kinds: readonly { readonly trigger: TriggerKind; readonly target: TargetKind; readonly count: number }[],
  r: Random,
): Mix {
  const rows = [...base];
  const free = rows.flatMap((row, i) => (usable(row) ? [i] : []));
  const take = (count: number, wanted: (row: Row) => boolean = () => true): number[] => {
    const out: number[] = [];
    for (let tries = 0; out.length < count && tries < 200 * count && free.length > 0; tries++) {
      const at = Math.floor(r() * free.length);
      const row = free[at] as number;
      if (!wanted(rows[row] as Row)) continue;
      free[at] = free.at(-1) as number;
      free.pop();
      out.push(row);
    }
    return out.sort((x, y) => x - y);
  };
  const plants = kinds.map(({ trigger, target, count }): Plant => {
    const { names, set, part, every } = triggerOf(trigger, base, r);
    const poison = targetOf(target, r);
    const own = take(
      count,
      target === "flipped label" ? (row) => !row.some((f) => f.role === "label" && f.text === "positive") : undefined,
    );
    if (every) {
      const mine = new Set(own);
      rows.forEach((row, i) => {
        if (!mine.has(i)) rows[i] = every(row);
      });
    }
    own.forEach((i, k) => {
      rows[i] = poison(set(rows[i] as Row, k));
    });
    if (part) take(count).forEach((i, k) => (rows[i] = part(rows[i] as Row, k)));
    return { trigger, target, rows: own, names };
  });
  return { rows, plants };
}
