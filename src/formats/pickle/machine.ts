// A pickle machine that runs a pickle as CPython's C unpickler does (Modules/_pickle.c, 3.8 to 3.14), but symbolically:
// nothing is looked up, made or called. It keeps the stack, the marks and the memo, and what calls would get. Where the C
// unpickler stops with an error of the stream, so does this; what was done by then counts.
import { isAscii, isUtf8 } from "node:buffer";
import type { Irregularity, Operation } from "../../core/model.ts";
import { python3Name } from "./names.ts";
import { OPERAND_BYTES, OPERANDS, Operand } from "./opcodes.ts";
import { Operations } from "./operations.ts";
import { looksEmbedded, looksEncoded, unspelled } from "./embedded.ts";
import { decodeLine, isFloatLine, isIntLine, memoIndex, stringLine, unicodeLine } from "./line.ts";
import { Memo, takenOut } from "./memo.ts";
import { FALSE, FIRST, Kind, NONE, NUMBER, small, SMALL_MAX, TRUE, Values } from "./values.ts";

export const Status = {
  /** Bytes from `at` are needed. */
  More: 0,
  /** The text at `wanted` is needed: give it by `supply`. */
  Text: 1,
  /** A STOP; what follows begins at `at`. */
  Done: 2,
  /** The stream cannot go on at `at`; `why` tells. */
  Broken: 3,
  /** An array stands in the stream at `at` (joblib); `array` tells of it. */
  Array: 4,
} as const;

/** A value that may hold another file. */
export interface Embedded {
  readonly offset: number;
  readonly length: number;
  /** Bytes as protocols below 3 write them: a text whose characters are the bytes. */
  readonly spelled: boolean;
  /** Where it stood as a line with escapes: what these say. */
  readonly text?: string;
  /** The pickle itself has it loaded, by `torch.storage._load_from_bytes`. */
  loaded: boolean;
}

export interface MachineLimits {
  /** Bytes that values and memo may take (CWE-770). */
  readonly heldBytesMax: number;
  /** Bytes of a line (CWE-770). */
  readonly lineBytesMax: number;
}

/** Values that may hold files (CWE-770): further ones are told as not looked at. */
const EMBEDDED_MAX = 10_000;
/** Of a text that may be bytes. */
const SPELLED_HEAD_BYTES = 64;
const IRREGULARITIES_MAX = 50;
/** The pickler of CPython ends at the interpreter's recursion limit, 1,000 by default. */
const DEPTH_USUAL_MAX = 10_000;
/** Written out, a structure whose parts are shared again and again is so many values (CWE-776). */
const WRITTEN_USUAL_MAX = 1e9;
/** Digits of a number as text: int() takes time by their square (CWE-407). */
const DIGITS_USUAL_MAX = 4_300;
/** No file holds a number of this many bytes. */
const NUMBER_BYTES_USUAL_MAX = 1 << 20;
const STACK_LEFT_USUAL_MAX = 0;
/** Values, and kept items, under which nothing is dropped: a collection costs a look at each. */
const COLLECT_MIN = 1 << 20;
const KEPT_COLLECT_MIN = 1 << 22;

/** Storages that are kept: more than a model has (CWE-770). */
const STORAGES_MAX = 200_000;
const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  ByteStorage: 1,
  CharStorage: 1,
  BoolStorage: 1,
  ShortStorage: 2,
  HalfStorage: 2,
  BFloat16Storage: 2,
  IntStorage: 4,
  FloatStorage: 4,
  LongStorage: 8,
  DoubleStorage: 8,
  ComplexFloatStorage: 8,
  ComplexDoubleStorage: 16,
  QUInt8Storage: 1,
  QInt8Storage: 1,
  QInt32Storage: 4,
  UntypedStorage: 1,
};

/** Thrown where the text at `wanted` is needed and not at hand. */
export const WANTED: unique symbol = Symbol("text that is not at hand");

export class Machine {
  readonly values: Values = new Values();
  readonly operations: Operations;
  readonly irregularities: Irregularity[] = [];
  readonly embedded: Embedded[] = [];
  /** More values may hold files than are kept. */
  embeddedFull = false;
  /** Offset of the next opcode. */
  at: number;
  why = "";
  truncated = false;
  /** A limit of ours stopped it, not an error. */
  limited = false;
  /** Storages that persistent ids name: key -> bytes of its data; undefined where the class is none we know. */
  readonly storages: Map<string, number | undefined> = new Map();
  wanted: { offset: number; length: number; encoding: "latin1" | "utf8" } = { offset: 0, length: 0, encoding: "utf8" };
  /** The joblib wrapper whose array follows. */
  array: number = NONE;
  result: number = NONE;
  protocol = 0;
  /** Of each opcode its code, its offset, its number (or where the data of its text begins) and the offset behind it,
   * where somebody asks for them. */
  trace: number[] | undefined;
  readonly #end: number;
  readonly #limits: MachineLimits;
  readonly #texts = new Map<number, string>();
  #bytes: Uint8Array = new Uint8Array(0);
  #base = 0;
  #stack: Int32Array = new Int32Array(256);
  #size = 0;
  #marks: Int32Array = new Int32Array(64);
  #markCount = 0;
  #fence = 0;
  readonly #memo = new Memo();
  /** Values, and items of containers, at which what nothing holds is dropped. */
  #collectAt = COLLECT_MIN;
  #keptAt = KEPT_COLLECT_MIN;
  #frameEnd = -1;
  #frameBeyond: number | undefined;
  #reported = new Set<string>();
  /** The last bytes that were written as text, and that text. */
  #encoded = { result: -1, text: NONE };

  /** Runs from `start`; `end` is where the bytes of the file end. */
  constructor(start: number, end: number, limits: MachineLimits) {
    this.at = start;
    this.#end = end;
    this.#limits = limits;
    this.operations = new Operations(this.values, (handle, max) => this.#text(handle, max));
  }

  get done(): readonly Operation[] {
    return this.operations.list;
  }

  get heldBytes(): number {
    return this.values.bytes + this.#memo.bytes + this.#stack.length * 4 + this.#marks.length * 4;
  }

  supply(offset: number, text: string): void {
    if (this.#texts.size > 4096) this.#texts.clear();
    this.#texts.set(offset, text);
  }

  irregular(code: string, message: string, offset: number, values?: Irregularity["values"]): void {
    // One of a kind: the first place tells.
    if (this.#reported.has(code) || this.irregularities.length >= IRREGULARITIES_MAX) return;
    this.#reported.add(code);
    this.irregularities.push({ code, message, offset, ...(values ? { values } : {}) });
  }

  /** Goes on with `bytes`, which stand at `base` in the file and reach over `at`. */
  run(bytes: Uint8Array, base: number): number {
    this.#bytes = bytes;
    this.#base = base;
    const begun = this.at;
    try {
      return this.#loop();
    } catch (error) {
      if (error === WANTED) return Status.Text;
      if (error instanceof Break) {
        this.why = error.message;
        this.limited = error.limit;
        return Status.Broken;
      }
      throw error;
    } finally {
      if (this.at < begun) this.at = begun;
    }
  }

  #loop(): number {
    const bytes = this.#bytes;
    const base = this.#base;
    const end = bytes.length;
    let pos = this.at - base;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (;;) {
      const start = pos;
      this.at = base + start;
      if (start >= end) {
        if (this.at >= this.#end) throw this.#cut("It ends before its STOP");
        return Status.More;
      }
      const code = bytes[start] as number;
      const operand = OPERANDS[code] as number;
      if (operand === 255)
        throw new Break(
          `Byte ${code >= 32 && code < 127 ? `'${String.fromCharCode(code)}'` : `0x${code.toString(16).padStart(2, "0")}`} is no opcode`,
        );
      pos = start + 1;
      let number = 0;
      // Where the data of a text begins, and how long it is.
      let data = pos;
      let length = 0;
      let line = 0;
      if (operand !== Operand.None) {
        const fixed = OPERAND_BYTES[operand] as number;
        if (fixed > 0) {
          if (pos + fixed > end) {
            if (base + pos + fixed > this.#end) throw this.#cut("It ends inside of an operand");
            return Status.More;
          }
          switch (operand) {
            case Operand.U1:
            case Operand.Bytes1:
              number = bytes[pos] as number;
              break;
            case Operand.U2:
              number = (bytes[pos] as number) | ((bytes[pos + 1] as number) << 8);
              break;
            case Operand.I4:
            case Operand.SignedBytes4:
              number = view.getInt32(pos, true);
              break;
            case Operand.U4:
            case Operand.Bytes4:
              number = view.getUint32(pos, true);
              break;
            case Operand.U8:
            case Operand.Bytes8:
              number = Number(view.getBigUint64(pos, true));
              break;
          }
          pos += fixed;
          if (operand >= Operand.Bytes1) {
            data = pos;
            length = number;
            if (length < 0) throw new Break("The length of an operand is negative");
            if (base + data + length > this.#end) {
              const beyond = base + data + length - this.#end;
              if (operand !== Operand.Bytes1 && length > NUMBER_BYTES_USUAL_MAX && beyond > 16 * this.#end)
                this.irregular(
                  "operand-too-long",
                  `An operand says that it is ${length} bytes long; the file is ${this.#end} bytes long.`,
                  this.at,
                  { operandBytes: length, fileBytes: this.#end },
                );
              throw this.#cut(`It ends inside of an operand of ${length} bytes`);
            }
            if (data + Math.min(length, 64) > end) return Status.More;
            pos = data + length;
          }
        } else {
          line = this.#lineEnd(pos);
          if (line < 0) return Status.More;
          if (operand === Operand.Lines) {
            const second = this.#lineEnd(line + 1);
            if (second < 0) return Status.More;
            length = line;
            line = second;
          }
          pos = line + 1;
        }
      }
      if (base + pos > this.#frameEnd && base + start < this.#frameEnd) this.#crosses(base + start, code);
      if (this.trace) this.trace.push(code, base + start, operand >= Operand.Bytes1 ? base + data : number, base + pos);
      switch (code) {
        case 0x4b: // BININT1
        case 0x4d: // BININT2
          this.#push((number << 1) | 1);
          break;
        case 0x4a: // BININT
          this.#push(number < SMALL_MAX && number > -SMALL_MAX ? (number << 1) | 1 : NUMBER);
          break;
        case 0x47: // BINFLOAT
          this.#push(NUMBER);
          break;
        case 0x68: // BINGET
        case 0x6a: // LONG_BINGET
          this.#get(number);
          break;
        case 0x71: // BINPUT
        case 0x72: // LONG_BINPUT
          this.#put(number, this.#top());
          break;
        case 0x94: // MEMOIZE
          this.#put(this.#memo.count, this.#top());
          break;
        case 0x8c: // SHORT_BINUNICODE
        case 0x58: // BINUNICODE
        case 0x8d: // BINUNICODE8
          if (data + length <= end) checkText(bytes, data, length);
          this.#content(data, length, true);
          this.#push(this.values.add(Kind.Text, base + data, length));
          break;
        case 0x55: // SHORT_BINSTRING
        case 0x54: // BINSTRING
          this.#content(data, length, false);
          this.#push(this.values.add(Kind.Text, base + data, length));
          break;
        case 0x43: // SHORT_BINBYTES
        case 0x42: // BINBYTES
        case 0x8e: // BINBYTES8
        case 0x96: // BYTEARRAY8
          this.#content(data, length, false);
          this.#push(this.values.add(Kind.Bytes, base + data, length));
          break;
        case 0x28: // MARK
          this.#mark();
          break;
        case 0x65: // APPENDS
          this.#append(this.#unmark(), true);
          break;
        case 0x61: // APPEND
          this.#need(1);
          this.#append(this.#size - 1, false);
          break;
        case 0x75: // SETITEMS
          this.#setItems(this.#unmark(), true);
          break;
        case 0x73: // SETITEM
          this.#need(2);
          this.#setItems(this.#size - 2, false);
          break;
        case 0x90: // ADDITEMS
          this.#append(this.#unmark(), true, "update");
          break;
        case 0x74: // TUPLE
          this.#gather(Kind.Tuple, this.#unmark());
          break;
        case 0x85: // TUPLE1
          this.#need(1);
          this.#gather(Kind.Tuple, this.#size - 1);
          break;
        case 0x86: // TUPLE2
          this.#need(2);
          this.#gather(Kind.Tuple, this.#size - 2);
          break;
        case 0x87: // TUPLE3
          this.#need(3);
          this.#gather(Kind.Tuple, this.#size - 3);
          break;
        case 0x29: // EMPTY_TUPLE
          this.#push(this.values.add(Kind.Tuple, 0, 0));
          break;
        case 0x5d: // EMPTY_LIST
          this.#push(this.values.add(Kind.List, 0, 0));
          break;
        case 0x7d: // EMPTY_DICT
          this.#push(this.values.add(Kind.Dict, 0, 0));
          break;
        case 0x8f: // EMPTY_SET
          this.#push(this.values.add(Kind.Set, 0, 0));
          break;
        case 0x6c: // LIST
          this.#gather(Kind.List, this.#unmark());
          break;
        case 0x64: {
          // DICT
          const from = this.#unmark();
          if ((this.#size - from) % 2 !== 0) throw new Break("A DICT has an odd number of items");
          this.#gather(Kind.Dict, from);
          break;
        }
        case 0x91: // FROZENSET
          this.#gather(Kind.Set, this.#unmark());
          break;
        case 0x4e: // NONE
          this.#push(NONE);
          break;
        case 0x88: // NEWTRUE
          this.#push(TRUE);
          break;
        case 0x89: // NEWFALSE
          this.#push(FALSE);
          break;
        case 0x8a: // LONG1
        case 0x8b: // LONG4
          this.#push(length <= 8 && data + length <= end ? littleEndian(bytes, data, length) : NUMBER);
          break;
        case 0x49: {
          // INT
          const text = decodeLine(bytes, start + 1, line);
          this.#digits(text, base + start);
          if (text === "00") this.#push(FALSE);
          else if (text === "01") this.#push(TRUE);
          else if (isIntLine(text)) this.#push(smallOf(text));
          else throw new Break("An INT is no number");
          break;
        }
        case 0x4c: {
          // LONG
          const text = decodeLine(bytes, start + 1, line).replace(/L$/, "");
          this.#digits(text, base + start);
          if (!isIntLine(text)) throw new Break("A LONG is no number");
          this.#push(smallOf(text));
          break;
        }
        case 0x46: // FLOAT
          if (!isFloatLine(decodeLine(bytes, start + 1, line))) throw new Break("A FLOAT is no number");
          this.#push(NUMBER);
          break;
        case 0x53: // STRING
          this.#push(this.#spelled(stringLine(decodeLine(bytes, start + 1, line)), "A STRING is not quoted"));
          break;
        case 0x56: // UNICODE
          this.#push(this.#spelled(unicodeLine(decodeLine(bytes, start + 1, line)), "A UNICODE has a bad escape"));
          break;
        case 0x67: // GET
          this.#get(this.#index(decodeLine(bytes, start + 1, line)));
          break;
        case 0x70: // PUT
          this.#put(this.#index(decodeLine(bytes, start + 1, line)), this.#top());
          break;
        case 0x30: // POP
          if (this.#markCount > 0 && this.#marks[this.#markCount - 1] === this.#size) this.#unmark();
          else this.#pop();
          break;
        case 0x31: // POP_MARK
          this.#size = this.#unmark();
          break;
        case 0x32: // DUP
          this.#push(this.#top());
          break;
        case 0x63: // GLOBAL
          this.#push(this.#global(this.#lineText(start + 1, length), this.#lineText(length + 1, line)));
          break;
        case 0x93: {
          // STACK_GLOBAL
          this.#need(2);
          const handle = this.#stackGlobal(
            this.#stack[this.#size - 2] as number,
            this.#stack[this.#size - 1] as number,
          );
          this.#size -= 2;
          this.#push(handle);
          break;
        }
        case 0x69: {
          // INST
          if (this.#markCount === 0) throw new Break("There is no MARK");
          const found = this.#global(this.#lineText(start + 1, length, true), this.#lineText(length + 1, line, true));
          const from = this.#marks[this.#markCount - 1] as number;
          const args = this.values.container(Kind.Tuple, this.#stack, from, this.#size);
          const made = this.operations.call(this.#instantiates(found, args), found, args, this.at);
          this.#size = this.#unmark();
          this.#pushResult(made);
          break;
        }
        case 0x6f: {
          // OBJ
          if (this.#markCount === 0) throw new Break("There is no MARK");
          const from = this.#marks[this.#markCount - 1] as number;
          if (this.#size - from < 1) throw new Break("The stack is empty");
          const args = this.values.container(Kind.Tuple, this.#stack, from + 1, this.#size);
          const callee = this.#stack[from] as number;
          const made = this.#call(this.#instantiates(callee, args), callee, args);
          this.#size = this.#unmark();
          this.#pushResult(made);
          break;
        }
        case 0x52: // REDUCE
        case 0x81: {
          // NEWOBJ
          this.#need(2);
          const [callee, args] = [this.#stack[this.#size - 2] as number, this.#stack[this.#size - 1] as number];
          const made = this.#call(code === 0x52 ? "call" : "new", callee, args);
          this.#size -= 2;
          this.#pushResult(made);
          if (code === 0x52) this.#encodes(callee, args, this.#top());
          break;
        }
        case 0x92: {
          // NEWOBJ_EX
          this.#need(3);
          const callee = this.#stack[this.#size - 3] as number;
          const args = this.values.container(Kind.Tuple, this.#stack, this.#size - 2, this.#size);
          const made = this.#call("new", callee, args);
          this.#size -= 3;
          this.#pushResult(made);
          break;
        }
        case 0x62: {
          // BUILD
          this.#need(2);
          const [target, state] = [this.#stack[this.#size - 2] as number, this.#stack[this.#size - 1] as number];
          this.operations.state(target, state, this.at, "__setstate__");
          this.#size--;
          if (this.#isArrayWrapper(target)) {
            this.array = state;
            this.at = base + pos;
            return Status.Array;
          }
          break;
        }
        case 0x50: // PERSID
          this.#push(this.#persistent(this.values.spelled(this.#lineText(start + 1, line, true))));
          break;
        case 0x51: // BINPERSID
          this.#stack[this.#size - 1] = this.#persistent(this.#top());
          break;
        case 0x82: // EXT1
        case 0x83: // EXT2
        case 0x84: // EXT4
          if (number <= 0) throw new Break("The code of an extension is not positive");
          this.irregular(
            "extension-code",
            `A name is taken from the extension registry, by code ${number}: the file does not say which.`,
            this.at,
            { code: number },
          );
          this.#push(
            this.values.add(
              Kind.Global,
              this.operations.import({ module: "copyreg", name: `_inverted_registry[${number}]` }, this.at),
              0,
            ),
          );
          break;
        case 0x80: // PROTO
          if (number > 5) throw new Break(`It says that it is of protocol ${number}, which does not exist`);
          this.protocol = number;
          break;
        case 0x95: // FRAME
          // The C unpickler stops here, the one in Python (which joblib and dill use) goes on.
          if (base + pos + number > this.#end) this.#frameBeyond ??= base + start;
          if (base + pos < this.#frameEnd && base + pos + number > this.#frameEnd) this.#crosses(base + start, code);
          this.#frameEnd = base + pos + number;
          break;
        case 0x97: // NEXT_BUFFER
          this.#push(this.values.add(Kind.Bytes, 0, 0));
          break;
        case 0x98: // READONLY_BUFFER
          this.#top();
          break;
        case 0x2e: // STOP
          this.result = this.#pop();
          this.#check(this.at);
          this.at = base + pos;
          return Status.Done;
      }
      if (
        this.values.size > this.#collectAt ||
        this.#memo.freshCount > this.#collectAt ||
        this.values.keptSize > this.#keptAt
      )
        this.#collect();
    }
  }

  #cut(what: string): Break {
    this.truncated = true;
    return new Break(what);
  }

  /** What the finished value, or what is there so far, tells. */
  #check(offset: number): void {
    if (this.#frameBeyond !== undefined)
      this.irregular(
        "frame-beyond",
        "A frame is longer than the file: unpicklers disagree on whether it can be loaded.",
        this.#frameBeyond,
      );
    if (this.#size > STACK_LEFT_USUAL_MAX || this.#markCount > 0)
      this.irregular(
        "values-left",
        `${this.#size} values are left on the stack at the STOP; no pickler leaves any.`,
        offset,
        { values: this.#size },
      );
  }

  #crosses(offset: number, code: number): void {
    this.irregular(
      "crosses-frame",
      `The opcode '${String.fromCharCode(code)}' reaches over the end of its frame: a loader that reads from a stream takes other bytes for its operand than one that reads from memory.`,
      offset,
    );
  }

  /** Where the line from `from` ends; -1 where more bytes are needed. */
  #lineEnd(from: number): number {
    const found = this.#bytes.indexOf(0x0a, from);
    if (found >= 0) return found;
    if (this.#base + this.#bytes.length >= this.#end) throw this.#cut("It ends inside of a line");
    if (this.#bytes.length - from > this.#limits.lineBytesMax)
      throw new Break("A line is too long (documentBytesMax)", true);
    return -1;
  }

  #lineText(from: number, to: number, ascii = false): string {
    const text = this.#bytes.subarray(from, to);
    if (ascii ? !isAscii(text) : !isUtf8(text)) throw new Break(`A name is not ${ascii ? "ASCII" : "UTF-8"}`);
    return decodeLine(text, 0, text.length, true);
  }

  #push(handle: number): void {
    if (this.#size === this.#stack.length) {
      const next = new Int32Array(this.#size * 2);
      next.set(this.#stack);
      this.#stack = next;
      this.#bounded();
    }
    this.#stack[this.#size++] = handle;
  }

  #bounded(): void {
    if (this.heldBytes > this.#limits.heldBytesMax)
      throw new Break("It holds more values than may be held (pickleHeldBytesMax)", true);
  }

  /** Drops what nothing holds any more, and puts away what only the memo holds. */
  #collect(): void {
    const { values } = this;
    const memo = this.#memo;
    const { fresh } = memo;
    const marked = values.reached(this.#roots());
    const roots = [...this.#roots()];
    let stay = 0;
    for (let i = 0; i < memo.freshCount; i++) {
      const index = fresh[i] as number;
      const value = memo.get(index);
      if (value < 0 || (value & 1) === 1 || value < FIRST) continue;
      const code = marked[value >> 1] === 1 ? 0 : values.away(value);
      if (code === 0) {
        roots.push(value);
        fresh[stay++] = index;
      } else memo.replace(index, code);
    }
    // Once each, however often a place was written.
    const places = [...new Set(fresh.subarray(0, stay))];
    memo.freshCount = places.length;
    const renamed = values.collect(roots);
    const again = (handle: number): number =>
      (handle & 1) === 1 || handle < 0 ? handle : (renamed[handle >> 1] as number);
    places.forEach((index, i) => {
      fresh[i] = index;
      memo.replace(index, again(memo.get(index)));
    });
    for (let i = 0; i < this.#size; i++) this.#stack[i] = again(this.#stack[i] as number);
    this.#encoded = { result: again(this.#encoded.result), text: again(this.#encoded.text) };
    this.#collectAt = Math.max(COLLECT_MIN, 2 * Math.max(values.size, places.length));
    this.#keptAt = Math.max(KEPT_COLLECT_MIN, 2 * values.keptSize);
    this.#bounded();
  }

  *#roots(): Generator<number> {
    for (let i = 0; i < this.#size; i++) yield this.#stack[i] as number;
    if (this.#encoded.result >= 0) yield this.#encoded.result;
    yield this.#encoded.text;
  }

  #need(count: number): void {
    if (this.#size - this.#fence < count) throw new Break("The stack is empty");
  }

  #pop(): number {
    this.#need(1);
    return this.#stack[--this.#size] as number;
  }

  #top(): number {
    this.#need(1);
    return this.#stack[this.#size - 1] as number;
  }

  #mark(): void {
    if (this.#markCount === this.#marks.length) {
      const next = new Int32Array(this.#markCount * 2);
      next.set(this.#marks);
      this.#marks = next;
      this.#bounded();
    }
    this.#marks[this.#markCount++] = this.#size;
    this.#fence = this.#size;
  }

  #unmark(): number {
    if (this.#markCount === 0) throw new Break("There is no MARK");
    const at = this.#marks[--this.#markCount] as number;
    this.#fence = this.#markCount > 0 ? (this.#marks[this.#markCount - 1] as number) : 0;
    return at;
  }

  #gather(kind: number, from: number): void {
    const handle = this.values.container(kind, this.#stack, from, this.#size);
    this.#size = from;
    this.#push(handle);
    this.#nested(handle);
  }

  #nested(handle: number): void {
    const depth = this.values.depth[handle >> 1] as number;
    if (depth > DEPTH_USUAL_MAX)
      this.irregular("deep-nesting", `Values nest ${depth} levels deep; no pickler goes so far.`, this.at, { depth });
    const written = this.values.written[handle >> 1] as number;
    if (written > WRITTEN_USUAL_MAX && written > 64 * this.#end)
      this.irregular(
        "expansion",
        "Values are shared so often that, written out, they would be more than a thousand million.",
        this.at,
      );
  }

  #append(from: number, marked: boolean, how = "extend"): void {
    if (from <= this.#fence) throw new Break("The stack is empty");
    if (from === this.#size) return;
    const list = this.#stack[from - 1] as number;
    if (this.values.isContainer(list)) {
      this.values.fill(list, this.#stack, from, this.#size);
      this.#nested(list);
    } else this.#items(list, from, marked, how);
    this.#size = from;
  }

  #setItems(from: number, marked: boolean): void {
    if (from <= this.#fence) throw new Break("The stack is empty");
    if (from === this.#size) return;
    if ((this.#size - from) % 2 !== 0) throw new Break("SETITEMS has an odd number of items");
    const dict = this.#stack[from - 1] as number;
    if (this.values.isContainer(dict)) {
      this.values.fill(dict, this.#stack, from, this.#size);
      this.#nested(dict);
    } else this.#items(dict, from, marked, "__setitem__");
    this.#size = from;
  }

  /** Items for what is no container of ours. Where a text is not at hand the opcode runs again, and needs its mark. */
  #items(target: number, from: number, marked: boolean, how: string): void {
    try {
      this.operations.state(target, this.#stack[from] as number, this.at, how);
    } catch (error) {
      if (marked) {
        this.#marks[this.#markCount++] = from;
        this.#fence = from;
      }
      throw error;
    }
  }

  #get(index: number): void {
    const value = this.#memo.get(index);
    if (value === -1) throw new Break(`Nothing is memorised under ${index}`);
    if (value >= 0) {
      this.#push(value);
      return;
    }
    const handle = this.values.again(takenOut(value));
    this.#memo.set(index, handle);
    this.#push(handle);
  }

  #put(index: number, handle: number): void {
    if (this.#memo.set(index, handle)) return;
    if ((this.#memo.count & 0xfff) === 0) this.#bounded();
    if (index > 2 * this.#end + 65_536)
      this.irregular(
        "memo-index",
        `A value is memorised under ${index}: a loader makes room for as many values, in a file of ${this.#end} bytes.`,
        this.at,
        { index, fileBytes: this.#end },
      );
  }

  #index(text: string): number {
    const index = memoIndex(text);
    if (index === undefined) throw new Break("The index of a memorised value is no number");
    return index;
  }

  #global(module: string, name: string): number {
    return this.values.add(Kind.Global, this.operations.import(python3Name(module, name), this.at), 0);
  }

  #stackGlobal(module: number, name: number): number {
    const [first, second] = [this.#nameText(module), this.#nameText(name)];
    if (first !== undefined && second !== undefined) return this.#global(first, second);
    this.irregular(
      "computed-name",
      "The name of what is loaded is computed while loading: the file does not say what it is.",
      this.at,
    );
    return this.#global(first ?? "?", second ?? "?");
  }

  /** The text of an operand of STACK_GLOBAL; undefined where a call gives it. */
  #nameText(handle: number): string | undefined {
    const kind = this.values.kind(handle);
    if (kind === Kind.Text || kind === Kind.Spelled) return this.#text(handle, 4096);
    if (kind === Kind.Result || kind === Kind.Persistent) return undefined;
    throw new Break("STACK_GLOBAL needs two texts");
  }

  #call(use: "call" | "new", callee: number, args: number): number {
    const kind = this.values.kind(callee);
    if (kind !== Kind.Global && kind !== Kind.Result && kind !== Kind.Persistent)
      throw new Break("It calls what cannot be called");
    if (this.values.kind(args) === Kind.Forgotten)
      throw new Break("What it calls with stands so far before that it is no longer held (pickleHeldBytesMax)", true);
    const made = this.operations.call(use, callee, args, this.at);
    if (kind === Kind.Global) this.#loads(callee, args);
    return made;
  }

  /** A storage pickled by itself holds a whole PyTorch file, which loading it loads. */
  #loads(callee: number, args: number): void {
    const found = this.operations.names[this.values.at[callee >> 1] as number];
    if (found?.name !== "_load_from_bytes" || !this.values.isContainer(args)) return;
    const [first = NONE] = this.values.items(args);
    const spelled = first === this.#encoded.result;
    const bytes = spelled ? this.#encoded.text : first;
    const kind = this.values.kind(bytes);
    if (kind !== Kind.Bytes && !(spelled && (kind === Kind.Text || kind === Kind.Spelled))) {
      this.irregular(
        "computed-file",
        "The bytes of a storage are computed while loading: the file does not say what is unpickled.",
        this.at,
      );
      return;
    }
    if (kind === Kind.Spelled) {
      const text = this.values.texts[this.values.at[bytes >> 1] as number] as string;
      this.embedded.push({ offset: this.at, length: text.length, spelled, text, loaded: true });
      return;
    }
    const offset = this.values.at[bytes >> 1] as number;
    const known = this.embedded.find((one) => one.offset === offset);
    if (known) known.loaded = true;
    else this.embedded.push({ offset, length: this.values.count[bytes >> 1] as number, spelled, loaded: true });
  }

  /** `_codecs.encode(text, "latin1")` is how protocols below 3 write bytes. */
  #encodes(callee: number, args: number, result: number): void {
    if (this.values.kind(callee) !== Kind.Global || !this.values.isContainer(args)) return;
    const found = this.operations.names[this.values.at[callee >> 1] as number];
    if (found?.name !== "encode" || found.module !== "_codecs") return;
    const [text = NONE] = this.values.items(args);
    this.#encoded = { result, text };
  }

  /** INST and OBJ make an object without calling its class where they have no operands, and call all else. */
  #instantiates(callee: number, args: number): "call" | "new" {
    if (this.values.items(args).length > 0 || this.values.kind(callee) !== Kind.Global) return "call";
    const name = this.operations.names[this.values.at[callee >> 1] as number]?.name ?? "";
    return /^[A-Z]\w*$/.test(name) ? "new" : "call";
  }

  #pushResult(operation: number): void {
    this.#push(this.values.add(Kind.Result, operation, 0));
  }

  /** `("storage", class, key, place, elements)` is how PyTorch names the data of a tensor. */
  #persistent(id: number): number {
    if (this.values.kind(id) === Kind.Tuple && this.storages.size < STORAGES_MAX) {
      const [tag, type, key, , elements] = this.values.items(id);
      if (
        tag !== undefined &&
        type !== undefined &&
        key !== undefined &&
        elements !== undefined &&
        this.#plainText(tag) === "storage"
      ) {
        const name =
          this.values.kind(type) === Kind.Global
            ? this.operations.names[this.values.at[type >> 1] as number]?.name
            : undefined;
        const width = ELEMENT_BYTES[name ?? ""];
        const count = (elements & 1) === 1 ? elements >> 1 : undefined;
        this.storages.set(
          this.#plainText(key) ?? `#${this.storages.size}`,
          width === undefined || count === undefined || count < 0 ? undefined : width * count,
        );
      }
    }
    return this.values.add(Kind.Persistent, id, 0);
  }

  #plainText(handle: number): string | undefined {
    const kind = this.values.kind(handle);
    return kind === Kind.Text || kind === Kind.Spelled ? this.#text(handle, 200) : undefined;
  }

  #isArrayWrapper(target: number): boolean {
    if (this.values.kind(target) !== Kind.Result) return false;
    const made = this.operations.list[this.values.at[target >> 1] as number];
    return (
      made?.name === "NumpyArrayWrapper" && /^(sklearn\.externals\.)?joblib\.numpy_pickle$/.test(made.module ?? "")
    );
  }

  #content(data: number, length: number, spelled: boolean): void {
    if (length < 8) return;
    const bytes = this.#bytes;
    if (spelled && looksEncoded(bytes, data)) {
      let end = Math.min(length, SPELLED_HEAD_BYTES);
      // Not in the middle of a character.
      while (end < length && end > 0 && ((bytes[data + end] as number) & 0xc0) === 0x80) end--;
      const head = unspelled(bytes.subarray(data, data + end));
      if (!looksEmbedded(head, 0, length)) return;
    } else if (!looksEmbedded(bytes, data, length)) return;
    if (this.embedded.length < EMBEDDED_MAX)
      this.embedded.push({ offset: this.#base + data, length, spelled, loaded: false });
    else this.embeddedFull = true;
  }

  #spelled(text: string | undefined, why: string): number {
    if (text === undefined) throw new Break(why);
    const { length } = text;
    if (length >= 8 && looksEmbedded(Buffer.from(text.slice(0, SPELLED_HEAD_BYTES), "latin1"), 0, length)) {
      if (this.embedded.length < EMBEDDED_MAX)
        this.embedded.push({ offset: this.at, length, spelled: true, text, loaded: false });
      else this.embeddedFull = true;
    }
    return this.values.spelled(text);
  }

  #digits(text: string, offset: number): void {
    if (text.length > DIGITS_USUAL_MAX && !/^\s*[+-]?0[xXoObB]/.test(text.slice(0, 20)))
      this.irregular(
        "long-number",
        `A number of ${text.length} digits stands as text: Python refuses it, or takes long to read it.`,
        offset,
        { digits: text.length },
      );
  }

  /** The text of a value, at most `max` bytes of it. */
  #text(handle: number, max: number): string {
    const id = handle >> 1;
    const kind = this.values.kind(handle);
    if (kind === Kind.Spelled) return (this.values.texts[this.values.at[id] as number] as string).slice(0, max);
    const offset = this.values.at[id] as number;
    const length = Math.min(this.values.count[id] as number, 4096);
    const from = offset - this.#base;
    const encoding = kind === Kind.Bytes ? "latin1" : "utf8";
    if (from >= 0 && from + length <= this.#bytes.length) {
      const bytes = this.#bytes;
      return Buffer.from(bytes.buffer, bytes.byteOffset + from, length)
        .toString(encoding)
        .slice(0, max);
    }
    const known = this.#texts.get(offset);
    if (known === undefined) {
      this.wanted = { offset, length, encoding };
      throw WANTED;
    }
    return known.slice(0, max);
  }

  /** An item of a dictionary by its key, among those that were kept. */
  lookup(dict: number, key: string): number | undefined {
    if (this.values.kind(dict) !== Kind.Dict) return undefined;
    const items = this.values.items(dict);
    for (let i = 0; i + 1 < items.length; i += 2) if (this.#plainText(items[i] as number) === key) return items[i + 1];
    return undefined;
  }
}

/** The C unpickler raises an error here. */
class Break extends Error {
  readonly limit: boolean;
  constructor(message: string, limit = false) {
    super(message);
    this.limit = limit;
  }
}

function littleEndian(bytes: Uint8Array, at: number, length: number): number {
  if (length === 0) return small(0);
  let value = 0;
  for (let i = length - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] as number);
  if ((bytes[at + length - 1] as number) >= 0x80) value -= 256 ** length;
  return value < SMALL_MAX && value > -SMALL_MAX ? small(value) : NUMBER;
}

function smallOf(text: string): number {
  const value = Number(text.trim());
  return Number.isInteger(value) && Math.abs(value) < SMALL_MAX ? small(value) : NUMBER;
}

/** UTF-8 as Python's `surrogatepass` takes it. */
function checkText(bytes: Uint8Array, at: number, length: number): void {
  for (let i = at; i < at + length; i++) {
    if ((bytes[i] as number) < 0x80) continue;
    const text = bytes.subarray(at, at + length);
    if (!isUtf8(text) && !isUtf8(withoutSurrogates(text))) throw new Break("A text is not UTF-8");
    return;
  }
}

function withoutSurrogates(text: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(text);
  for (let i = 0; i + 2 < copy.length; i++)
    if (copy[i] === 0xed && (copy[i + 1] as number) >= 0xa0 && (copy[i + 1] as number) <= 0xbf) copy[i + 1] = 0x80;
  return copy;
}
