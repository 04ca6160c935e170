// Filters that archives put before a compressor: differences of bytes (delta), and the targets of x86 calls and jumps
// counted from the start (BCJ), after the description in the .xz file format (1.2.1, section 5.3.3) and its reference
// decoder. Undone in place.

/** Each byte was replaced by its difference to the one `distance` before. */
export function undoDelta(bytes: Uint8Array, distance: number): void {
  for (let i = distance; i < bytes.length; i++) bytes[i] = ((bytes[i] ?? 0) + (bytes[i - distance] ?? 0)) & 0xff;
}

const CALL_BYTES = 5;
/** By the calls seen just before: whether this one was converted, and which of its bytes to look at again. */
const CONVERTED = [true, true, true, false, true, false, false, false];
const SHIFTS = [0, 1, 2, 2, 3, 3, 3, 3];

const isEdge = (byte: number): boolean => byte === 0 || byte === 0xff;

/** Targets of E8 and E9 become relative again. */
export function undoX86(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let before = 0;
  let last = -CALL_BYTES;
  for (let at = 0; at + CALL_BYTES <= bytes.length;) {
    const opcode = bytes[at];
    if (opcode !== 0xe8 && opcode !== 0xe9) {
      at++;
      continue;
    }
    const distance = at - last;
    last = at;
    if (distance > CALL_BYTES) before = 0;
    else for (let i = 0; i < distance; i++) before = (before & 0x77) << 1;
    const high = bytes[at + 4] ?? 0;
    if (isEdge(high) && CONVERTED[(before >> 1) & 7] && before >> 1 < 0x10) {
      view.setInt32(at + 1, relative(view.getInt32(at + 1, true), at + CALL_BYTES, before), true);
      at += CALL_BYTES;
      before = 0;
    } else {
      at++;
      before |= isEdge(high) ? 0x11 : 1;
    }
  }
}

function relative(target: number, from: number, before: number): number {
  let source = target;
  let result = (source - from) | 0;
  // A byte that an earlier call shares was changed with it.
  for (let i = 0; before !== 0 && i < 4; i++) {
    const shift = SHIFTS[before >> 1] ?? 0;
    if (!isEdge((result >>> (24 - shift * 8)) & 0xff)) break;
    source = result ^ (2 ** (32 - shift * 8) - 1);
    result = (source - from) | 0;
  }
  // The sign of the 25 bits that count.
  return (result << 7) >> 7;
}
