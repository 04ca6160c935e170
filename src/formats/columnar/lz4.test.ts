import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lz4Block, lz4Frame } from "./lz4.ts";

/** A greedy encoder, to have something to decode: literals, and matches of four bytes or more. */
function encode(input: Uint8Array): Uint8Array {
  const out: number[] = [];
  const length = (rest: number): void => {
    for (; rest >= 255; rest -= 255) out.push(255);
    out.push(rest);
  };
  let literals: number[] = [];
  const sequence = (match: number): void => {
    out.push((Math.min(15, literals.length) << 4) | Math.min(15, Math.max(0, match - 4)));
    if (literals.length >= 15) length(literals.length - 15);
    out.push(...literals);
    literals = [];
  };
  for (let i = 0; i < input.length;) {
    let [best, offset] = [0, 0];
    for (let back = 1; back <= Math.min(i, 300); back++) {
      let match = 0;
      while (i + match < input.length && input[i + match] === input[i + match - back]) match++;
      if (match > best) [best, offset] = [match, back];
    }
    if (best >= 4 && i + best < input.length) {
      sequence(best);
      out.push(offset & 255, offset >> 8);
      if (best - 4 >= 15) length(best - 19);
      i += best;
    } else literals.push(input[i++] ?? 0);
  }
  sequence(0);
  return Uint8Array.from(out);
}

const some = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.array(fc.constantFrom(1, 2), { maxLength: 900 }).map((list) => Uint8Array.from(list)),
);

test("blocks decode to what was encoded, and never past what is allowed", () => {
  fc.assert(
    fc.property(some, (input) => {
      const packed = encode(input);
      const out = new Uint8Array(input.length);
      assert.equal(lz4Block(packed, out), input.length);
      assert.deepEqual(out, input);
      if (input.length > 0) assert.throws(() => lz4Block(packed, new Uint8Array(input.length - 1)));
    }),
  );
});

test("any bytes give an answer", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
      for (const decode of [() => lz4Block(input, new Uint8Array(1000)), () => lz4Frame(input, 1000)]) {
        try {
          decode();
        } catch (error) {
          assert.ok(error instanceof Error);
        }
      }
    }),
  );
});

test("frames: stored and packed blocks, checksums passed over, dictionaries refused", () => {
  const block = (bytes: Uint8Array, stored: boolean, checksum: boolean): Uint8Array => {
    const head = new Uint8Array(4);
    new DataView(head.buffer).setUint32(0, (bytes.length | (stored ? 0x80000000 : 0)) >>> 0, true);
    return Buffer.concat([head, bytes, new Uint8Array(checksum ? 4 : 0)]);
  };
  const frame = (flags: number, ...blocks: Uint8Array[]): Uint8Array =>
    Buffer.concat([Uint8Array.of(0x04, 0x22, 0x4d, 0x18, flags, 0x40, 0), ...blocks, new Uint8Array(4)]);
  const words = Buffer.from("green green green green");
  const both = frame(0x70, block(words, true, true), block(encode(words), false, true));
  assert.equal(Buffer.from(lz4Frame(both, words.length * 2)).toString(), `${words}${words}`);
  assert.throws(() => lz4Frame(both, words.length), /longer|over/);
  assert.throws(() => lz4Frame(both, 100), /shorter/);
  assert.throws(() => lz4Frame(frame(0x41), 0), /dictionary/);
});
