// Reads data back out of a row of hidden symbols. A row that spells text is proof; one that spells nothing may still be
// data (compressed, encrypted, an alphabet not tried here). Never executed, never trusted: the result is only shown.

/** Symbols that are read for a decision; the attacker chooses how many there are. */
const PROBE_SYMBOLS = 512;
/** Symbols that are decoded for the report once a reading has been found. */
const DECODED_SYMBOLS_MAX = 65_536;

export interface Reading {
  readonly text: string;
  /** How it was read, for the evidence: `8-bit, most significant first`. */
  readonly coding: string;
}

/** The text in bytes when it is text: valid UTF-8, no controls, mostly letters, digits and ordinary punctuation. */
export function readableBytes(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return readableText(text) ? text : undefined;
}

export function readableText(text: string): boolean {
  if (text.length < 2) return false;
  let letters = 0;
  let odd = 0;
  let length = 0;
  for (const character of text) {
    length++;
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) {
      if ((code | 32) >= 0x61 && (code | 32) <= 0x7a) letters++;
      else if (code < 0x20 || code === 0x7f) odd += code === 9 || code === 10 || code === 13 ? 0 : 9;
      else if (
        code > 0x20 &&
        !(code >= 0x30 && code <= 0x39) &&
        !".,:;!?'\"()[]{}<>-_/=+@#$%&*|\\~^`".includes(character)
      )
        odd++;
    } else if (/^[\p{L}\p{M}]$/u.test(character)) letters++;
    else if (code === 0xfffd || /^[\p{C}]$/u.test(character)) odd += 9;
    else odd += 0.5;
  }
  return letters >= Math.max(2, length * 0.5) && odd <= length * 0.1;
}

/**
 * How unlikely it is, in bits, that `unitBits`-bit numbers come out as this text by chance: the test that keeps random
 * rows from reading as words, since many alphabets and orders are tried. A narrow repertoire (lower case, one script)
 * says more than a wide one.
 */
function surprise(text: string, unitBits: number): number {
  let repertoire = 27;
  let length = 0;
  for (const character of text) {
    length++;
    const code = character.codePointAt(0) ?? 0;
    const size =
      code === 0x20 || (code >= 0x61 && code <= 0x7a)
        ? 27
        : (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a)
          ? 63
          : code < 0x80
            ? 97
            : code < 0x2e80
              ? 1_000
              : 30_000;
    if (size > repertoire) repertoire = size;
  }
  return length * (unitBits - Math.log2(repertoire));
}

/** Bits of surprise asked for: the plain coding (8 bits, first bit first) is what tools write. */
const SURPRISE_PLAIN = 6;
const SURPRISE_OTHER = 16;

function permutations(n: number): number[][] {
  if (n === 1) return [[0]];
  return permutations(n - 1).flatMap((rest) =>
    Array.from({ length: n }, (_, at) => [...rest.slice(0, at), n - 1, ...rest.slice(at)]),
  );
}

/** Symbols per character for an alphabet of `base` digits: enough for 7 or 8 bits, or for a UTF-16 unit. */
function widths(base: number): { readonly width: number; readonly unit: "byte" | "utf-16" }[] {
  if (base === 2)
    return [
      { width: 8, unit: "byte" },
      { width: 7, unit: "byte" },
      { width: 16, unit: "utf-16" },
    ];
  const digits = (bits: number): number => Math.ceil(bits / Math.log2(base) - 1e-9);
  return [...new Set([digits(8), digits(7)])]
    .map((width) => ({ width, unit: "byte" as const }) as { width: number; unit: "byte" | "utf-16" })
    .concat({ width: digits(16), unit: "utf-16" });
}

function fromUnits(units: readonly number[], unit: "byte" | "utf-16"): string | undefined {
  if (unit === "byte") {
    if (units.some((value) => value > 0xff)) return undefined;
    const text = readableBytes(Uint8Array.from(units));
    return text ?? latin(units);
  }
  return latin(units);
}

const latin = (units: readonly number[]): string | undefined => {
  if (units.some((value) => value > 0xffff)) return undefined;
  const text = units.map((value) => String.fromCharCode(value)).join("");
  return readableText(text) ? text : undefined;
};

function fixedWidth(
  symbols: readonly number[],
  rank: readonly number[],
  base: number,
  width: number,
  least: boolean,
): number[] {
  const units: number[] = [];
  for (let at = 0; at + width <= symbols.length; at += width) {
    let value = 0;
    for (let k = 0; k < width; k++) value = value * base + (rank[symbols[at + (least ? width - 1 - k : k)] ?? 0] ?? 0);
    units.push(value);
  }
  return units;
}

/** Numbers written in the other symbols, one separator symbol between (and perhaps around) them. */
function separated(
  symbols: readonly number[],
  separator: number,
  rank: readonly number[],
  base: number,
): number[] | undefined {
  const units: number[] = [];
  let value = 0;
  let length = 0;
  for (const symbol of [...symbols, separator]) {
    if (symbol === separator) {
      if (length > 0) units.push(value);
      value = 0;
      length = 0;
    } else {
      value = value * base + (rank[symbol] ?? 0);
      if (++length > 21) return undefined;
    }
  }
  return units;
}

type Reader = (
  symbols: readonly number[],
) => { readonly units: readonly number[]; readonly unit: "byte" | "utf-16" } | undefined;

/** Every reading worth trying for an alphabet of `base` symbols numbered from 0 in code point order. */
function* readers(
  base: number,
): Generator<{ readonly coding: string; readonly unitBits: number; readonly plain: boolean; readonly read: Reader }> {
  const ranks = base <= 4 ? permutations(base) : [Array.from({ length: base }, (_, i) => i)];
  for (const rank of ranks) {
    for (const { width, unit } of widths(base)) {
      for (const least of [false, true]) {
        const bits = base === 2 ? `${width}-bit` : `${width} symbols of base ${base}`;
        yield {
          coding: `${bits}, ${least ? "least" : "most"} significant first`,
          unitBits: width * Math.log2(base),
          plain:
            !least && (base === 2 ? width === 8 : base === 4 && width === 4 && rank.every((value, i) => value === i)),
          read: (symbols) => ({ units: fixedWidth(symbols, rank, base, width, least), unit }),
        };
      }
    }
  }
  if (base < 3) return;
  const inner = base <= 5 ? permutations(base - 1) : [Array.from({ length: base - 1 }, (_, i) => i)];
  for (let separator = 0; separator < base; separator++) {
    for (const order of inner) {
      const rank = Array.from({ length: base }, (_, s) => (s < separator ? (order[s] ?? 0) : (order[s - 1] ?? 0)));
      yield {
        coding: `base ${base - 1} with a separator`,
        unitBits: 8,
        plain: false,
        read: (symbols) => {
          const units = separated(symbols, separator, rank, base - 1);
          return units && { units, unit: "utf-16" };
        },
      };
    }
  }
}

/** The best readable text in a row of symbols (code points of hidden characters), if there is one. */
export function readSymbols(row: readonly number[]): Reading | undefined {
  const alphabet = [...new Set(row)].sort((a, b) => a - b);
  if (alphabet.length < 2 || alphabet.length > 16 || row.length < 8) return undefined;
  const index = new Map(alphabet.map((code, i) => [code, i]));
  const symbols = row.slice(0, DECODED_SYMBOLS_MAX).map((code) => index.get(code) ?? 0);
  const probe = symbols.slice(0, PROBE_SYMBOLS);
  let best: { readonly score: number; readonly coding: string; readonly read: Reader } | undefined;
  for (const { coding, unitBits, plain, read } of readers(alphabet.length)) {
    const result = read(probe);
    const text = result && fromUnits(result.units, result.unit);
    if (text === undefined) continue;
    const score = surprise(text, unitBits) + (plain ? SURPRISE_OTHER - SURPRISE_PLAIN : 0);
    if (score >= SURPRISE_OTHER && (best === undefined || score > best.score)) best = { score, coding, read };
  }
  if (best === undefined) return undefined;
  const result = best.read(symbols);
  const units = result?.units ?? [];
  const text = result && (fromUnits(units, result.unit) ?? fromUnits(units.slice(0, PROBE_SYMBOLS >> 4), result.unit));
  return text === undefined ? undefined : { text, coding: best.coding };
}

/** True when the row only repeats a short unit: padding, which carries no data. */
export function periodic(row: readonly number[], periodMax = 8): boolean {
  for (let period = 1; period <= periodMax && period * 2 <= row.length; period++) {
    let same = true;
    for (let i = period; i < row.length && same; i++) same = row[i] === row[i - period];
    if (same) return true;
  }
  return false;
}
