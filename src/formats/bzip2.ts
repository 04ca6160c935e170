// bzip2, as its reference implementation (version 1.0.8) writes it: any number of streams, checksums of blocks and
// streams checked. One block is decoded at a time, so memory is bounded by the format. Refuses the randomised blocks
// that no program has written since 1997.
import type { Format } from "../core/format.ts";
import type { ByteWindow } from "./shared/byte-window.ts";
import { BlockFault, BZIP2_INPUT_MAX, Bzip2Block, BitReader } from "./shared/bzip2-block.ts";
import { expandedMember } from "./shared/expand.ts";
import { readProblem } from "./shared/read-problem.ts";

export async function* bunzip2(window: ByteWindow): AsyncGenerator<Uint8Array> {
  for (let streams = 0; await window.fill(1); streams++) {
    const at = { offset: window.offset };
    if (!(await window.fill(4)) || !startsBzip2(window.bytes)) {
      window.rethrow();
      if (streams === 0) throw readProblem("truncated", "The bzip2 data ends inside of its header.", { at });
      throw readProblem("malformed", "Bytes follow the bzip2 data that are not bzip2. They were not searched.", { at });
    }
    const block = new Bzip2Block(((window.bytes[3] ?? 0x39) - 0x30) * 100_000);
    window.skip(4);
    let combined = 0;
    for (let bit = 0, last = false; !last;) {
      await window.fill(BZIP2_INPUT_MAX);
      const reader = new BitReader(window.bytes, bit);
      try {
        last = block.readHeader(reader);
        if (last) {
          if (block.checksum !== combined) throw new BlockFault("corrupt", "the checksum of the stream does not match");
        } else {
          block.read(reader);
          yield* block.output();
          if (block.crc !== block.checksum) throw new BlockFault("corrupt", "the checksum of a block does not match");
          combined = ((combined << 1) | (combined >>> 31)) ^ block.checksum;
          combined >>>= 0;
        }
      } catch (error) {
        if (!(error instanceof BlockFault)) throw error;
        window.rethrow();
        throw readProblem(error.code, `The bzip2 data is damaged (${error.message}). What comes before was searched.`, {
          at: { offset: window.offset },
        });
      }
      window.skip(reader.byteOffset);
      bit = reader.bitOffset;
      if (last && bit > 0) window.skip(1);
    }
  }
  window.rethrow();
}

const startsBzip2 = (bytes: Uint8Array): boolean => {
  const [b = 0, z = 0, h = 0, level = 0] = bytes;
  return b === 0x42 && z === 0x5a && h === 0x68 && level >= 0x31 && level <= 0x39;
};

const BLOCK_MAGIC = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
const END_MAGIC = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];

export const bzip2: Format = {
  id: "bzip2",
  title: "bzip2",
  spec: "bzip2 1.0.8 (https://sourceware.org/bzip2/)",
  extensions: [".bz2", ".bzip2"],
  yields: "stream",
  sniff({ bytes }) {
    // `BZh9` could begin a line of text; the magic of the first block could not.
    const follows = (magic: readonly number[]): boolean =>
      magic.every((byte, i) => bytes[i + 4] === undefined || bytes[i + 4] === byte);
    return startsBzip2(bytes) && (follows(BLOCK_MAGIC) || follows(END_MAGIC)) ? 1 : 0;
  },
  read: (source, context) => expandedMember(source, /\.(bz2|bzip2)$/i, bunzip2, context),
};
