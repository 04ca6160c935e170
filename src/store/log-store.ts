// The operator's side of a checksum log: a folder of entries and tiles that any web server can serve as it is, and the
// checkpoint, written last. What a crash left beyond the checkpoint is not part of the log and is written over.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { badConfig } from "../core/errors.ts";
import { parseCheckpoint, renderCheckpoint, type Checkpoint } from "../tlog/checkpoint.ts";
import { HASH_BYTES, leafHash, MerkleFold } from "../tlog/merkle.ts";
import { noteSignedBy, parseNote, renderNote, signNote, type NoteSigner } from "../tlog/note.ts";
import { writeDurably } from "./durably.ts";
import { parseRecord, recordKey, renderRecord, type LogRecord } from "../tlog/record.ts";
import {
  ENTRY_BYTES_MAX,
  parseEntries,
  renderEntries,
  TILE_HEIGHT,
  TILE_WIDTH,
  tilePath,
  tileWidth,
} from "../tlog/tile.ts";

export class LogStore {
  readonly #folder: string;
  readonly #entries: Buffer[] = [];
  readonly #byKey = new Map<string, number>();
  /** Hashes of complete subtrees at the bottom of each level of tiles. */
  readonly #tiles: Buffer[][] = [];
  readonly #fold = new MerkleFold();
  readonly #signer: NoteSigner;
  readonly #origin: string;
  #published = 0;
  #note = "";

  /** Opens the folder, or begins a log in it. Throws a ToolError where what is there is not what the checkpoint says. */
  constructor(folder: string, signer: NoteSigner, origin: string = signer.name) {
    this.#folder = folder;
    this.#signer = signer;
    this.#origin = origin;
    const path = join(folder, "checkpoint");
    if (!existsSync(path)) {
      this.publish();
      return;
    }
    const text = readFileSync(path, "utf8");
    const note = parseNote(text);
    const checkpoint = note && parseCheckpoint(note.text);
    if (!note || !checkpoint || checkpoint.origin !== origin || typeof noteSignedBy(note, signer) === "string")
      throw badConfig(path, "is not a checkpoint of this log, signed by this key.");
    this.#load(checkpoint);
    this.#note = text;
    this.#published = checkpoint.size;
  }

  #load(checkpoint: Checkpoint): void {
    for (let tile = 0; tile * TILE_WIDTH < checkpoint.size; tile++) {
      const width = tileWidth(0, tile, checkpoint.size);
      const path = join(this.#folder, tilePath("entries", tile, width));
      const entries = existsSync(path) ? parseEntries(readFileSync(path)) : undefined;
      if (entries?.length !== width) throw badConfig(path, "does not hold the entries that the checkpoint counts.");
      for (const entry of entries) this.#push(Buffer.from(entry));
    }
    if (!this.#fold.root().equals(checkpoint.root))
      throw badConfig(this.#folder, "holds other entries than its checkpoint signed: the log was changed.");
  }

  #push(entry: Buffer): void {
    const record = parseRecord(entry.toString("utf8"));
    if (record) this.#byKey.set(recordKey(record), this.#entries.length);
    this.#entries.push(entry);
    this.#fold.push(leafHash(entry), (level, index, hash) => {
      if (level % TILE_HEIGHT === 0) (this.#tiles[level / TILE_HEIGHT] ??= [])[index] = Buffer.from(hash);
    });
  }

  get size(): number {
    return this.#entries.length;
  }

  /** The signed checkpoint. */
  get note(): string {
    return this.#note;
  }

  /** `known` where the log says the same already; `conflict` where it says something else, which it never takes back. */
  add(record: LogRecord): "added" | "known" | "conflict" {
    const there = this.#byKey.get(recordKey(record));
    const entry = Buffer.from(renderRecord(record));
    if (there !== undefined) return this.#entries[there]?.equals(entry) ? "known" : "conflict";
    if (entry.length > ENTRY_BYTES_MAX) return "conflict";
    this.#push(entry);
    return "added";
  }

  /** Writes what is new: entries, tiles, and the checkpoint last. */
  publish(): void {
    const size = this.#entries.length;
    for (let tile = Math.floor(this.#published / TILE_WIDTH); tile * TILE_WIDTH < size; tile++) {
      const from = tile * TILE_WIDTH;
      const width = tileWidth(0, tile, size);
      writeDurably(
        join(this.#folder, tilePath("entries", tile, width)),
        renderEntries(this.#entries.slice(from, from + width)),
      );
    }
    this.#tiles.forEach((hashes, level) => {
      const before = Math.floor(this.#published / 2 ** (level * TILE_HEIGHT));
      for (let tile = Math.floor(before / TILE_WIDTH); tile * TILE_WIDTH < hashes.length; tile++) {
        const part = hashes.slice(tile * TILE_WIDTH, (tile + 1) * TILE_WIDTH);
        writeDurably(
          join(this.#folder, tilePath(level, tile, part.length)),
          Buffer.concat(part, part.length * HASH_BYTES),
        );
      }
    });
    const text = renderCheckpoint({ origin: this.#origin, size, root: this.#fold.root() });
    this.#note = renderNote(signNote({ text, signatures: [] }, this.#signer));
    writeDurably(join(this.#folder, "checkpoint"), this.#note);
    this.#published = size;
  }

  /** A tile as it was when the log was smaller: a client that kept an older tree head asks for those. */
  tile(level: number, index: number, width: number): Buffer | undefined {
    if (width > tileWidth(level, index, this.#published)) return undefined;
    const hashes = this.#tiles[level]?.slice(index * TILE_WIDTH, index * TILE_WIDTH + width);
    return hashes && Buffer.concat(hashes, width * HASH_BYTES);
  }

  find(key: string): { readonly index: number; readonly record: string } | undefined {
    const index = this.#byKey.get(key);
    return index === undefined || index >= this.#published
      ? undefined
      : { index, record: (this.#entries[index] as Buffer).toString("utf8") };
  }
}
