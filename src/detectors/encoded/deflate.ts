// Whether bytes can begin a raw deflate stream of text (RFC 1951). Raw deflate has no magic number, and handing every
// run of letters to zlib to hear that it is none costs more than everything else; the first bits tell almost all apart.

const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const SYMBOLS_MAX = 32;

/** `bytes` are the first ones of the stream, `size` of them. */
export function beginsDeflate(bytes: Uint8Array, size: number): boolean {
  if (size < 12) return false;
  const byte = (at: number): number => bytes[at] ?? 0;
  switch ((byte(0) >> 1) & 3) {
    case 0:
      return ((byte(1) ^ byte(3)) & (byte(2) ^ byte(4))) === 0xff; // LEN and its complement
    case 1:
      return fixedText(bytes, size);
    case 2:
      return dynamicHeader(bytes);
    default:
      return false;
  }
}

/** 3.2.7: the counts are in range and the code length code is complete, as inflate demands. */
function dynamicHeader(bytes: Uint8Array): boolean {
  const bits = (at: number, count: number): number =>
    ((((bytes[at >> 3] ?? 0) | ((bytes[(at >> 3) + 1] ?? 0) << 8)) >> (at & 7)) & ((1 << count) - 1)) >>> 0;
  if (bits(3, 5) > 29 || bits(8, 5) > 29) return false;
  let room = 128;
  for (let n = bits(13, 4) + 4, at = 17; n > 0; n--, at += 3) {
    const length = bits(at, 3);
    if (length > 0) room -= 128 >> length;
  }
  return room === 0;
}

/** 3.2.6: the first symbols are characters of text, and copies of what came before them. */
function fixedText(bytes: Uint8Array, size: number): boolean {
  let at = 3;
  let made = 0;
  // Huffman codes come with their highest bit first, everything else with the lowest.
  const code = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) value = (value << 1) | (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1);
    return value;
  };
  const extra = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) value |= (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1) << i;
    return value;
  };
  for (let n = 0; n < SYMBOLS_MAX && at + 32 < size * 8; n++) {
    const seven = code(7);
    let symbol: number;
    if (seven < 24) symbol = 256 + seven;
    else {
      const eight = (seven << 1) | code(1);
      if (eight < 0xc0) symbol = eight - 0x30;
      else if (eight < 0xc8) symbol = 280 + eight - 0xc0;
      else symbol = 144 + ((eight << 1) | code(1)) - 0x190;
    }
    if (symbol === 256) return made > 0;
    if (symbol < 256) {
      // A zero is half of a letter in UTF-16.
      if (
        (symbol < 0x20 && symbol !== 0 && symbol !== 9 && symbol !== 10 && symbol !== 13 && symbol !== 27) ||
        symbol === 0x7f
      )
        return false;
      made++;
      continue;
    }
    const length = symbol - 257;
    if (length >= LENGTH_EXTRA.length) return false;
    extra(LENGTH_EXTRA[length] ?? 0);
    const distance = code(5);
    if (distance > 29) return false;
    const extraBits = distance < 4 ? 0 : (distance >> 1) - 1;
    const base = distance < 4 ? distance + 1 : ((2 + (distance & 1)) << extraBits) + 1;
    if (base + extra(extraBits) > made) return false;
    // How much it copied is not counted exactly: more only makes later distances possible.
    made += 258;
  }
  return true;
}
