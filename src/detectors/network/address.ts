// URLs and network addresses in running text, read by hand and in one pass: hostile text is never handed to a URL parser
// that guesses. Addresses are judged by the IANA special-purpose registries (RFC 6890), in every notation that clients
// accept (RFC 3986 §7.4: decimal, octal and hexadecimal forms of IPv4).

export interface Url {
  readonly start: number;
  readonly end: number;
  readonly scheme: string;
  readonly userinfo: string;
  /** Lower case, without port. IPv6 keeps no brackets. */
  readonly host: string;
  readonly port: string;
  /** From the first slash, question mark or hash on. */
  readonly rest: string;
}

/** A URL longer than this is read only so far: nothing that matters lies beyond (CWE-770). */
const URL_CHARACTERS_MAX = 2_048;
const URLS_PER_FIELD_MAX = 10_000;

const SCHEME_END = "://";
const SCHEME = /[a-z][a-z0-9+.-]{1,11}$/i;
const STOP = /[\s\p{Cc}"'<>`\\^|\u3000-\u303f\uff00-\uffef“”‘’]/u;

/** Every `scheme://…` in the text, in order; with `wanted`, those that it wants by where they begin. */
export function* urlsIn(text: string, wanted?: (start: number) => boolean): Generator<Url> {
  let count = 0;
  for (
    let at = text.indexOf(SCHEME_END);
    at !== -1 && count < URLS_PER_FIELD_MAX;
    at = text.indexOf(SCHEME_END, at + 3)
  ) {
    const scheme = SCHEME.exec(text.slice(Math.max(0, at - 12), at))?.[0];
    if (scheme === undefined || wanted?.(at - scheme.length) === false) continue;
    const tail = text.slice(at + 3, at + 3 + URL_CHARACTERS_MAX);
    const stop = tail.search(STOP);
    const body = trimmed(stop === -1 ? tail : tail.slice(0, stop));
    if (body === "") continue;
    count++;
    const split = body.search(/[/?#]/);
    const authority = split === -1 ? body : body.slice(0, split);
    const sign = authority.lastIndexOf("@");
    const place = authority.slice(sign + 1);
    const bracket = place.startsWith("[") ? place.indexOf("]") : -1;
    const colon = place.indexOf(":", bracket + 1);
    const host = bracket > 0 ? place.slice(1, bracket) : colon === -1 ? place : place.slice(0, colon);
    yield {
      start: at - scheme.length,
      end: at + 3 + body.length,
      scheme: scheme.toLowerCase(),
      userinfo: sign === -1 ? "" : authority.slice(0, sign),
      host: host.toLowerCase().replace(/\.$/, ""),
      port: colon === -1 ? "" : place.slice(colon + 1),
      rest: split === -1 ? "" : body.slice(split),
    };
  }
}

// A URL ends before a parenthesis that it did not open itself (a Markdown link's), and before a sentence's marks.
function trimmed(body: string): string {
  let depth = 0;
  let end = 0;
  for (; end < body.length; end++) {
    if (body[end] === "(") depth++;
    else if (body[end] === ")" && --depth < 0) break;
  }
  for (; end > 0; end--) {
    const last = body[end - 1] ?? "";
    if (".,;:!*_".includes(last)) continue;
    if (last === "]" && !body.slice(0, end).includes("[")) continue;
    if (last === "}" && !body.slice(0, end).includes("{")) continue;
    break;
  }
  return body.slice(0, end);
}

export type AddressKind = "public" | "documentation" | "special";

/** The 32-bit value of an IPv4 address in any notation a client accepts, or undefined. */
export function ipv4(host: string): number | undefined {
  const parts = host.split(".");
  if (parts.length > 4 || parts.length === 0) return undefined;
  const numbers: number[] = [];
  for (const part of parts) {
    if (/^0x[0-9a-f]{1,8}$/i.test(part)) numbers.push(Number.parseInt(part.slice(2), 16));
    else if (/^0[0-7]{1,11}$/.test(part)) numbers.push(Number.parseInt(part, 8));
    else if (/^(?:0|[1-9][0-9]{0,9})$/.test(part)) numbers.push(Number.parseInt(part, 10));
    else return undefined;
  }
  const last = numbers.pop() ?? 0;
  if (numbers.some((n) => n > 255) || last >= 256 ** (4 - numbers.length)) return undefined;
  return numbers.reduce((sum, n, i) => sum + n * 256 ** (3 - i), last);
}

const RANGES: readonly (readonly [string, number, AddressKind])[] = [
  ["0.0.0.0", 8, "special"],
  ["10.0.0.0", 8, "special"],
  ["100.64.0.0", 10, "special"],
  ["127.0.0.0", 8, "special"],
  ["169.254.0.0", 16, "special"],
  ["172.16.0.0", 12, "special"],
  ["192.0.0.0", 24, "special"],
  ["192.0.2.0", 24, "documentation"],
  ["192.88.99.0", 24, "special"],
  ["192.168.0.0", 16, "special"],
  ["198.18.0.0", 15, "special"],
  ["198.51.100.0", 24, "documentation"],
  ["203.0.113.0", 24, "documentation"],
  ["224.0.0.0", 3, "special"],
  // Public resolvers: the addresses that every networking lesson types.
  ["1.1.1.1", 32, "special"],
  ["1.0.0.1", 32, "special"],
  ["8.8.8.8", 32, "special"],
  ["8.8.4.4", 32, "special"],
  ["9.9.9.9", 32, "special"],
  ["208.67.222.222", 32, "special"],
  ["208.67.220.220", 32, "special"],
  ["114.114.114.114", 32, "special"],
];
const COMPILED = RANGES.map(([base, bits, kind]) => ({ base: ipv4(base) ?? 0, size: 2 ** (32 - bits), kind }));

export const ipv4Kind = (value: number): AddressKind =>
  COMPILED.find(({ base, size }) => value >= base && value < base + size)?.kind ?? "public";

export const dotted = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");

/** The kind of a literal IPv6 address, or undefined when it is none. */
export function ipv6Kind(host: string): AddressKind | undefined {
  if (!/^[0-9a-f:.]{2,45}$/.test(host) || !host.includes(":")) return undefined;
  const mapped = /^::ffff:([0-9.]{7,15})$/.exec(host)?.[1];
  if (mapped !== undefined) {
    const value = ipv4(mapped);
    return value === undefined ? undefined : ipv4Kind(value);
  }
  if (host.split(":").length < 3 || host.includes(":::")) return undefined;
  if (/^2001:0?db8:/.test(host) || host.startsWith("3fff:")) return "documentation";
  // Global unicast is 2000::/3; all else is local, multicast or reserved.
  return /^[23][0-9a-f]{3}:/.test(host) ? "public" : "special";
}

export const addressKind = (host: string): AddressKind | undefined => {
  const value = /^[0-9a-fx.]{1,47}$/.test(host) ? ipv4(host) : undefined;
  return value === undefined ? ipv6Kind(host) : ipv4Kind(value);
};

const DOTTED = /(?<![\w.:-])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?::[0-9]{2,5})?(?![\w-]|\.\w)/g;

/** Dotted IPv4 addresses outside URLs, with their port where one is written. */
export function* addressesIn(
  text: string,
): Generator<{ readonly start: number; readonly end: number; readonly host: string; readonly port: string }> {
  for (const match of text.matchAll(DOTTED)) {
    const [host = "", port = ""] = match[0].split(":");
    if (ipv4(host) === undefined || /(?:^|\.)0[0-9]/.test(host) || Number(port) > 65_535) continue;
    yield { start: match.index, end: match.index + match[0].length, host, port };
  }
}
