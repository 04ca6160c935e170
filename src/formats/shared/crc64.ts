// CRC-64 of ECMA-182 with reflected bits, as .xz uses it, on pairs of 32-bit halves: BigInt would be far slower.

const LOW = new Uint32Array(256);
const HIGH = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let low = byte;
  let high = 0;
  for (let bit = 0; bit < 8; bit++) {
    const carry = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (carry) {
      low ^= 0xd7870f42;
      high ^= 0xc96c5795;
    }
  }
  LOW[byte] = low;
  HIGH[byte] = high;
}

export class Crc64 {
  private low = -1;
  private high = -1;

  update(bytes: Uint8Array): void {
    let { low, high } = this;
    for (let i = 0; i < bytes.length; i++) {
      const byte = (low ^ bytes[i]!) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ LOW[byte]!;
      high = (high >>> 8) ^ HIGH[byte]!;
    }
    this.low = low;
    this.high = high;
  }

  digest(): Buffer {
    const digest = Buffer.alloc(8);
    digest.writeUInt32LE(~this.low >>> 0, 0);
    digest.writeUInt32LE(~this.high >>> 0, 4);
    return digest;
  }
}
