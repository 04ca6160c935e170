// Letters and digits of ASCII, as bytes or as UTF-16 units: what a search over raw bytes asks of its neighbours.

/** The unit, a capital letter as the small one. */
export const lowerAscii = (unit: number): number => (unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit);

export const isDigit = (unit: number | undefined): boolean => unit !== undefined && unit >= 0x30 && unit <= 0x39;

export const isLetter = (unit: number | undefined): boolean => {
  const lower = (unit ?? 0) | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
};

export const isLetterOrDigit = (unit: number | undefined): boolean => isLetter(unit) || isDigit(unit);
