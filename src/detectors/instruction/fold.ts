// Text as phrases are compared with it: lower case, without Latin accents or full-width forms, composed (Unicode NFC)
// where letters and their marks are written apart. One field is folded once, whatever the number of detectors.
import type { Field } from "../../core/record.ts";

const FOLDABLE = /[\u00df-\u024f\u0451\u0622-\u0625\u1e00-\u1eff\uff10-\uff5a]/g;
const NON_ASCII = /[^\0-\x7f]/;
const ODD: Readonly<Record<string, string>> = { ı: "i", ł: "l", ø: "o", đ: "d", ё: "е", آ: "ا", أ: "ا", إ: "ا" };
const oneUnit = (character: string): string => {
  const lower = character.toLowerCase();
  return lower.length === 1 ? lower : (lower[0] ?? character);
};

/** Folds unit for unit: offsets stay true. Text whose marks are apart keeps them. */
export function fold(text: string): string {
  let lower = text.toLowerCase();
  if (!NON_ASCII.test(text)) return lower;
  // A few capitals grow in lower case (U+0130), which would shift every offset after them.
  if (lower.length !== text.length) lower = text.replace(/[A-Z\u00c0-\uffff]/g, oneUnit);
  return lower.replace(FOLDABLE, (c) => {
    const plain = ODD[c] ?? c.normalize("NFKD")[0] ?? c;
    return plain.length === 1 ? plain : c;
  });
}

export interface Folded {
  readonly text: string;
  /** The offset in the field of an offset in `text`. */
  original(at: number): number;
}

// A letter with marks, or the letters of one Hangul syllable. Whoever wrote the text chose how many: the run is bounded
// and what is left of it is a run of its own.
const APART =
  /[\s\S][\u0300-\u036f\u0653-\u0655\u3099\u309a]{1,16}|[\u1100-\u1112][\u1161-\u1175](?:[\u11a8-\u11c2])?/g;
const MARK = /[\u0300-\u036f\u0653-\u0655\u1100-\u1112\u3099\u309a]/;

const known = new WeakMap<Field, Folded>();
const same = (at: number): number => at;

/** The folded text of a field. */
export function foldedOf(field: Field): Folded {
  let folded = known.get(field);
  if (folded === undefined) known.set(field, (folded = foldOnce(field.text)));
  return folded;
}

const plain = (text: string): Folded => ({ text: fold(text), original: same });

function foldOnce(text: string): Folded {
  if (!NON_ASCII.test(text)) return { text: text.toLowerCase(), original: same };
  return MARK.test(text) ? composed(text) : plain(text);
}

function composed(text: string): Folded {
  // Where composing shortens the text, and by how much in all up to there.
  const ends: number[] = [];
  const shifts: number[] = [];
  let shift = 0;
  const whole = text.replace(APART, (apart: string, at: number) => {
    const joined = apart.normalize("NFC");
    if (joined.length < apart.length) {
      const end = at - shift + joined.length;
      shift += apart.length - joined.length;
      ends.push(end);
      shifts.push(shift);
    }
    return joined;
  });
  if (shift === 0) return plain(text);
  return {
    text: fold(whole),
    original(at) {
      let low = 0;
      let high = ends.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((ends[middle] as number) <= at) low = middle + 1;
        else high = middle;
      }
      return at + (low === 0 ? 0 : (shifts[low - 1] as number));
    },
  };
}
