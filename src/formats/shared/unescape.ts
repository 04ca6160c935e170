// Numeric escapes of JSON, Python and YAML (\uXXXX, \xNN, \UXXXXXXXX) resolved in text that no parser understood as a
// whole: a loader with other ideas of what is well formed would see what they spell. Line breaks stay where they are.

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|U([0-9a-fA-F]{8})|u\{([0-9a-fA-F]{1,6})\}|([\\/"']))/g;

/** The same text where it holds none. */
export function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(ESCAPE, (whole, u?: string, x?: string, wide?: string, braced?: string, plain?: string) => {
    if (plain !== undefined) return plain;
    const code = Number.parseInt(u ?? x ?? wide ?? braced ?? "", 16);
    if (code === 10 || code === 13) return " ";
    return code <= 0xffff ? String.fromCharCode(code) : code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
