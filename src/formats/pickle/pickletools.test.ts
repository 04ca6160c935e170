// The opcode stream that the machine walks is the one that Python's pickletools sees, where a Python is at hand: opcodes,
// arguments, places and ends, over streams that are generated and fuzzed, and over every file below PICKLE_SAMPLES and in
// its zip archives. pickletools runs nothing; it only reads.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { LIMITS } from "../../base/limits.ts";
import { seededRandom } from "../../base/prng.ts";
import { stringLine, unicodeLine } from "./line.ts";
import { OPCODES, Operand } from "./opcodes.ts";
import { machineAt } from "./run.ts";
import { Status } from "./machine.ts";
import { assemble, type Step } from "./testing/assemble.ts";

const STREAMS = 10_000;
const python = spawnSync("python3", ["-c", "import pickletools"]).status === 0;
const skip = python ? false : "no python3";
const samples = process.env["PICKLE_SAMPLES"];

/**
 * Reads length-prefixed streams, or all files of a folder, and writes for each: its name, its bytes, how it ended, and
 * for each opcode its code, its place and its argument as text, all prefixed by their lengths.
 */
const SCRIPT = `
import io, os, pickletools, struct, sys, zipfile, zlib
out = open(sys.argv[2], "wb")

def said(opcode, arg):
    if arg is None:
        return ""
    if isinstance(arg, float):
        return struct.pack(">d", arg).hex()
    if isinstance(arg, int):
        return str(int(arg)) if arg.bit_length() < 10000 else "long"
    if isinstance(arg, str):
        arg = arg.encode("utf-8", "surrogatepass")
    return str(zlib.crc32(bytes(arg))) + "+" + str(len(arg))

def write(name, data):
    seen, why = [], "stop"
    try:
        for opcode, arg, pos in pickletools.genops(io.BytesIO(data)):
            seen.append(str(ord(opcode.code)) + ":" + str(pos) + ":" + said(opcode, arg))
    except Exception as error:
        text = str(error)
        cut = ("not enough data", "exhausted", "no newline", "expected", "remain", "sys.maxsize")
        why = "unknown" if "unknown" in text else "cut" if any(part in text for part in cut) else "refused"
    for part in (name.encode("utf-8", "replace"), data, why.encode(), " ".join(seen).encode()):
        out.write(struct.pack("<I", len(part)))
        out.write(part)

def members(name, data, depth=0):
    write(name, data)
    if depth < 3 and data[:2] == b"PK":
        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
            for info in archive.infolist():
                try:
                    members(name + "!" + info.filename, archive.read(info), depth + 1)
                except Exception:
                    pass
        except Exception:
            pass

if os.path.isdir(sys.argv[1]):
    for folder, _, files in sorted(os.walk(sys.argv[1])):
        for file in sorted(files):
            path = os.path.join(folder, file)
            if os.path.isfile(path) and 0 < os.path.getsize(path) < 1 << 26:
                members(path, open(path, "rb").read())
else:
    data = open(sys.argv[1], "rb").read()
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at)
        at += 4
        write("stream " + str(at), data[at:at + size])
        at += size
out.close()
`;

interface Walk {
  readonly name: string;
  readonly bytes: Buffer;
  readonly end: string;
  /** `code:place:argument` of each opcode. */
  readonly theirs: readonly string[];
}

function* walks(input: string, folder: string): Generator<Walk> {
  const out = join(folder, "walks");
  execFileSync("python3", ["-c", SCRIPT, input, out], { stdio: ["ignore", "ignore", "inherit"] });
  const file = openSync(out, "r");
  const part = (): Buffer | undefined => {
    const size = Buffer.alloc(4);
    if (readSync(file, size) < 4) return undefined;
    const bytes = Buffer.alloc(size.readUInt32LE(0));
    for (let at = 0; at < bytes.length;) at += readSync(file, bytes, at, bytes.length - at, null);
    return bytes;
  };
  try {
    for (let name = part(); name; name = part()) {
      const [bytes, end, seen] = [part(), part(), part()] as [Buffer, Buffer, Buffer];
      yield { name: name.toString(), bytes, end: end.toString(), theirs: seen.toString().split(" ").filter(Boolean) };
    }
  } finally {
    closeSync(file);
  }
}

/** As Python's `surrogatepass`: half of a pair is written like any other character. */
const utf8 = (text: string): Buffer =>
  Buffer.concat(
    Array.from(text, (one) => {
      const code = one.codePointAt(0) as number;
      return code >= 0xd800 && code <= 0xdfff
        ? Buffer.of(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f))
        : Buffer.from(one);
    }),
  );

/** CRC-32 is Python's and zlib's. */
const hashed = (bytes: Uint8Array): string => `${crc32(bytes)}+${bytes.length}`;

/** The argument as the script says it, out of the bytes where the machine found it. */
function argument(bytes: Buffer, code: number, start: number, value: number, next: number): string {
  const [name, operand] = OPCODES[code] as readonly [string, number];
  const line = (): string => bytes.toString("latin1", start + 1, next - 1);
  switch (operand) {
    case Operand.None:
      return "";
    case Operand.Float8:
      return bytes.toString("hex", start + 1, next);
    case Operand.Line:
      return lineArgument(name, line());
    case Operand.Lines:
      return hashed(Buffer.from(bytes.toString("latin1", start + 1, next - 1).replace("\n", " "), "latin1"));
    default:
      if (operand < Operand.Bytes1) return String(operand === Operand.U8 ? bytes.readBigUInt64LE(start + 1) : value);
      if (name.startsWith("LONG")) return long(bytes.subarray(value, next));
      // Texts of Python 2 are handed on as Latin-1.
      return hashed(
        name.endsWith("BINSTRING") ? Buffer.from(bytes.toString("latin1", value, next)) : bytes.subarray(value, next),
      );
  }
}

function lineArgument(name: string, line: string): string {
  if (name === "STRING") return hashed(Buffer.from(stringLine(line) ?? "?"));
  if (name === "UNICODE") return hashed(utf8(unicodeLine(line) ?? "?"));
  if (name === "PERSID") return hashed(Buffer.from(line));
  if (name === "FLOAT") {
    const number = Buffer.alloc(8);
    const word = /^([+-]?)(inf|infinity|nan)$/i.exec(line.trim());
    number.writeDoubleBE(
      word ? (word[2]?.toLowerCase() === "nan" ? Number.NaN : word[1] === "-" ? -Infinity : Infinity) : Number(line),
    );
    return number.toString("hex");
  }
  if (name === "INT" && (line === "00" || line === "01")) return String(Number(line));
  const digits = line.trim().replace(/L$/, "").replaceAll("_", "");
  return digits.length > 3_000 ? "long" : String(BigInt(digits.replace(/^\+/, "")));
}

function long(bytes: Buffer): string {
  if (bytes.length === 0) return "0";
  if (bytes.length > 1_000) return "long";
  return String(BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`)));
}

/** How many opcodes both saw, and whether we came to a STOP. */
function compare({ name, bytes, end, theirs }: Walk): { readonly common: number; readonly stopped: boolean } {
  const machine = machineAt(0, bytes.length, LIMITS);
  machine.trace = [];
  const status = machine.run(bytes, 0);
  const { trace } = machine;
  const count = trace.length / 4;
  const shown = `${name}, byte ${machine.at}: ${machine.why}; they: ${end}`;
  // pickletools keeps no stack: we may stop before it does. Of lines of text it takes fewer spellings than the
  // unpickler. Beyond that, one is the beginning of the other.
  const common = Math.min(count, theirs.length);
  for (let i = 0; i < common; i++) {
    const [code, start, value, next] = trace.slice(4 * i, 4 * i + 4) as [number, number, number, number];
    const [theirCode, theirStart, theirArgument] = (theirs[i] as string).split(":");
    assert.equal(`${code}:${start}`, `${theirCode}:${theirStart}`, shown);
    // The last one may be what stopped us: its line is no text of this kind.
    if (i < common - 1 || status === Status.Done)
      assert.equal(
        argument(bytes, code, start, value, next),
        theirArgument,
        `${shown}, ${OPCODES[code]?.[0]} at ${start}`,
      );
  }
  if (status === Status.Done) {
    if (end === "stop") assert.equal(count, theirs.length, shown);
    return { common, stopped: true };
  }
  if (status !== Status.Broken) return { common, stopped: false };
  if (count > theirs.length + 1) assert.equal(OPCODES[trace[4 * theirs.length] as number]?.[1], Operand.Line, shown);
  // What broke it is the last opcode, or what could not be read as one: that they see at the same place, as the same.
  const unknown = machine.why.endsWith("is no opcode");
  if ((unknown || machine.truncated) && count <= theirs.length) {
    assert.equal(count, theirs.length, shown);
    // They decode the first of two lines before they look for the second.
    const lines = OPCODES[bytes[machine.at] as number]?.[1] === Operand.Lines;
    if (!(lines && end === "refused")) assert.equal(end, unknown ? "unknown" : "cut", shown);
  }
  return { common, stopped: false };
}

const NAMES = Object.values(OPCODES);

function generated(random: () => number): Buffer {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const steps: Step[] = [["PROTO", 2 + Math.floor(random() * 4)]];
  const count = 1 + Math.floor(random() * 30);
  for (let i = 0; i < count; i++) {
    const [name, operand] = pick(NAMES);
    if (name === "STOP" || name === "FRAME") continue;
    // Something for it to work on, so that streams go on.
    if (random() < 0.5) steps.push("NONE");
    if (random() < 0.2) steps.push("MARK");
    switch (operand) {
      case Operand.None:
        steps.push(name);
        break;
      case Operand.Line:
        steps.push([name, name === "STRING" ? "'ab'" : name === "FLOAT" ? "1.5" : String(Math.floor(random() * 9))]);
        break;
      case Operand.Lines:
        steps.push([name, "collections", "OrderedDict"]);
        break;
      case Operand.U1:
      case Operand.U2:
      case Operand.I4:
      case Operand.U4:
      case Operand.Float8:
        steps.push([name, name === "PROTO" ? 4 : Math.floor(random() * 5)]);
        break;
      default:
        steps.push([name, pick(["", "a", "os", "collections", "x".repeat(300)]).slice(0, 255)]);
    }
  }
  const bytes = assemble(...steps, "STOP");
  if (random() < 0.4) return bytes;
  for (let flips = Math.floor(random() * 4); flips > 0; flips--)
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  return random() < 0.2 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
}

async function inFolder(work: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bezoar-pickle-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test(`${STREAMS} streams: our opcodes are those of pickletools`, { skip }, () =>
  inFolder((folder) => {
    const random = seededRandom(7);
    const streams = Array.from({ length: STREAMS }, () => generated(random)).filter(({ length }) => length > 0);
    const path = join(folder, "streams");
    const sized = (bytes: Buffer): Buffer[] => {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(bytes.length);
      return [size, bytes];
    };
    writeFileSync(path, Buffer.concat(streams.flatMap(sized)));
    let [stops, longest] = [0, 0];
    for (const walk of walks(path, folder)) {
      const { common, stopped } = compare(walk);
      if (stopped) stops++;
      longest = Math.max(longest, common);
    }
    assert.ok(stops > STREAMS / 50 && longest > 20, `${stops} streams came to their end, ${longest} opcodes at most`);
  }),
);

test("samples: our opcodes are those of pickletools", { skip: skip || (samples ? false : "no PICKLE_SAMPLES") }, (t) =>
  inFolder((folder) => {
    let [files, stops, opcodes] = [0, 0, 0];
    for (const walk of walks(samples as string, folder)) {
      const { common, stopped } = compare(walk);
      files++;
      if (stopped) stops++;
      opcodes += common;
    }
    t.diagnostic(`${files} files and members, ${stops} pickles to their end, ${opcodes} opcodes`);
    assert.ok(files > 0);
  }),
);
