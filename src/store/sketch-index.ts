// Which datasets hold records that are nearly those of another: renamed and edited copies. Bands of the MinHash of each
// text (core/record-sketch) are the keys of an index; what shares one is compared in full. A text that has its like in its
// own dataset (a template filled in, a text that is repeated) says nothing when another dataset has its like too: records
// of such texts are known again only where all words are equal.
import type { StatementSync } from "node:sqlite";
import { ALIKE_MIN, equalMinHashes, SKETCH_BYTES, SLOT_BYTES, SLOTS } from "../core/record-sketch.ts";
import {
  bandKey,
  BANDS,
  BY_DIGEST,
  digestKey,
  DISTINCT,
  isEmpty,
  isShort,
  knowable,
  NONE,
  REPEATED,
  sameDigest,
  WINDOW_RECORDS,
} from "./sketch-states.ts";

export const SKETCH_SCHEMA = `
CREATE TABLE sketch (artifact INTEGER NOT NULL, chunk INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (artifact, chunk)) WITHOUT ROWID;
CREATE TABLE band (key INTEGER NOT NULL, artifact INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (key, artifact, place)) WITHOUT ROWID;
CREATE TABLE alike (one INTEGER NOT NULL, other INTEGER NOT NULL, near INTEGER NOT NULL, PRIMARY KEY (one, other)) WITHOUT ROWID;
CREATE TABLE sketched (artifact INTEGER PRIMARY KEY, records INTEGER NOT NULL, told INTEGER NOT NULL, made INTEGER NOT NULL, distinct_records INTEGER NOT NULL);
`;

/** Records of one row of the table: what one page of the database holds. */
const CHUNK_RECORDS = 64;
/** Texts of one band of the store with which a text is compared (CWE-400). */
const CANDIDATES_MAX = 64;
/** Standard deviations that a count must lie above what chance gives. */
const SPREADS = 3;

/** A record that is asked for: its digest, and its sketch where there is one. */
export interface AskedRecord {
  readonly digest: Uint8Array;
  readonly sketch?: Uint8Array;
}

interface Made {
  readonly made: number;
  readonly distinct: number;
}

const share = ({ made, distinct }: Made): number => (made === 0 ? 0 : made / (made + distinct));

/**
 * How many records of two sets may be alike because one template made both. As large a share of the records has a like in
 * the other set as has one in its own, and no more: what is beyond that, and beyond the spread of such a number, is copied.
 */
function byChance(a: Made, b: Made): number {
  const expected = Math.max(share(a), share(b)) * Math.min(a.distinct, b.distinct);
  return expected + SPREADS * Math.sqrt(expected);
}

/** Records of two datasets that are like one another. */
class Pair {
  readonly #theirs = new Set<number>();
  #mine = 0;
  #last = -1;

  /** Records of the incoming dataset in rising order. */
  add(mine: number, theirs: Iterable<number>): void {
    for (const row of theirs) this.#theirs.add(row);
    if (mine !== this.#last) this.#mine++;
    this.#last = mine;
  }

  get count(): number {
    return Math.min(this.#mine, this.#theirs.size);
  }
}

interface Found {
  /** By texts of their own, and by texts that are equal. */
  readonly alike: Pair;
  readonly equal: Pair;
}

export class SketchIndex {
  readonly #run: (sql: string) => StatementSync;

  constructor(run: (sql: string) => StatementSync) {
    this.#run = run;
  }

  /** The sketches of a dataset, and for each record the artifacts that hold it as it is; counts what is nearly shared. */
  add(artifact: number, chunks: Iterable<Uint8Array>, exact: (record: number) => ReadonlySet<number>): void {
    if (this.#run("SELECT 1 FROM sketched WHERE artifact = ?").get(artifact)) return;
    const found = new Map<number, Found>();
    let records = 0;
    let told = 0;
    let made = 0;
    let distinct = 0;
    for (const window of windows(chunks)) {
      const { states, ...own } = knowable(window);
      made += own.made;
      distinct += own.distinct;
      const count = window.length / SKETCH_BYTES;
      for (let at = 0; at < count; at += CHUNK_RECORDS)
        this.#run("INSERT INTO sketch (artifact, chunk, bytes) VALUES (?, ?, ?)").run(
          artifact,
          (records + at) / CHUNK_RECORDS,
          window.subarray(at * SKETCH_BYTES, (at + CHUNK_RECORDS) * SKETCH_BYTES),
        );
      const repeated = new Set<number>();
      for (let i = 0; i < count; i++) {
        const record = records + i;
        // Whoever holds it as it is does not hold it nearly.
        const likes = new Likes(exact(record));
        let known = false;
        for (let slot = 0; slot < SLOTS; slot++) {
          const state = states[i * SLOTS + slot] as number;
          const at = i * SKETCH_BYTES + slot * SLOT_BYTES;
          if (isEmpty(window, at)) continue;
          likes.begin();
          if (state === NONE) continue;
          known ||= state !== REPEATED;
          const key = digestKey(window, at);
          if (state === REPEATED) {
            if (repeated.has(key)) continue;
            repeated.add(key);
          }
          this.#look(window, at, state, artifact, likes);
          this.#post(window, at, state, artifact, record * SLOTS + slot);
        }
        if (known) told++;
        for (const kind of ["alike", "equal"] as const)
          for (const [other, rows] of likes[kind]()) {
            let pair = found.get(other);
            if (!pair) found.set(other, (pair = { alike: new Pair(), equal: new Pair() }));
            pair[kind].add(record, rows);
          }
      }
      records += count;
    }
    this.#run("INSERT INTO sketched (artifact, records, told, made, distinct_records) VALUES (?, ?, ?, ?, ?)").run(
      artifact,
      records,
      told,
      made,
      distinct,
    );
    for (const [other, { alike, equal }] of found) {
      const theirs = this.#madeOf(other);
      const chance = byChance({ made, distinct }, theirs);
      const near = (alike.count > chance ? alike.count : 0) + equal.count;
      if (near === 0) continue;
      const insert = this.#run("INSERT OR REPLACE INTO alike (one, other, near) VALUES (?, ?, ?)");
      insert.run(artifact, other, near);
      insert.run(other, artifact, near);
    }
  }

  #madeOf(artifact: number): Made {
    const row = this.#run("SELECT made, distinct_records AS one FROM sketched WHERE artifact = ?").get(artifact) as
      | { made: number; one: number }
      | undefined;
    return { made: row?.made ?? 0, distinct: row?.one ?? 0 };
  }

  /** How many of these records each artifact holds nearly, and not as they are. */
  carriers(asked: readonly AskedRecord[], exact: (digest: Uint8Array) => ReadonlySet<number>): Map<number, number> {
    const sketched = asked.filter(({ sketch }) => sketch).slice(0, WINDOW_RECORDS);
    const bytes = Buffer.concat(sketched.map(({ sketch }) => sketch as Uint8Array));
    const { states, ...own } = knowable(bytes);
    const alike = new Map<number, number>();
    const out = new Map<number, number>();
    sketched.forEach(({ digest }, i) => {
      const likes = new Likes(exact(digest));
      for (let slot = 0; slot < SLOTS; slot++) {
        const at = i * SKETCH_BYTES + slot * SLOT_BYTES;
        if (isEmpty(bytes, at)) continue;
        likes.begin();
        // That the poisoned records repeat a text does not make it less theirs.
        const state = states[i * SLOTS + slot] as number;
        this.#look(bytes, at, state === NONE || state === REPEATED ? BY_DIGEST : state, -1, likes);
      }
      for (const [other] of likes.alike()) alike.set(other, (alike.get(other) ?? 0) + 1);
      for (const [other] of likes.equal()) out.set(other, (out.get(other) ?? 0) + 1);
    });
    for (const [other, count] of alike) {
      const { made, distinct } = this.#madeOf(other);
      // Few records are asked for, whatever the size of the other set.
      if (count > byChance(own, { made, distinct: Math.max(distinct, own.distinct) }))
        out.set(other, (out.get(other) ?? 0) + count);
    }
    return out;
  }

  #post(bytes: Uint8Array, at: number, state: number, artifact: number, place: number): void {
    const insert = this.#run("INSERT OR IGNORE INTO band (key, artifact, place) VALUES (?, ?, ?)");
    if (state === DISTINCT)
      for (let band = 0; band < BANDS; band++) insert.run(bandKey(bytes, at, band), artifact, place * 2);
    else insert.run(digestKey(bytes, at), artifact, place * 2 + (state === REPEATED ? 1 : 0));
  }

  /** Finds other artifacts and their records with a text like this one. */
  #look(bytes: Uint8Array, at: number, state: number, but: number, likes: Likes): void {
    const seen = new Set<string>();
    const short = isShort(bytes, at);
    for (let band = short ? BANDS : 0; band <= BANDS; band++) {
      const rows = this.#run("SELECT artifact, place FROM band WHERE key = ? AND artifact <> ? LIMIT ?").all(
        band === BANDS ? digestKey(bytes, at) : bandKey(bytes, at, band),
        but,
        CANDIDATES_MAX,
      ) as { artifact: number; place: number }[];
      for (const { artifact, place } of rows) {
        const key = `${artifact} ${place}`;
        // What both repeat is how both are made.
        if ((place % 2 === 1 && state === REPEATED) || seen.has(key) || likes.settled(artifact)) continue;
        seen.add(key);
        const theirs = this.#slot(artifact, Math.floor(place / 2));
        if (!theirs) continue;
        const row = Math.floor(place / (2 * SLOTS));
        const distinct = state === DISTINCT && band < BANDS;
        if (distinct && equalMinHashes(bytes, at, theirs, 0) >= ALIKE_MIN) likes.addAlike(artifact, row);
        else if (sameDigest(bytes, at, theirs, 0)) likes.addEqual(artifact, place % 2 === 1 ? undefined : row);
      }
    }
  }

  #slot(artifact: number, slot: number): Uint8Array | undefined {
    const record = Math.floor(slot / SLOTS);
    const at = (record % CHUNK_RECORDS) * SKETCH_BYTES + (slot % SLOTS) * SLOT_BYTES;
    const row = this.#run("SELECT substr(bytes, ?, ?) AS slot FROM sketch WHERE artifact = ? AND chunk = ?").get(
      at + 1,
      SLOT_BYTES,
      artifact,
      Math.floor(record / CHUNK_RECORDS),
    ) as { slot: Uint8Array } | undefined;
    return row?.slot.length === SLOT_BYTES ? row.slot : undefined;
  }
}

/**
 * What the texts of one record have in common with records of other artifacts. One text of its own is enough to know a
 * record again; of texts that a template makes, all must be equal.
 */
class Likes {
  readonly #alike = new Map<number, Set<number>>();
  readonly #texts: { readonly rows: Set<string>; readonly repeating: Set<number> }[] = [];
  readonly #exact: ReadonlySet<number>;

  /** `exact`: the artifacts that are of no interest. */
  constructor(exact: ReadonlySet<number>) {
    this.#exact = exact;
  }

  /** Nothing more of this artifact can change the answer. */
  settled(artifact: number): boolean {
    return this.#exact.has(artifact) || this.#alike.has(artifact);
  }

  /** The next text; all of them count, those too that are not looked for. */
  begin(): void {
    this.#texts.push({ rows: new Set(), repeating: new Set() });
  }

  addAlike(artifact: number, row: number): void {
    const rows = this.#alike.get(artifact);
    if (rows) rows.add(row);
    else this.#alike.set(artifact, new Set([row]));
  }

  /** `row`: undefined where many records of the artifact hold the text. */
  addEqual(artifact: number, row: number | undefined): void {
    const text = this.#texts.at(-1);
    if (row === undefined) text?.repeating.add(artifact);
    else text?.rows.add(`${artifact} ${row}`);
  }

  /** Records like this one by a text of their own, by artifact. */
  alike(): ReadonlyMap<number, ReadonlySet<number>> {
    return this.#alike;
  }

  /** And those of which only the words of all texts are equal. */
  equal(): ReadonlyMap<number, ReadonlySet<number>> {
    const out = new Map<number, Set<number>>();
    for (const place of new Set(this.#texts.flatMap(({ rows }) => [...rows]))) {
      const [artifact = 0, row = 0] = place.split(" ").map(Number);
      if (this.#alike.has(artifact)) continue;
      if (!this.#texts.every(({ rows, repeating }) => rows.has(place) || repeating.has(artifact))) continue;
      const rows = out.get(artifact);
      if (rows) rows.add(row);
      else out.set(artifact, new Set([row]));
    }
    return out;
  }
}

/** Whole sketches in pieces of at most a window; the bytes are valid until the next. */
function* windows(chunks: Iterable<Uint8Array>): Iterable<Uint8Array> {
  const size = WINDOW_RECORDS * SKETCH_BYTES;
  let held: Uint8Array[] = [];
  let length = 0;
  for (let chunk of chunks) {
    while (length + chunk.length >= size) {
      yield Buffer.concat([...held, chunk.subarray(0, size - length)]);
      chunk = chunk.subarray(size - length);
      held = [];
      length = 0;
    }
    if (chunk.length > 0) held.push(Uint8Array.from(chunk));
    length += chunk.length;
  }
  if (length >= SKETCH_BYTES) yield Buffer.concat(held, length - (length % SKETCH_BYTES));
}
