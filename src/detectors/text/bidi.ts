// How a paragraph is displayed: the Unicode Bidirectional Algorithm (UAX #9) without bracket pairs (rule N0), with
// character classes approximated by script. Precise enough to say whether controls move text, and to show where to.
import { isRightToLeft } from "./invisible.ts";
import { COMMON, INHERITED, scriptId, scriptOf } from "./script.ts";

/** Code points of one paragraph that are laid out; the attacker chooses its length (CWE-407). */
export const PARAGRAPH_MAX = 4_000;
const DEPTH_MAX = 125; // BD2

const LRE = 0x202a,
  RLE = 0x202b,
  PDF = 0x202c,
  LRO = 0x202d,
  RLO = 0x202e; // oxlint-disable-line one-var
const LRI = 0x2066,
  RLI = 0x2067,
  FSI = 0x2068,
  PDI = 0x2069; // oxlint-disable-line one-var

type Class = "L" | "R" | "AL" | "EN" | "AN" | "ES" | "ET" | "CS" | "NSM" | "WS" | "ON" | "BN";

const ARABIC = scriptId("Arabic");
const SYRIAC = scriptId("Syriac");
const THAANA = scriptId("Thaana");

function classOf(code: number): Class {
  if (code >= 0x30 && code <= 0x39) return "EN";
  if (code === 0x20 || (code >= 0x2000 && code <= 0x200a) || code === 0x3000 || code === 0xc) return "WS";
  if (
    code < 9 ||
    (code >= 0xe && code <= 0x1f) ||
    code === 0xad ||
    code === 0xfeff ||
    (code >= 0x200b && code <= 0x200d)
  )
    return "BN";
  if (code < 0x20 || code === 0x7f) return "WS";
  if (code === 0x2b || code === 0x2d || code === 0x2212) return "ES";
  if (
    (code >= 0x23 && code <= 0x25) ||
    (code >= 0xa2 && code <= 0xa5) ||
    (code >= 0x20a0 && code <= 0x20cf) ||
    code === 0xb0
  )
    return "ET";
  if (code === 0x2c || code === 0x2e || code === 0x2f || code === 0x3a || code === 0xa0) return "CS";
  if (code === 0x200e) return "L";
  if (code === 0x200f) return "R";
  if (code === 0x61c) return "AL";
  if ((code >= 0x660 && code <= 0x669) || code === 0x66b || code === 0x66c) return "AN";
  if (code >= 0x6f0 && code <= 0x6f9) return "EN";
  if (
    (code >= 0x300 && code <= 0x36f) ||
    (code >= 0x591 && code <= 0x5bd) ||
    (code >= 0x64b && code <= 0x65f) ||
    code === 0x670
  )
    return "NSM";
  if (isRightToLeft(code)) {
    const script = scriptOf(code);
    return script === ARABIC || script === SYRIAC || script === THAANA ? "AL" : "R";
  }
  const script = scriptOf(code);
  if (script === INHERITED) return "NSM";
  return script === COMMON || script === 0 ? "ON" : "L";
}

export const isControl = (code: number): boolean => (code >= LRE && code <= RLO) || (code >= LRI && code <= PDI);
const isIsolate = (code: number): boolean => code >= LRI && code <= FSI;

/** P2 and P3: the first strong letter outside isolates decides; 0 when there is none. */
function baseLevel(codes: readonly number[], from = 0, end: number = codes.length): number {
  let depth = 0;
  for (let i = from; i < end; i++) {
    const code = codes[i] ?? 0;
    if (isIsolate(code)) depth++;
    else if (code === PDI) {
      if (depth === 0 && from > 0) return 0;
      depth = Math.max(0, depth - 1);
    } else if (depth === 0 && !isControl(code)) {
      const kind = classOf(code);
      if (kind === "L") return 0;
      if (kind === "R" || kind === "AL") return 1;
    }
  }
  return 0;
}

interface Resolved {
  readonly levels: Int16Array;
  readonly kinds: Class[];
}

// X1 to X8: the level of every character, and its class where an override forces one.
function explicit(codes: readonly number[], base: number): Resolved {
  const levels = new Int16Array(codes.length);
  const kinds: Class[] = [];
  const stack: { level: number; override: Class | undefined; isolate: boolean }[] = [
    { level: base, override: undefined, isolate: false },
  ];
  const top = (): { level: number; override: Class | undefined; isolate: boolean } =>
    stack.at(-1) ?? { level: base, override: undefined, isolate: false };
  let overIsolates = 0;
  let overEmbeddings = 0;
  let validIsolates = 0;
  codes.forEach((code, i) => {
    const { level, override } = top();
    levels[i] = level;
    kinds[i] = "BN";
    const push = (rightToLeft: boolean, forced: Class | undefined, isolate: boolean): void => {
      const next = rightToLeft ? (level + 1) | 1 : (level + 2) & ~1;
      if (next <= DEPTH_MAX && overIsolates === 0 && (isolate || overEmbeddings === 0)) {
        if (isolate) validIsolates++;
        stack.push({ level: next, override: forced, isolate });
      } else if (isolate) overIsolates++;
      else if (overIsolates === 0) overEmbeddings++;
    };
    if (isIsolate(code)) {
      kinds[i] = override ?? "ON";
      push(code === RLI || (code === FSI && baseLevel(codes, i + 1) === 1), undefined, true);
    } else if (code === PDI) {
      if (overIsolates > 0) overIsolates--;
      else if (validIsolates > 0) {
        overEmbeddings = 0;
        while (!top().isolate) stack.pop();
        stack.pop();
        validIsolates--;
      }
      levels[i] = top().level;
      kinds[i] = top().override ?? "ON";
    } else if (code === PDF) {
      if (overIsolates > 0) return;
      if (overEmbeddings > 0) overEmbeddings--;
      else if (!top().isolate && stack.length > 1) stack.pop();
    } else if (isControl(code)) {
      push(code === RLE || code === RLO, code === LRO ? "L" : code === RLO ? "R" : undefined, false);
    } else {
      const kind = classOf(code);
      kinds[i] = kind === "BN" ? "BN" : (override ?? kind);
    }
  });
  return { levels, kinds };
}

// X10: indexes of each isolating run sequence, without the characters that X9 removes.
function sequences(codes: readonly number[], { levels, kinds }: Resolved): number[][] {
  const open: { readonly sequence: number[]; readonly level: number }[] = [];
  const all: number[][] = [];
  let current: number[] | undefined;
  let level = -1;
  codes.forEach((code, i) => {
    if (kinds[i] === "BN") return;
    const resumed = code === PDI ? open.findLastIndex((each) => each.level === levels[i]) : -1;
    if (resumed >= 0) {
      current = open[resumed]?.sequence;
      open.length = resumed;
    } else if (current === undefined || levels[i] !== level) {
      current = [];
      all.push(current);
    }
    current?.push(i);
    level = levels[i] ?? 0;
    if (isIsolate(code) && current) {
      open.push({ sequence: current, level });
      current = undefined;
    }
  });
  return all;
}

// W1 to W7, N1, N2, I1, I2 on one sequence.
function resolve(sequence: readonly number[], { levels, kinds }: Resolved, base: number): void {
  const level = levels[sequence[0] ?? 0] ?? base;
  const edge: Class = level & 1 ? "R" : "L";
  const kind = (k: number): Class => kinds[sequence[k] ?? -1] ?? edge;
  const set = (k: number, value: Class): void => {
    const i = sequence[k];
    if (i !== undefined) kinds[i] = value;
  };
  let strong: Class = edge;
  for (let k = 0; k < sequence.length; k++) {
    if (kind(k) === "NSM") set(k, k === 0 ? edge : kind(k - 1));
    if (kind(k) === "EN" && strong === "AL") set(k, "AN");
    if (kind(k) === "L" || kind(k) === "R" || kind(k) === "AL") strong = kind(k);
    if (kind(k) === "AL") set(k, "R");
  }
  for (let k = 1; k + 1 < sequence.length; k++) {
    if (
      kind(k - 1) === kind(k + 1) &&
      ((kind(k) === "ES" && kind(k - 1) === "EN") ||
        (kind(k) === "CS" && (kind(k - 1) === "EN" || kind(k - 1) === "AN")))
    )
      set(k, kind(k - 1));
  }
  for (let k = 0; k < sequence.length; k++) {
    if (kind(k) !== "ET") continue;
    let end = k;
    while (end < sequence.length && kind(end) === "ET") end++;
    const number = (k > 0 && kind(k - 1) === "EN") || (end < sequence.length && kind(end) === "EN");
    for (let j = k; j < end; j++) set(j, number ? "EN" : "ON");
    k = end - 1;
  }
  strong = edge;
  for (let k = 0; k < sequence.length; k++) {
    if (kind(k) === "L" || kind(k) === "R") strong = kind(k);
    else if (kind(k) === "EN" && strong === "L") set(k, "L");
  }
  const side = (value: Class): Class => (value === "L" ? "L" : "R");
  for (let k = 0; k < sequence.length; k++) {
    const neutral = (j: number): boolean => !["L", "R", "EN", "AN"].includes(kind(j));
    if (!neutral(k)) continue;
    let end = k;
    while (end < sequence.length && neutral(end)) end++;
    const left = k === 0 ? edge : side(kind(k - 1));
    const right = end === sequence.length ? edge : side(kind(end));
    for (let j = k; j < end; j++) set(j, left === right ? left : edge);
    k = end - 1;
  }
  for (let k = 0; k < sequence.length; k++) {
    const i = sequence[k] ?? 0;
    if (level & 1) levels[i] = kind(k) === "R" ? level : level + 1;
    else levels[i] = kind(k) === "R" ? level + 1 : kind(k) === "L" ? level : level + 2;
  }
}

const MIRROR: Readonly<Record<string, string>> = {
  "(": ")",
  ")": "(",
  "[": "]",
  "]": "[",
  "{": "}",
  "}": "{",
  "<": ">",
  ">": "<",
  "«": "»",
  "»": "«",
};

/** The paragraph as it is seen from left to right, without the controls; `text` is cut at `PARAGRAPH_MAX`. */
export function displayed(text: string): string {
  const codes = Array.from(text.slice(0, PARAGRAPH_MAX), (character) => character.codePointAt(0) ?? 0);
  const base = baseLevel(codes);
  const resolved = explicit(codes, base);
  for (const sequence of sequences(codes, resolved)) resolve(sequence, resolved, base);
  const { levels, kinds } = resolved;
  for (let i = codes.length - 1; i >= 0 && (isControl(codes[i] ?? 0) || classOf(codes[i] ?? 0) === "WS"); i--)
    levels[i] = base;
  const shown = codes.map((_, i) => i).filter((i) => kinds[i] !== "BN" && !isControl(codes[i] ?? 0));
  const highest = shown.reduce((most, i) => Math.max(most, levels[i] ?? 0), 0);
  for (let level = highest; level > 0; level--) {
    for (let k = 0; k < shown.length; k++) {
      if ((levels[shown[k] ?? 0] ?? 0) < level) continue;
      let end = k;
      while (end < shown.length && (levels[shown[end] ?? 0] ?? 0) >= level) end++;
      shown.splice(k, end - k, ...shown.slice(k, end).reverse());
      k = end;
    }
  }
  return shown
    .map((i) => {
      const character = String.fromCodePoint(codes[i] ?? 0);
      return (levels[i] ?? 0) & 1 ? (MIRROR[character] ?? character) : character;
    })
    .join("");
}
