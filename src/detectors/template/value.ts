// What is known of a value in a template without rendering it: its text where that is fixed, the fixed texts that may be
// part of it and under which conditions, where the rest comes from, and what a condition made of it asks.

export const FROM = {
  /** What somebody says in a message. */
  text: 1,
  /** The list of messages. */
  messages: 2,
  /** One message. */
  message: 4,
  /** A role, a content type, whether something is there: what every template branches on. */
  shape: 8,
  /** How long a text is. */
  length: 16,
  /** How many messages there are, or the place in a loop over them. */
  count: 32,
  clock: 64,
  /** What only some programs that render templates know. */
  engine: 128,
  /** What the caller passes beside the messages: tools, switches, special tokens. */
  given: 256,
} as const;

export interface Question {
  readonly about: "text" | "length" | "count" | "clock" | "engine" | "caller";
  /** What it is compared with, as far as it is fixed. */
  readonly constants: readonly string[];
  readonly at: number;
  readonly to: number;
}

/** A part of a text: fixed, or a hole (an empty text) with where it comes from. */
export interface Piece {
  readonly text: string;
  readonly from: number;
  /** For a hole: text of messages whose role cannot be the user's. */
  readonly notUser: boolean;
  /** What decides whether it is there. */
  readonly because: readonly Question[];
  readonly at: number;
}

export interface Value {
  readonly text?: string | undefined;
  readonly number?: number | undefined;
  readonly pieces: readonly Piece[];
  readonly from: number;
  readonly questions: readonly Question[];
  /** Fixed texts that decided what it is: `content.split("x")`. */
  readonly cuts: readonly string[];
  readonly items?: ReadonlyMap<string, Value> | undefined;
  /** True for a list whose items are all known; a dict otherwise. */
  readonly isList?: boolean | undefined;
  /** Where it stands in the input: `messages[].content`. Conditions on a role hold for a place. */
  readonly path?: string | undefined;
  readonly notUser?: boolean | undefined;
  /** A function by its name, or a macro by the name it was defined under. */
  readonly callee?: string | undefined;
  /** Characters of a repeated text that is not held. */
  readonly size?: number | undefined;
  /** Put together from pieces, so that its text does not stand in the source. */
  readonly made?: boolean | undefined;
}

export const TEXT_MAX: number = 64 * 1024;
export const PIECES_MAX: number = 256;
/** Pieces of one place that are compared, to say each once. */
const ALIKE_MAX = 8;
const QUESTIONS_MAX = 12;
const ITEMS_MAX = 256;

export const NOTHING: Value = { pieces: [], from: 0, questions: [], cuts: [] };

export const ofText = (text: string, at: number, made = false): Value => {
  const short = text.slice(0, TEXT_MAX);
  return {
    ...NOTHING,
    text: short,
    pieces: [{ text: short, from: 0, notUser: false, because: [], at }],
    ...(made ? { made } : {}),
  };
};

/** Something that comes from outside: a hole in every text it becomes part of. */
export const hole = (from: number, at: number, more: Partial<Value> = {}): Value => ({
  ...NOTHING,
  from,
  pieces: [{ text: "", from, notUser: more.notUser ?? false, because: [], at }],
  ...more,
});

export function joinQuestions(a: readonly Question[], b: readonly Question[]): readonly Question[] {
  if (b.length === 0 || a === b) return a;
  if (a.length === 0) return b;
  const joined = [...a];
  for (const one of b) {
    if (joined.length >= QUESTIONS_MAX) break;
    if (!joined.some(({ at, about }) => at === one.at && about === one.about)) joined.push(one);
  }
  return joined.length === a.length ? a : joined;
}

/** A value that is there only as the questions are answered; items of items too, to a depth. */
export function under(value: Value, because: readonly Question[], depth = 3): Value {
  if (because.length === 0) return value;
  return {
    ...value,
    pieces: value.pieces.map((piece) => ({ ...piece, because: joinQuestions(piece.because, because) })),
    questions: joinQuestions(value.questions, because),
    ...(value.items && depth > 0
      ? { items: new Map([...value.items].map(([key, item]) => [key, under(item, because, depth - 1)] as const)) }
      : {}),
  };
}

const joinPieces = (parts: readonly (readonly Piece[])[]): readonly Piece[] => {
  const [first = [], ...rest] = parts.filter(({ length }) => length > 0);
  return rest.length === 0 ? first : [...first, ...rest.flat()].slice(0, PIECES_MAX);
};

/** Texts one after the other. */
export function concatenated(parts: readonly Value[], separator = "", at = 0): Value {
  const known = parts.every(({ text }) => text !== undefined);
  const texts: readonly Value[] =
    separator === "" ? parts : parts.flatMap((part, i) => (i === 0 ? [part] : [ofText(separator, at), part]));
  const whole = known
    ? texts
        .map(({ text }) => text)
        .join("")
        .slice(0, TEXT_MAX)
    : undefined;
  return {
    ...mixed(parts),
    text: whole,
    pieces: joinPieces(texts.map(({ pieces }) => pieces)),
    made: parts.length > 1 || parts.some(({ made }) => made),
  };
}

/** What a value made of these carries, of whatever kind; not their texts. */
export function mixed(parts: readonly Value[]): Value {
  let from = 0;
  let questions: readonly Question[] = [];
  const cuts: string[] = [];
  let notUser = true;
  for (const part of parts) {
    from |= part.from;
    questions = joinQuestions(questions, part.questions);
    if (cuts.length < 16) cuts.push(...part.cuts);
    if ((part.from & FROM.text) !== 0 && !part.notUser) notUser = false;
  }
  return { ...NOTHING, from, questions, cuts, ...(notUser ? { notUser } : {}) };
}

/** A value that may be either. */
export function either(a: Value | undefined, b: Value): Value {
  if (!a || a === b) return b;
  const pieces = [...a.pieces];
  const known = new Map<number, Piece[]>();
  for (const piece of a.pieces) {
    const there = known.get(piece.at);
    if (there) there.push(piece);
    else known.set(piece.at, [piece]);
  }
  for (const piece of b.pieces) {
    if (pieces.length >= PIECES_MAX) break;
    if (
      !known
        .get(piece.at)
        ?.slice(0, ALIKE_MAX)
        .some((one) => samePiece(one, piece))
    )
      pieces.push(piece);
  }
  let { items } = a;
  if (b.items && items) {
    const joined = new Map(items);
    for (const [key, value] of b.items) if (joined.size < ITEMS_MAX) joined.set(key, either(joined.get(key), value));
    items = joined;
  } else items ??= b.items;
  return {
    text: a.text === b.text ? a.text : undefined,
    number: a.number === b.number ? a.number : undefined,
    pieces,
    from: a.from | b.from,
    questions: joinQuestions(a.questions, b.questions),
    cuts: a.cuts.length === 0 ? b.cuts : a.cuts,
    items,
    isList: a.isList ?? b.isList,
    path: a.path ?? b.path,
    notUser: notUserOf(a, b),
    callee: a.callee ?? b.callee,
    made: a.made ?? b.made,
  };
}

const samePiece = (a: Piece, b: Piece): boolean =>
  a.at === b.at &&
  a.text === b.text &&
  a.from === b.from &&
  a.notUser === b.notUser &&
  (a.because === b.because ||
    (a.because.length === b.because.length && a.because.every(({ at }, i) => at === b.because[i]?.at)));

function notUserOf(a: Value, b: Value): boolean {
  const says = (value: Value): boolean =>
    (value.from & (FROM.text | FROM.message | FROM.messages)) === 0 || value.notUser === true;
  return says(a) && says(b);
}

export function container(entries: Iterable<readonly [string, Value]>, isList: boolean): Value {
  const items = new Map<string, Value>();
  for (const [key, value] of entries) if (items.size < ITEMS_MAX) items.set(key, value);
  const values = [...items.values()];
  return { ...mixed(values), pieces: joinPieces(values.map(({ pieces }) => pieces)), items, isList };
}

/** The fixed texts a value may be. */
export function textsOf(value: Value): string[] {
  if (value.text !== undefined) return [value.text];
  if (value.number !== undefined) return [String(value.number)];
  const texts = value.items ? [...value.items.values()].flatMap(({ text }) => (text === undefined ? [] : [text])) : [];
  return texts.length > 0
    ? texts.slice(0, 32)
    : value.pieces.flatMap(({ text }) => (text === "" ? [] : [text])).slice(0, 32);
}
