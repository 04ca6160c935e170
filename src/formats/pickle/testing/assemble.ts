// Pickles assembled from opcodes by name, for tests: inert, because nothing here is ever loaded.
import { OPCODES, Operand } from "../opcodes.ts";

/** `"STOP"`, or an opcode with its operand: `["BININT1", 5]`, `["GLOBAL", "os", "system"]`, `["BINUNICODE", "id"]`. */
export type Step = string | readonly [name: string, ...operands: (string | number | Uint8Array)[]];

const CODES = new Map(
  Object.entries(OPCODES).map(([code, [name, operand]]) => [name, { code: Number(code), operand }]),
);

const whole = (value: number, bytes: number): Buffer => {
  const out = Buffer.alloc(bytes);
  if (bytes === 8) out.writeBigUInt64LE(BigInt(value));
  else if (value < 0) out.writeIntLE(value, 0, bytes);
  else out.writeUIntLE(value, 0, bytes);
  return out;
};

export function assemble(...steps: readonly Step[]): Buffer {
  return Buffer.concat(steps.map((step) => (typeof step === "string" ? one(step) : one(step[0], ...step.slice(1)))));
}

function one(name: string, ...operands: (string | number | Uint8Array)[]): Buffer {
  const known = CODES.get(name);
  if (!known) throw new Error(`no opcode ${name}`);
  const head = Buffer.of(known.code);
  const [first = 0] = operands;
  const data = typeof first === "number" ? Buffer.alloc(0) : Buffer.from(first as string);
  switch (known.operand) {
    case Operand.None:
      return head;
    case Operand.U1:
      return Buffer.concat([head, whole(Number(first), 1)]);
    case Operand.U2:
      return Buffer.concat([head, whole(Number(first), 2)]);
    case Operand.I4:
    case Operand.U4:
      return Buffer.concat([head, whole(Number(first), 4)]);
    case Operand.U8:
      return Buffer.concat([head, whole(Number(first), 8)]);
    case Operand.Float8: {
      const out = Buffer.alloc(8);
      out.writeDoubleBE(Number(first));
      return Buffer.concat([head, out]);
    }
    case Operand.Line:
    case Operand.Lines:
      return Buffer.concat([head, ...operands.map((line) => Buffer.from(`${String(line)}\n`))]);
    case Operand.Bytes1:
      return Buffer.concat([head, whole(data.length, 1), data]);
    case Operand.Bytes8:
      return Buffer.concat([head, whole(data.length, 8), data]);
    default:
      return Buffer.concat([head, whole(data.length, 4), data]);
  }
}

/** A name by its two texts on the stack, as protocol 4 writes it. */
export const named = (module: string, name: string): Step[] => [
  ["SHORT_BINUNICODE", module],
  ["SHORT_BINUNICODE", name],
  "STACK_GLOBAL",
];

/** `module.name(text)`, and the end. */
export const calling = (module: string, name: string, text: string): Buffer =>
  assemble(["PROTO", 4], ...named(module, name), ["BINUNICODE", text], "TUPLE1", "REDUCE", "STOP");
