// Makes archives for tests: ustar (POSIX.1-1988), files only.

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");

export function ustar(...members: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Buffer {
  const blocks: Uint8Array[] = [];
  for (const { name, bytes } of members) {
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write(["0000644", "0000000", "0000000", octal(bytes.length, 11), octal(0, 11)].join("\0"), 100);
    header.write("        0", 148);
    header.write("ustar\x0000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${octal(sum, 6)}\0 `, 148);
    blocks.push(header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
