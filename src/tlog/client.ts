// What a client of a log believes, and what it refuses: the latest tree head that it has seen is kept, every later one
// must contain it, every record must be in the tree. A log that shows two histories shows it to everybody who keeps one.
// Network and disk are handed in; nothing here does I/O.
import { Refused, refuse, type Refusal } from "../core/refusal.ts";
import { quote } from "../base/escape.ts";
import { parseCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { consistencyProof, inclusionProof, leafHash, provesConsistency, provesInclusion, treeRoot } from "./merkle.ts";
import { noteSignedBy, parseNote, type NoteKey } from "./note.ts";
import { parseRecord, recordKey, type LogRecord } from "./record.ts";
import { TileMissing, tilePath, tileReader } from "./tile.ts";

export interface LogView {
  /** The note of the latest tree head that was believed; empty at first. */
  readonly latest: string;
  /** Bytes of a tile by its path; undefined where the log has none. */
  tile(path: string): Promise<Uint8Array | undefined>;
}

export interface LogTrust {
  readonly origin: string;
  readonly key: NoteKey;
  /** Witnesses of which at least `witnessesMin` must have signed. */
  readonly witnesses: readonly NoteKey[];
  readonly witnessesMin: number;
  /** A cosignature older than this many seconds before `now` is stale; no bound where absent. */
  readonly ageMax?: number;
  readonly now?: number;
}

/** The checkpoint of a note, once the log's key and enough witnesses have signed it. */
export function openCheckpoint(given: string, trust: LogTrust): Checkpoint | Refusal {
  try {
    return opened(given, trust);
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

function opened(given: string, trust: LogTrust): Checkpoint {
  const note = parseNote(given) ?? refuse("log-note", "What the log sent is no signed note: cut short, or damaged.");
  const signed = noteSignedBy(note, trust.key);
  if (signed === "unsigned") refuse("log-key", `The tree head is not signed by ${quote(trust.key.name)}.`);
  if (signed === "wrong-key")
    refuse("log-key", `The tree head is signed by another key that calls itself ${quote(trust.key.name)}.`);
  if (signed === "bad-signature")
    refuse("log-signature", `The signature of ${quote(trust.key.name)} does not hold: the tree head was changed.`);
  const checkpoint = parseCheckpoint(note.text) ?? refuse("log-checkpoint", "The signed note is no tree head.");
  if (checkpoint.origin !== trust.origin)
    refuse(
      "log-checkpoint",
      `The tree head is of the log ${quote(checkpoint.origin)}, and ${quote(trust.origin)} was asked.`,
    );
  let seen = 0;
  let stale = false;
  for (const witness of trust.witnesses) {
    const cosigned = noteSignedBy(note, witness);
    if (cosigned === "bad-signature")
      refuse("log-witness", `The signature of the witness ${quote(witness.name)} does not hold.`);
    if (typeof cosigned === "string") continue;
    if (trust.ageMax !== undefined && trust.now !== undefined && trust.now - cosigned.seconds > trust.ageMax)
      stale = true;
    else seen++;
  }
  if (seen < trust.witnessesMin)
    refuse(
      stale ? "log-expired" : "log-witness",
      stale
        ? "The witnesses' signatures are older than is accepted: this may be an old tree head, shown again."
        : `${seen} of the witnesses have signed the tree head; ${trust.witnessesMin} must.`,
    );
  return checkpoint;
}

async function proven<T>(view: LogView, size: number, work: (read: ReturnType<typeof tileReader>) => T): Promise<T> {
  const tiles = new Map<string, Uint8Array | undefined>();
  const read = tileReader(size, (level, index, width) => tiles.get(tilePath(level, index, width)));
  // Each round finds one tile more that is needed: there are two for each level at most, besides those of the roots.
  for (let round = 0; round < 256; round++) {
    try {
      return work(read);
    } catch (error) {
      if (!(error instanceof TileMissing)) throw error;
      if (tiles.has(error.path))
        return refuse("log-tile", `The log does not serve its tile ${quote(error.path)} as it must.`);
      tiles.set(error.path, await view.tile(error.path));
    }
  }
  return refuse("log-tile", "The log's tiles do not come to an end.");
}

/** Whether a tree head goes on from the one that was believed last, and which is the later one. */
export async function advance(
  given: string,
  trust: LogTrust,
  view: LogView,
): Promise<{ readonly checkpoint: Checkpoint; readonly latest: string } | Refusal> {
  try {
    const next = opened(given, trust);
    if (view.latest === "") {
      // Trusted at first sight; what its tiles make must be its root all the same.
      if (
        next.size > 0 &&
        Buffer.compare(await proven(view, next.size, (read) => treeRoot(next.size, read)), next.root) !== 0
      )
        refuse("log-tile", "The log's tiles do not make the root that it has signed.");
      return { checkpoint: next, latest: given };
    }
    const held = opened(view.latest, { ...trust, witnessesMin: 0 });
    const [older, newer] = held.size <= next.size ? [held, next] : [next, held];
    if (older.size === newer.size && !older.root.equals(newer.root)) fork(older, newer);
    if (older.size > 0 && older.size < newer.size) {
      const proof = await proven(view, newer.size, (read) => ({
        proof: consistencyProof(older.size, newer.size, read),
        root: treeRoot(newer.size, read),
      }));
      if (Buffer.compare(proof.root, newer.root) !== 0)
        refuse("log-tile", "The log's tiles do not make the root that it has signed.");
      if (!provesConsistency(proof.proof, older.size, older.root, newer.size, newer.root)) fork(older, newer);
    }
    return { checkpoint: next, latest: held.size <= next.size ? given : view.latest };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const head = parseCheckpoint(parseNote(given)?.text ?? "");
    const held = parseCheckpoint(parseNote(view.latest)?.text ?? "");
    // Of a tree that it pretends not to have yet, it has no tiles.
    if (error.refusal.code === "log-tile" && head && held && head.size < held.size)
      return {
        code: "log-rollback",
        message: `The log shows a tree of ${head.size}, after one of ${held.size} was seen: it is an old state, shown again.`,
      };
    return error.refusal;
  }
}

const fork = (older: Checkpoint, newer: Checkpoint): never =>
  refuse(
    "log-consistency",
    `The log shows two histories: its tree of ${newer.size} does not begin with the tree of ${older.size} that was seen before. Keep both tree heads; they prove it.`,
  );

export interface LookupAnswer {
  readonly index: number;
  /** The record's text. */
  readonly record: string;
  /** The signed tree head. */
  readonly note: string;
}

/** `index \n record \n\n note`, as Go's checksum database answers. */
export function parseLookup(text: string): LookupAnswer | undefined {
  const match = /^(\d{1,15})\n((?:[^\n]+\n)+)\n([^]+)$/.exec(text);
  return match ? { index: Number(match[1]), record: match[2] as string, note: match[3] as string } : undefined;
}

export const renderLookup = ({ index, record, note }: LookupAnswer): string => `${index}\n${record}\n${note}`;

/** The record that the log proves to hold under a name and commit. */
export async function proveLookup(
  answer: LookupAnswer,
  asked: Pick<LogRecord, "name" | "commit">,
  trust: LogTrust,
  view: LogView,
): Promise<{ readonly record: LogRecord; readonly latest: string } | Refusal> {
  try {
    const record =
      parseRecord(answer.record) ?? refuse("log-record", "The log's record is not one: its text is malformed.");
    if (recordKey(record) !== recordKey(asked))
      refuse(
        "log-record",
        `The log answers with a record of ${quote(recordKey(record))}, and ${quote(recordKey(asked))} was asked for.`,
      );
    const moved = await advance(answer.note, trust, view);
    if ("code" in moved) return moved;
    const { checkpoint } = moved;
    if (answer.index >= checkpoint.size)
      refuse("log-inclusion", `The record is said to be number ${answer.index} of a log of ${checkpoint.size}.`);
    const proof = await proven(view, checkpoint.size, (read) => inclusionProof(answer.index, checkpoint.size, read));
    if (!provesInclusion(proof, leafHash(Buffer.from(answer.record)), answer.index, checkpoint.size, checkpoint.root))
      refuse("log-inclusion", "The record is not in the log: it is shown to you and to nobody else.");
    return { record, latest: moved.latest };
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}
