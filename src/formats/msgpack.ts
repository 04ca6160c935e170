// MessagePack (msgpack spec 2013) as Flax writes its parameters: maps with text keys, and arrays as extensions of known
// types. Nothing in it is code; an extension that Flax does not know, or an array of objects, is told. Bytes of arrays
// are skipped. Refuses depth past a bound.
import type { Format, Head, Part } from "../core/format.ts";
import { problem } from "../core/format.ts";
import { quote } from "../base/escape.ts";
import { Facts } from "./model/facts.ts";
import { paged, type Pages } from "./model/pages.ts";

const DEPTH_MAX = 128;
/** Values of one file (CWE-770): parameters are some thousands of arrays. */
const VALUES_MAX = 4_000_000;
/** flax/serialization.py: arrays, complex numbers, NumPy scalars. -1 is MessagePack's own, a time. */
const EXTENSIONS = new Set([1, 2, 3, -1]);

class Short extends Error {}
class Refused extends Error {}

class MsgpackReader {
  readonly facts = new Facts();
  at = 0;
  private values = 0;
  private readonly pages: Pages;

  constructor(pages: Pages) {
    this.pages = pages;
  }

  async value(depth: number): Promise<string | undefined> {
    if (depth > DEPTH_MAX) throw new Refused(`nests deeper than ${DEPTH_MAX}`);
    if (++this.values > VALUES_MAX) throw new Refused(`holds more than ${VALUES_MAX} values`);
    const type = await this.number(1);
    if (type <= 0x7f || type >= 0xe0 || type === 0xc0 || type === 0xc2 || type === 0xc3) return undefined;
    if (type <= 0x8f) return this.map(type & 0x0f, depth);
    if (type <= 0x9f) return this.list(type & 0x0f, depth);
    if (type <= 0xbf) return this.text(type & 0x1f);
    if (type === 0xc1) throw new Refused("holds a byte that begins no value");
    if (type <= 0xc6) return this.skip(await this.number(1 << (type - 0xc4)));
    if (type <= 0xc9) return this.extension(await this.number(1 << (type - 0xc7)));
    if (type <= 0xcb) return this.skip(type === 0xca ? 4 : 8);
    if (type <= 0xcf) return this.skip(1 << (type - 0xcc));
    if (type <= 0xd3) return this.skip(1 << (type - 0xd0));
    if (type <= 0xd8) return this.extension(1 << (type - 0xd4));
    if (type <= 0xdb) return this.text(await this.number(1 << (type - 0xd9)));
    if (type <= 0xdd) return this.list(await this.number(2 << (type - 0xdc)), depth);
    return this.map(await this.number(2 << (type - 0xde)), depth);
  }

  private async map(count: number, depth: number): Promise<undefined> {
    const keys = new Set<string>();
    for (let i = 0; i < count; i++) {
      const at = this.at;
      const key = await this.value(depth + 1);
      if (key !== undefined && keys.has(key)) this.facts.say("duplicate-key", `The key ${quote(key)} stands twice`, at);
      if (key !== undefined) keys.add(key);
      await this.value(depth + 1);
    }
  }

  private async list(count: number, depth: number): Promise<undefined> {
    for (let i = 0; i < count; i++) await this.value(depth + 1);
  }

  private async text(length: number): Promise<string> {
    const start = this.at;
    this.skip(length);
    return length > 1024 ? "" : (await this.pages.at(start, length)).toString("utf8");
  }

  private async extension(length: number): Promise<undefined> {
    const at = this.at;
    const type = ((await this.number(1)) << 24) >> 24;
    const start = this.at;
    this.skip(length);
    if (!EXTENSIONS.has(type)) {
      this.facts.say("extension-unknown", `A value has the extension type ${type}, which Flax does not write`, at, {
        type,
      });
      return;
    }
    // An array is itself MessagePack: shape, type of its elements, bytes.
    const head = (await this.pages.at(start, Math.min(length, 256))).toString("latin1");
    if (type === 1 && /^[\x93].{0,80}?(?:[\xa1-\xbf])(?:object|O\d*)/s.test(head))
      this.facts.say("object-array", "An array of the model holds objects of Python, not numbers", at);
  }

  private skip(length: number): undefined {
    this.at += length;
    if (this.at > this.pages.size) throw new Short();
  }

  private async number(width: number): Promise<number> {
    const bytes = await this.pages.at(this.at, width);
    if (bytes.length < width) throw new Short();
    this.at += width;
    return width > 6 ? Number(bytes.readBigUInt64BE(0)) : bytes.readUIntBE(0, width);
  }
}

async function* read(pages: Pages): AsyncGenerator<Part> {
  const reader = new MsgpackReader(pages);
  let trouble: Part | undefined;
  try {
    await reader.value(0);
    if (reader.at < pages.size)
      reader.facts.say("trailing-bytes", `${pages.size - reader.at} bytes follow the parameters`, reader.at);
  } catch (error) {
    if (error instanceof Short) trouble = problem("truncated", "The MessagePack file ends too early. Fetch it again.");
    else if (error instanceof Refused)
      trouble = problem("malformed", `The MessagePack file ${error.message}. What comes before was looked at.`, {
        at: { offset: reader.at },
      });
    else throw error;
  }
  yield { kind: "model", loader: "other", operations: [], irregularities: reader.facts.all };
  if (trouble) yield trouble;
}

/** A map whose first key is a name. */
const BEGINNING = /^(?:[\x81-\x8f]|\xde..|\xdf....)(?:[\xa1-\xbf]|\xd9.)[\w./-]/s;

export const msgpack: Format = {
  id: "msgpack",
  title: "Flax parameters (MessagePack)",
  spec: "https://github.com/msgpack/msgpack/blob/master/spec.md",
  extensions: [".msgpack"],
  yields: "model",
  sniff(head: Head) {
    const begins = BEGINNING.test(Buffer.from(head.bytes.subarray(0, 16)).toString("latin1"));
    if (head.extension === ".msgpack") return begins ? 0.95 : 0.3;
    return begins && head.name === "flax_model" ? 0.6 : 0;
  },
  read: paged(read),
};
