// The opcode stream that the machine walks is the one that Python's pickletools sees, where a Python is at hand: over
// streams that are generated and fuzzed. pickletools runs nothing; it only reads.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { LIMITS } from "../../base/limits.ts";
import { seededRandom } from "../../base/prng.ts";
import { OPCODES, Operand } from "./opcodes.ts";
import { machineAt } from "./run.ts";
import { Status } from "./machine.ts";
import { assemble, type Step } from "./testing/assemble.ts";

const STREAMS = 10_000;
const python = spawnSync("python3", ["-c", "import pickletools"]).status === 0;

/** Reads length-prefixed streams; prints for each the offsets of the opcodes and whether it came to a STOP. */
const SCRIPT = `
import pickletools, struct, sys, io
data = open(sys.argv[1], "rb").read()
at = 0
while at < len(data):
    (size,) = struct.unpack_from("<I", data, at)
    at += 4
    seen, why = [], "stop"
    try:
        for opcode, arg, pos in pickletools.genops(io.BytesIO(data[at:at + size])):
            seen.append(str(ord(opcode.code)) + ":" + str(pos))
    except Exception as error:
        why = "broken"
    print(why, " ".join(seen))
    at += size
`;

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

test(`${STREAMS} streams: our opcodes are those of pickletools`, { skip: python ? false : "no python3" }, () => {
  const random = seededRandom(7);
  const streams = Array.from({ length: STREAMS }, () => generated(random)).filter(({ length }) => length > 0);
  const folder = mkdtempSync(join(tmpdir(), "bezoar-pickle-"));
  try {
    const path = join(folder, "streams");
    writeFileSync(
      path,
      Buffer.concat(
        streams.flatMap((bytes) => {
          const size = Buffer.alloc(4);
          size.writeUInt32LE(bytes.length);
          return [size, bytes];
        }),
      ),
    );
    const lines = execFileSync("python3", ["-c", SCRIPT, path], { maxBuffer: 1 << 28 })
      .toString()
      .trimEnd()
      .split("\n");
    assert.equal(lines.length, streams.length);
    let stops = 0;
    let longest = 0;
    streams.forEach((bytes, i) => {
      const [end, ...theirs] = (lines[i] as string).trim().split(" ");
      const machine = machineAt(0, bytes.length, LIMITS);
      machine.trace = [];
      const status = machine.run(bytes, 0);
      const ours: string[] = [];
      for (let t = 0; t < machine.trace.length; t += 2) ours.push(`${machine.trace[t]}:${machine.trace[t + 1]}`);
      const shown = `${bytes.toString("hex")}: ${machine.why}`;
      // pickletools keeps no stack: we may stop before it does. Of lines of text it takes fewer spellings than the
      // unpickler. Beyond that, one is the beginning of the other.
      const common = Math.min(ours.length, theirs.length);
      assert.deepEqual(ours.slice(0, common), theirs.slice(0, common), shown);
      if (status === Status.Done) {
        if (end === "stop") assert.equal(ours.length, theirs.length, shown);
        stops++;
      } else if (ours.length > theirs.length + 1) {
        const refused = Number((ours[theirs.length] as string).split(":")[0]);
        assert.equal(OPCODES[refused]?.[1], Operand.Line, shown);
      }
      longest = Math.max(longest, common);
    });
    assert.ok(stops > STREAMS / 50 && longest > 20, `${stops} streams came to their end, ${longest} opcodes at most`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
