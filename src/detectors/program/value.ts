// What is known of a Python value without running anything: the name it was imported by, its text with holes where a
// part is unknown, and labels for where it comes from. Everything here only grows, so that a few passes settle it.

export const LABEL = {
  /** Bytes that somebody on the network chooses. */
  net: 1,
  /** Out of base64, hex, compression, encryption, character codes. */
  decoded: 2,
  /** The content of a file. */
  file: 4,
  /** A file that the program wrote from the network or from decoded bytes. */
  dropped: 8,
  /** The content or name of a file with keys or passwords. */
  secretFile: 16,
  /** All environment variables at once. */
  wholeEnvironment: 32,
  /** One environment variable that names a key, token or password. */
  token: 64,
  /** Which machine or user this is. */
  host: 128,
  clock: 256,
  /** One environment variable. */
  environment: 512,
  socket: 1024,
  /** A text put together from pieces. */
  assembled: 2048,
  /** A name that does not stand in the source as it is called. */
  disguised: 4096,
  /** Fetched by the library that loads datasets. */
  downloaded: 8192,
} as const;

/** Labels of bytes that must not run. */
export const CODE_TAINT: number = LABEL.net | LABEL.decoded | LABEL.dropped;
export const SECRETS: number = LABEL.secretFile | LABEL.wholeEnvironment | LABEL.token;

/** Stand in a text for a part that is not known. */
export const UNKNOWN = "\u0000";
/** The same, for a part that carries CODE_TAINT. */
export const TAINTED = "\u0001";

export interface Origin {
  readonly label: number;
  readonly what: string;
  readonly lineNumber: number;
}

export interface Value {
  readonly name?: string | undefined;
  readonly text?: string | undefined;
  readonly labels: number;
  readonly origins: readonly Origin[];
  /** Elements of a list by index, of a dict by key. */
  readonly items?: ReadonlyMap<string, Value> | undefined;
  /** For an open file: the variable and the text of its path. */
  readonly path?: { readonly variable: string | undefined; readonly text: string | undefined } | undefined;
}

const TEXT_MAX = 16 * 1024;
const NAME_MAX = 200;
const ORIGINS_MAX = 4;
const ITEMS_MAX = 256;

export const NOTHING: Value = { labels: 0, origins: [] };

export const named = (name: string | undefined, labels = 0): Value => ({
  name: name === undefined || name.length > NAME_MAX ? undefined : name,
  labels,
  origins: [],
});
export const ofText = (text: string, labels = 0): Value => ({ text: text.slice(0, TEXT_MAX), labels, origins: [] });

export const isConstant = (text: string | undefined): text is string =>
  text !== undefined && !text.includes(UNKNOWN) && !text.includes(TAINTED);

/** The text, or the mark of what is missing. */
export const textOf = ({ text, labels }: Value): string => text ?? ((labels & CODE_TAINT) === 0 ? UNKNOWN : TAINTED);

function joinOrigins(a: readonly Origin[], b: readonly Origin[]): readonly Origin[] {
  if (b.length === 0 || a === b) return a;
  if (a.length === 0) return b;
  const joined = [...a];
  for (const origin of b) {
    if (joined.length >= ORIGINS_MAX) break;
    if (!joined.some(({ what, lineNumber }) => what === origin.what && lineNumber === origin.lineNumber))
      joined.push(origin);
  }
  return joined.length === a.length ? a : joined;
}

/** A value that may be any of these: labels of all; a name or text only where they agree. A dangerous name wins. */
export function either(a: Value | undefined, b: Value, prefers: (name: string) => boolean = () => false): Value {
  if (!a || a === b) return b;
  return {
    name: a.name === undefined || (b.name !== undefined && !prefers(a.name) && prefers(b.name)) ? b.name : a.name,
    text: a.text === undefined ? b.text : b.text === undefined || b.text === a.text ? a.text : UNKNOWN,
    labels: a.labels | b.labels,
    origins: joinOrigins(a.origins, b.origins),
    items: a.items ?? b.items,
    path: a.path ?? b.path,
  };
}

export const same = (a: Value | undefined, b: Value): boolean =>
  a !== undefined &&
  a.name === b.name &&
  a.text === b.text &&
  a.labels === b.labels &&
  a.path?.variable === b.path?.variable &&
  (a.items === undefined) === (b.items === undefined);

/** What a value made of these carries, of whatever kind. */
export function mixed(parts: Iterable<Value>): Value {
  let labels = 0;
  let origins: readonly Origin[] = [];
  for (const part of parts) {
    labels |= part.labels & ~LABEL.disguised;
    origins = joinOrigins(origins, part.origins);
  }
  return labels === 0 && origins.length === 0 ? NOTHING : { labels, origins };
}

export const relabelled = (value: Value, labels: number, origin?: Origin): Value => ({
  ...value,
  labels: value.labels | labels,
  origins: origin ? joinOrigins([origin], value.origins) : value.origins,
});

/** Stops at the bound: a few parts named many times over would otherwise grow without one (CWE-770). */
function joined(parts: readonly Value[], separator: string): string {
  let text = "";
  for (let i = 0; i < parts.length && text.length < TEXT_MAX; i++)
    text += (i > 0 ? separator : "") + textOf(parts[i] ?? NOTHING);
  return text.slice(0, TEXT_MAX);
}

/** Texts one after the other. */
export function concatenated(parts: readonly Value[], separator = ""): Value {
  const { labels, origins } = mixed(parts);
  const known = parts.filter(({ text }) => text !== undefined).length;
  return {
    text: joined(parts, separator),
    labels: known > 1 ? labels | LABEL.assembled : labels,
    origins,
  };
}

export function container(entries: Iterable<readonly [string, Value]>): Value {
  const items = new Map<string, Value>();
  const all: Value[] = [];
  for (const [key, value] of entries) {
    all.push(value);
    if (items.size < ITEMS_MAX) items.set(key, value);
  }
  return { ...mixed(all), items };
}

/** What a loop over the value gives. */
export function elementOf(value: Value): Value {
  if (value.items && value.items.size > 0) {
    let element: Value | undefined;
    for (const item of value.items.values()) element = either(element, item);
    return element ?? NOTHING;
  }
  return { labels: value.labels, origins: value.origins };
}
