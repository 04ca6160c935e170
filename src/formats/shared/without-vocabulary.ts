// The bytes of a tokenizer.json without its vocabulary and merges, which are most of it: a million pieces of words that
// say nothing. What rewrites text (normalizer, decoder, added tokens) stays, however large the file. One pass, no parsing:
// broken JSON goes through as it is, for its reader to complain about.

/** Depth of objects at which `model.vocab` stands; a key of that name deeper is somebody else's. */
const DEPTH_MAX = 3;
const KEY_BYTES_MAX = 16;
const LARGE = new Set(["vocab", "merges"]);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPENS = new Set([0x7b, 0x5b]);
const CLOSES = new Set([0x7d, 0x5d]);

export interface Shortened {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Bytes left out so far. */
  readonly dropped: () => number;
}

export function withoutVocabulary(source: AsyncIterable<Uint8Array>): Shortened {
  let dropped = 0;
  async function* chunks(): AsyncIterable<Uint8Array> {
    let depth = 0;
    let inString = false;
    let escaped = false;
    let key: number[] | undefined = [];
    let isLarge = false;
    /** Depth outside of the value that is being left out. */
    let skipping = -1;
    for await (const chunk of source) {
      const kept = Buffer.allocUnsafe(chunk.length + 1);
      let length = 0;
      for (const byte of chunk) {
        const isKept = skipping < 0;
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === BACKSLASH) escaped = true;
          else if (byte === QUOTE) inString = false;
          if (inString && key) {
            if (key.length < KEY_BYTES_MAX) key.push(byte);
            else key = undefined;
          }
        } else if (byte === QUOTE) {
          inString = true;
          key = [];
        } else if (byte === COLON)
          isLarge = key !== undefined && depth <= DEPTH_MAX && LARGE.has(String.fromCharCode(...key));
        else if (OPENS.has(byte)) {
          if (isLarge && skipping < 0) {
            // The opening byte is kept, and the closing one will be: what is left is an empty list or object.
            skipping = depth;
          }
          isLarge = false;
          depth++;
        } else if (CLOSES.has(byte)) {
          depth--;
          if (skipping === depth) skipping = -1;
        } else if (byte === COMMA) isLarge = false;
        if (isKept || skipping < 0) kept[length++] = byte;
        else dropped++;
      }
      if (length > 0) yield kept.subarray(0, length);
    }
  }
  return { chunks: chunks(), dropped: () => dropped };
}
