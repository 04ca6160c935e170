// Tiles (C2SP tlog-tiles v0.1.0): the hashes of a log in pieces of 256, and its entries in bundles of as many. A reader
// takes hashes out of tiles; they are not believed until a proof over them holds against a signed root.
import { HASH_BYTES, nodeHash, type ReadHash } from "./merkle.ts";

export const TILE_HEIGHT = 8;
export const TILE_WIDTH: number = 2 ** TILE_HEIGHT;
export const ENTRY_BYTES_MAX = 65_535;

/** 1234567 is `x001/x234/567`. */
function indexPath(index: number): string {
  const parts = [String(index % 1000).padStart(3, "0")];
  for (let left = Math.floor(index / 1000); left > 0; left = Math.floor(left / 1000))
    parts.unshift(`x${String(left % 1000).padStart(3, "0")}`);
  return parts.join("/");
}

/** `width` below 256 is a partial tile. */
export const tilePath = (level: number | "entries", index: number, width: number = TILE_WIDTH): string =>
  `tile/${level}/${indexPath(index)}${width === TILE_WIDTH ? "" : `.p/${width}`}`;

export interface TileName {
  readonly level: number | "entries";
  readonly index: number;
  readonly width: number;
}

/** Undefined for every path that `tilePath` does not write. */
export function parseTilePath(path: string): TileName | undefined {
  const match = /^tile\/(\d{1,2}|entries)\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (!match) return undefined;
  const name: TileName = {
    level: match[1] === "entries" ? "entries" : Number(match[1]),
    index: Number((match[2] ?? "").replaceAll(/[x/]/g, "")),
    width: match[3] === undefined ? TILE_WIDTH : Number(match[3]),
  };
  return name.width > 0 && Number.isSafeInteger(name.index) && tilePath(name.level, name.index, name.width) === path
    ? name
    : undefined;
}

/** The width of a tile in a log of `size`: what of it is there. 0 where nothing is. */
export function tileWidth(level: number, index: number, size: number): number {
  const hashes = Math.floor(size / 2 ** (level * TILE_HEIGHT));
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

/** Reads hashes of complete subtrees out of tiles of a log of `size`. `fetched` gives a tile's bytes, or undefined. */
export function tileReader(
  size: number,
  fetched: (level: number, index: number, width: number) => Uint8Array | undefined,
): ReadHash {
  return (level, index) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const inside = level % TILE_HEIGHT;
    const first = index * 2 ** inside;
    const tile = Math.floor(first / TILE_WIDTH);
    const width = tileWidth(tileLevel, tile, size);
    const bytes = fetched(tileLevel, tile, width);
    const at = first % TILE_WIDTH;
    if (!bytes || bytes.length !== width * HASH_BYTES || at + 2 ** inside > width)
      throw new TileMissing(tilePath(tileLevel, tile, width));
    const combine = (from: number, count: number): Uint8Array =>
      count === 1
        ? bytes.subarray(from * HASH_BYTES, (from + 1) * HASH_BYTES)
        : nodeHash(combine(from, count / 2), combine(from + count / 2, count / 2));
    return combine(at, 2 ** inside);
  };
}

/** A tile that a proof needs is not there, or of another size. */
export class TileMissing extends Error {
  readonly path: string;
  constructor(path: string) {
    super(path);
    this.path = path;
  }
}

/** Entries, each with its length in two bytes before it. */
export function renderEntries(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}

/** Undefined where lengths and bytes do not fit. */
export function parseEntries(bytes: Uint8Array): Uint8Array[] | undefined {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    if (entries.length >= TILE_WIDTH || at + 2 > bytes.length) return undefined;
    const end = at + 2 + (((bytes[at] as number) << 8) | (bytes[at + 1] as number));
    if (end > bytes.length) return undefined;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
