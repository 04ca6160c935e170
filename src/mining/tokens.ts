// Text as tokens for statistics over a dataset: words in lower case, ideographs and Thai-like letters one by one, every
// other visible character by itself, and invisible characters by their code, so that a trigger made of them is a token
// like any other. Linear in the text; at most `head` tokens from its start and `tail` from its end are kept.

const WORD = 1;
const SINGLE = 2;
const SPACE = 0;

// Kinds of UTF-16 units. Scripts written without spaces have letters as tokens; half a pair makes a token with the other.
const KINDS = new Uint8Array(0x10000);
for (let unit = 0; unit < 0x10000; unit++) {
  const c = String.fromCharCode(unit);
  if (unit >= 0xd800 && unit <= 0xdfff) KINDS[unit] = SINGLE;
  else if (/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u.test(c))
    KINDS[unit] = SINGLE;
  else if (/[\p{L}\p{M}\p{N}_]/u.test(c)) KINDS[unit] = WORD;
  else if (/\s/u.test(c) && unit !== 0xfeff) KINDS[unit] = SPACE;
  else KINDS[unit] = SINGLE;
}

/** A longer token is cut: an attacker's endless word must not fill the dictionary (CWE-770). */
const TOKEN_UNITS_MAX = 40;

/** Calls `take` with each token in order, as long as it returns true. */
export function eachToken(text: string, take: (token: string) => boolean): void {
  const length = text.length;
  for (let at = 0; at < length;) {
    const kind = KINDS[text.charCodeAt(at)] as number;
    if (kind === SPACE) {
      at++;
      continue;
    }
    let end = at + 1;
    if (kind === WORD) {
      while (end < length && KINDS[text.charCodeAt(end)] === WORD) end++;
    } else {
      const unit = text.charCodeAt(at);
      if (unit >= 0xd800 && unit <= 0xdbff && end < length) end++;
    }
    if (!take(text.slice(at, Math.min(end, at + TOKEN_UNITS_MAX)).toLowerCase())) return;
    at = end;
  }
}
