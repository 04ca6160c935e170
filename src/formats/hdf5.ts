// HDF5 (File Format Specification 3.0; superblocks 0 to 3): the objects of the file with their links and attributes, by
// headers alone. The settings of a Keras model, every link and data set that lies in another file, and pickles that
// PyTables keeps in attributes. Numbers are not read. What a library would have to guess is told as not looked at.
import type { ByteSource } from "../core/bytes.ts";
import type { Format, Head, Part, ReadContext } from "../core/format.ts";
import { problem } from "../core/format.ts";
import { memorySource } from "../core/bytes.ts";
import { quote } from "../base/escape.ts";
import { decodeText } from "../base/utf8.ts";
import { Facts } from "./model/facts.ts";
import { Hdf5Bytes, Hdf5Fault } from "./model/hdf5-bytes.ts";
import { attributesOf, linksOf, outsideOf, readMessages } from "./model/hdf5-object.ts";
import { kerasSettings } from "./model/keras-config.ts";
import { Operations } from "./model/operations.ts";
import { paged, type Pages } from "./model/pages.ts";

const SIGNATURE = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Objects of one file (CWE-770): a model has some thousands. */
const OBJECTS_MAX = 200_000;
/** Headers lie all over the file, and most are small. */
const PAGE_BYTES = 16 * 1024;
/** Where a superblock may stand: behind a user block of 512 bytes or a doubling of them. */
const PLACES_MAX = 20;
const FAULTS_SHOWN = 3;

/** What gives a file of Keras away, whatever it is called. */
const KERAS_NAMES = new Set(["model_config", "training_config", "keras_version", "layer_names", "weight_names"]);
const KERAS_GROUPS = new Set([
  "_layer_checkpoint_dependencies",
  "model_weights",
  "optimizer_weights",
  "top_level_model_weights",
]);

class Hdf5Walk {
  readonly operations = new Operations();
  readonly facts = new Facts();
  readonly settings: { readonly name: string; readonly text: string }[] = [];
  readonly pickles: { readonly name: string; readonly bytes: Buffer }[] = [];
  readonly faults: Hdf5Fault[] = [];
  isKeras = false;
  private readonly file: Hdf5Bytes;

  constructor(file: Hdf5Bytes) {
    this.file = file;
  }

  async walk(root: number): Promise<void> {
    const seen = new Set([root]);
    const queue = [{ address: root, path: "" }];
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { address, path } = next;
      if (seen.size > OBJECTS_MAX) throw new Hdf5Fault("limit", `more than ${OBJECTS_MAX} objects`);
      try {
        const messages = await readMessages(this.file, address);
        await this.outside(messages, path);
        await this.attributes(messages, path);
        await this.links(messages, path, (to, name) => {
          if (seen.has(to) || seen.size > OBJECTS_MAX) return;
          seen.add(to);
          queue.push({ address: to, path: `${path}/${name}` });
        });
      } catch (error) {
        // The other objects of the file are looked at all the same.
        if (!(error instanceof Hdf5Fault)) throw error;
        this.faults.push(error);
        if (this.faults.length > 1000) throw error;
      }
    }
  }

  private async links(
    messages: Parameters<typeof linksOf>[1],
    path: string,
    follow: (address: number, name: string) => void,
  ): Promise<void> {
    const names = new Set<string>();
    for await (const link of linksOf(this.file, messages)) {
      const place = `${path}/${link.name}`;
      if (names.has(link.name))
        this.facts.say("duplicate-link", `The group ${quote(path || "/")} has two members called ${quote(link.name)}`);
      names.add(link.name);
      if (KERAS_GROUPS.has(link.name)) this.isKeras = true;
      if (link.kind === "hard") follow(link.address, link.name);
      else if (link.kind === "external") this.path(link.file, "external link", place);
      else if (link.kind === "other")
        this.facts.say("link-unknown", `The link ${quote(place)} is of the user-defined kind ${link.type}`);
    }
  }

  private async attributes(messages: Parameters<typeof attributesOf>[1], path: string): Promise<void> {
    for await (const { name, bytes } of attributesOf(this.file, messages)) {
      if (KERAS_NAMES.has(name)) this.isKeras = true;
      if (!bytes || bytes.length < 2) continue;
      if (isPickle(bytes)) this.pickles.push({ name: `${path}@${name}`, bytes });
      const text =
        SETTINGS.test(name) || bytes.includes('"class_name"') ? decodeText(bytes).text.replace(/\0+$/, "") : "";
      if (/^\s*\{/.test(text)) this.settings.push({ name, text });
      else if (SETTINGS.test(name) && text.trim() !== "")
        this.facts.say("settings-form", `The attribute ${quote(name)} holds no settings that a loader could read`);
    }
  }

  private async outside(messages: Parameters<typeof outsideOf>[1], path: string): Promise<void> {
    for (const { what, file } of await outsideOf(this.file, messages)) this.path(file, what, path || "/");
  }

  private path(name: string, what: string, place: string): void {
    this.operations.add({
      use: "path",
      name,
      arguments: [
        { kind: "text", text: `${what} ${place}` },
        { kind: "text", text: "link" },
      ],
      text: `${what} ${place} -> ${JSON.stringify(name)}`,
    });
  }
}

const SETTINGS = /^(?:model_config|training_config)$/;

/** A pickle, by its first and last bytes: PyTables keeps what is no number so, and reads it back on every open. */
const isPickle = (bytes: Buffer): boolean => {
  const end = bytes.findLastIndex((byte) => byte !== 0);
  if (end < 1 || bytes[end] !== 0x2e) return false;
  return (
    bytes[0] === 0x80 ||
    /^(?:\(|c[A-Za-z_][\w.]{0,80}\n|[ILFSV][^\n]{0,400}\n|[\]})N])/.test(bytes.toString("latin1", 0, 500))
  );
};

/** Reads the superblock at `start`; gives the file's numbers and the address of the root group's header. */
async function superblock(pages: Pages, start: number): Promise<{ file: Hdf5Bytes; root: number; end: number }> {
  const head = await pages.at(start, 256);
  const version = head[8] ?? 255;
  const old = version <= 1;
  if (version > 3) throw new Hdf5Fault("unsupported", `a superblock of version ${version}`);
  const offsetBytes = head[old ? 13 : 9] ?? 0;
  const lengthBytes = head[old ? 14 : 10] ?? 0;
  if (![2, 4, 8].includes(offsetBytes) || ![2, 4, 8].includes(lengthBytes))
    throw new Hdf5Fault("malformed", "a superblock with impossible sizes");
  const first = new Hdf5Bytes(pages, offsetBytes, lengthBytes, start);
  const from = old ? (version === 0 ? 24 : 28) : 12;
  const cursor = await first.block(from, 4 * offsetBytes + (old ? 2 * offsetBytes : 0), "the superblock");
  const base = cursor.offset();
  cursor.skip(offsetBytes);
  const end = cursor.offset();
  // Version 0 and 1: driver information, then the entry of the root group: name, header.
  if (old) cursor.skip(2 * offsetBytes);
  const root = cursor.offset();
  // The base is where the file begins behind a user block; some writers leave it at zero.
  const file = new Hdf5Bytes(pages, offsetBytes, lengthBytes, base === start ? base : start);
  return { file, root, end };
}

async function find(pages: Pages): Promise<number> {
  for (let i = 0, at = 0; i < PLACES_MAX && at < pages.size; i++, at = at === 0 ? 512 : at * 2) {
    if (SIGNATURE.equals(await pages.at(at, SIGNATURE.length))) return at;
  }
  return -1;
}

async function* read(pages: Pages, context: ReadContext, source: ByteSource): AsyncGenerator<Part> {
  const start = await find(pages);
  if (start < 0) {
    yield problem("malformed", "No superblock of HDF5 is where one may stand, so nothing was looked at.");
    return;
  }
  let walk: Hdf5Walk | undefined;
  let fault: Hdf5Fault | undefined;
  try {
    const { file, root, end } = await superblock(pages, start);
    walk = new Hdf5Walk(file);
    walk.isKeras = /(?:^|[./_-])weights\.h5$/.test(source.name.toLowerCase());
    await walk.walk(root);
    // Counted from the start of the file, user block and all.
    if (end > pages.size) fault = new Hdf5Fault("truncated", `${pages.size} bytes of the ${end} that it should have`);
  } catch (error) {
    if (!(error instanceof Hdf5Fault)) throw error;
    fault = error;
  }
  if (start > 0)
    walk?.facts.say("user-block", `${start} bytes of something else stand before the HDF5 file`, 0, { bytes: start });
  if (walk) {
    yield* walk.operations.parts(walk.isKeras ? "keras" : "other", walk.facts.all);
    for (const { name, text } of walk.settings) yield* kerasSettings(text, name, context.limits);
    for (const { name, bytes } of walk.pickles) yield { kind: "member", name, source: memorySource(name, bytes) };
    for (const one of walk.faults.slice(0, FAULTS_SHOWN)) yield told(one);
  }
  if (fault) yield told(fault);
}

const told = (fault: Hdf5Fault): Part =>
  problem(fault.code, `The HDF5 file has ${fault.message}. What could be reached otherwise was looked at.`);

export const hdf5: Format = {
  id: "hdf5",
  title: "HDF5",
  spec: "https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html",
  extensions: [".h5", ".hdf5", ".he5", ".hdf", ".keras"],
  yields: "model",
  sniff({ bytes }: Head) {
    const at = (place: number): boolean => SIGNATURE.equals(bytes.subarray(place, place + SIGNATURE.length));
    if (at(0)) return 1;
    for (let place = 512; place + SIGNATURE.length <= bytes.length; place *= 2) if (at(place)) return 0.95;
    return 0;
  },
  read: paged(read, PAGE_BYTES),
};
