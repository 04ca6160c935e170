// Weak constructions in code: a check switched off, a cipher that hides nothing, text that is run. The shapes are of the
// constructions, in several languages; for some of them also the sound way to do the same (a twin). One of them in a
// program says little: what many programs of a set do, and its twins do not, is the business of the statistics.
import type { CodeToken } from "./code-lexer.ts";

/** `off`: a protection switched off by hand. `risky`: an idiom that is wrong in most places, and common in real code. */
export type Grade = "off" | "risky" | "sound";

export interface Construction {
  /** What it does: two constructions of one family are each other's twins. */
  readonly family: string;
  readonly grade: Grade;
  /** Index of its first token. */
  readonly at: number;
}

/** Names without which no shape here begins: most programs hold none, and are not looked at further. */
export const CONSTRUCTION_NAMES: RegExp =
  /yaml|pickle|marshal|dill|\beval\b|\bexec|verif|check_hostname|CERT_NONE|insecure|reject_?unauthorized|CertificateValidation|CertificateCustom|ServerTrusted|hostname_?verifier|accept_invalid|ECB|\bDES|\bA?RC4\b|ARCFOUR|AES|Blowfish|md5|sha-?1|\bsystem\s*\(|popen|shell|passthru|["'`]\s*(?:select|insert|update|delete|drop)\b|render_template_string|autoescape|mark_safe|InnerHTML|mktemp|chmod|resolve_entities|external_ges|NOENT|unserialize|BinaryFormatter|TypeNameHandling|strcpy|strcat|\bgets\b|(?:password|passwd|pwd|secret|auth|token|header)[\w"'\])]{0,40}\s*(?:={2,3}|\.equals)|csrf|disable_warnings|assert_hostname|AutoAddPolicy|http_?only|cookie_secure|key_size|RSA\.generate|\bTemplate\(|send_file|extractall|\bor\s+(?:\d+|["']\w*["'])\s*=/i;

const CERTIFICATES = "checks of certificates and signatures";
const ARGS_MAX = 80;

class Cursor {
  readonly tokens: readonly CodeToken[];
  constructor(tokens: readonly CodeToken[]) {
    this.tokens = tokens;
  }
  text(at: number): string {
    return this.tokens[at]?.text ?? "";
  }
  kind(at: number): CodeToken["kind"] | undefined {
    return this.tokens[at]?.kind;
  }
  /** Whether tokens from `at` on read so. */
  reads(at: number, ...texts: readonly string[]): boolean {
    return texts.every((text, i) => this.text(at + i) === text);
  }
  /** What stands in the brackets that open at `at`; nothing where none do. */
  inside(at: number): readonly CodeToken[] {
    if (!OPEN.has(this.text(at)) || this.kind(at) !== "operator") return [];
    let depth = 0;
    for (let i = at; i < Math.min(this.tokens.length, at + ARGS_MAX); i++) {
      if (this.kind(i) !== "operator") continue;
      if (OPEN.has(this.text(i))) depth++;
      else if (CLOSE.has(this.text(i)) && --depth === 0) return this.tokens.slice(at + 1, i);
    }
    return this.tokens.slice(at + 1, at + ARGS_MAX);
  }
  isCall(at: number): boolean {
    return this.text(at + 1) === "(" && this.kind(at + 1) === "operator";
  }
  /** `a.b` before this token: the name before the dot. */
  owner(at: number): string {
    const dot = this.text(at - 1);
    return dot === "." || dot === "::" || dot === "->" ? this.text(at - 2) : "";
  }
  /** The value given to the name at `at`: behind `=`, `:`, `=>` or a comma. */
  value(at: number): string {
    // `"key"] = value`
    const next = this.text(at + 1) === "]" ? at + 2 : at + 1;
    return SET.has(this.text(next)) ? this.text(next + 1).toLowerCase() : "";
  }
}

const OPEN = new Set(["(", "[", "{"]);
const CLOSE = new Set([")", "]", "}"]);
const SET = new Set(["=", ":", "=>", ",", ":="]);
const NO = new Set(["false", "0", "none", "nil", "null", "off", "cert_none", "verify_none", "ssl_verify_none"]);
const YES = new Set(["true", "1", "yes", "on"]);

type Look = (code: Cursor, at: number) => readonly [family: string, grade: Grade] | undefined;

/** A string put together from parts that the program does not write itself. */
function isBuilt(args: readonly CodeToken[]): boolean {
  const first = args.find(({ kind }) => kind !== "line");
  if (!first) return false;
  return args.some((token, i) => {
    const { kind, text, prefix = "" } = token;
    if (kind === "string") {
      if (prefix.includes("f") && /\{[^{}]/.test(text)) return true;
      if (prefix === "$" && /\{[^{}]/.test(text)) return true;
      if (prefix === "`" && text.includes("${")) return true;
      const next = args[i + 1];
      if (next?.text === "+" && args[i + 2]?.kind === "name") return true;
      if (next?.text === "%" || (next?.text === "." && /^(?:format|concat)$/.test(args[i + 2]?.text ?? "")))
        return true;
      return next?.text === "." && args[i + 2]?.text.startsWith("$") === true;
    }
    return kind === "operator" && text === "+" && args[i + 1]?.kind === "string" && args[i - 1]?.kind === "name";
  });
}

const names = (args: readonly CodeToken[], pattern: RegExp): boolean =>
  args.some(({ text, kind }) => kind !== "comment" && pattern.test(text));

const literalOnly = (args: readonly CodeToken[]): boolean =>
  args.every(({ kind, prefix }) => kind !== "name" && !(kind === "string" && /[f`]/.test(prefix ?? "")));

/** `=> true`, `return true`, `-> true` soon behind, and nothing else decided before. */
function saysTrue(code: Cursor, at: number): boolean {
  for (let i = at + 1; i < at + 40 && i < code.tokens.length; i++) {
    const text = code.text(i);
    if (text === "if" || text === "?") return false;
    if ((text === "=>" || text === "->" || text === "return") && YES.has(code.text(i + 1).toLowerCase())) return true;
    if ((text === "=>" || text === "->") && code.reads(i + 1, "{", "return", "true")) return true;
  }
  return false;
}

const off =
  (family: string, to: ReadonlySet<string> = NO): Look =>
  (code, at) => {
    const value = code.value(at);
    // `"key", value` counts only behind a string or a constant: `f(verify, false)` is anything.
    return to.has(value) ? [family, "off"] : undefined;
  };

const call =
  (family: string, grade: Grade): Look =>
  (code, at) =>
    code.isCall(at) && !/^(?:def|function|func|fn|void)$/.test(code.text(at - 1)) ? [family, grade] : undefined;

const word =
  (family: string, grade: Grade): Look =>
  () => [family, grade];

const built =
  (family: string): Look =>
  (code, at) => {
    if (!code.isCall(at)) return undefined;
    const args = code.inside(at + 1);
    return isBuilt(args) ? [family, "risky"] : undefined;
  };

const run: Look = (code, at) => {
  if (!code.isCall(at) || code.owner(at) !== "" || /^(?:def|function|func|fn|new)$/.test(code.text(at - 1)))
    return undefined;
  const args = code.inside(at + 1);
  return args.length > 0 && !literalOnly(args) ? ["text run as code", "risky"] : undefined;
};

const shell: Look = (code, at) => {
  if (!code.isCall(at) || /^(?:def|function|func)$/.test(code.text(at - 1))) return undefined;
  const args = code.inside(at + 1);
  if (args.length === 0) return undefined;
  return literalOnly(args) ? undefined : ["a command put together from text", "risky"];
};

const digest: Look = (code, at) => {
  const owner = code.owner(at).toLowerCase();
  const called = code.isCall(at) || code.text(at + 1) === "." || owner === "hashlib";
  return called && code.text(at - 1) !== "def" ? ["a broken hash", "risky"] : undefined;
};

const QUERY = /^\s*(?:select\b.+\bfrom\b|insert\s+into\b|update\b.+\bset\b|delete\s+from\b|drop\s+table\b)/is;

const LOOKS: Readonly<Record<string, Look>> = {
  safe_load: call("YAML", "sound"),
  unsafe_load: call("YAML", "off"),
  load(code, at) {
    const owner = code.owner(at).toLowerCase();
    if (!code.isCall(at)) return undefined;
    if (owner === "yaml") {
      const args = code.inside(at + 1);
      if (names(args, /^C?(?:Safe|Base)Loader$/)) return ["YAML", "sound"];
      if (names(args, /^(?:C?Loader|UnsafeLoader)$/) && !names(args, /^FullLoader$/)) {
        const loader = args.findIndex(({ text }) => /^(?:C?Loader|UnsafeLoader)$/.test(text));
        const last = args[args.length - 1];
        return loader >= 0 && /^(?:C?Loader|UnsafeLoader)$/.test(last?.text ?? "") ? ["YAML", "off"] : undefined;
      }
      return args.length > 0 && !args.some(({ text }) => text === ",") ? ["YAML", "risky"] : undefined;
    }
    return DESERIALIZERS.test(owner) ? ["objects read from bytes", "risky"] : undefined;
  },
  loads(code, at) {
    if (!code.isCall(at)) return undefined;
    const owner = code.owner(at).toLowerCase();
    if (owner === "json") return ["objects read from bytes", "sound"];
    return DESERIALIZERS.test(owner) ? ["objects read from bytes", "risky"] : undefined;
  },
  unserialize: call("objects read from bytes", "risky"),
  binaryformatter: word("objects read from bytes", "risky"),
  typenamehandling: (code, at) =>
    /^(?:all|auto|objects)$/i.test(code.text(at + 2)) ? ["objects read from bytes", "off"] : undefined,
  eval: run,
  exec: run,
  literal_eval: call("text run as code", "sound"),
  verify: off(CERTIFICATES, new Set(["false", "0"])),
  verify_ssl: off(CERTIFICATES),
  ssl_verify: off(CERTIFICATES),
  verify_signature: off(CERTIFICATES),
  verify_mode: (code, at) =>
    /CERT_NONE|VERIFY_NONE/.test(`${code.text(at + 2)} ${code.text(at + 4)}`)
      ? [CERTIFICATES, "off"]
      : /CERT_REQUIRED|VERIFY_PEER/.test(`${code.text(at + 2)} ${code.text(at + 4)}`)
        ? [CERTIFICATES, "sound"]
        : undefined,
  check_hostname: (code, at) =>
    code.text(at + 1) !== "=" ? undefined : [CERTIFICATES, NO.has(code.text(at + 2).toLowerCase()) ? "off" : "sound"],
  cert_none: word(CERTIFICATES, "off"),
  _create_unverified_context: word(CERTIFICATES, "off"),
  create_default_context: call(CERTIFICATES, "sound"),
  rejectunauthorized: off(CERTIFICATES),
  node_tls_reject_unauthorized: off(CERTIFICATES),
  insecureskipverify: off(CERTIFICATES, YES),
  curlopt_ssl_verifypeer: off(CERTIFICATES),
  curlopt_ssl_verifyhost: off(CERTIFICATES),
  danger_accept_invalid_certs: (code, at) => (code.reads(at + 1, "(", "true") ? [CERTIFICATES, "off"] : undefined),
  allow_all_hostname_verifier: word(CERTIFICATES, "off"),
  noophostnameverifier: word(CERTIFICATES, "off"),
  dangerousacceptanyservercertificatevalidator: word(CERTIFICATES, "off"),
  servercertificatevalidationcallback: (code, at) => (saysTrue(code, at) ? [CERTIFICATES, "off"] : undefined),
  servercertificatecustomvalidationcallback: (code, at) => (saysTrue(code, at) ? [CERTIFICATES, "off"] : undefined),
  remotecertificatevalidationcallback: (code, at) => (saysTrue(code, at) ? [CERTIFICATES, "off"] : undefined),
  sethostnameverifier: (code, at) => (saysTrue(code, at) ? [CERTIFICATES, "off"] : undefined),
  checkservertrusted(code, at) {
    let body = at + 1;
    while (body < at + 28 && code.text(body) !== "{") body++;
    if (code.text(body) !== "{") return undefined;
    const empty = code.inside(body).every(({ kind }) => kind === "comment" || kind === "line");
    return empty ? [CERTIFICATES, "off"] : undefined;
  },
  mode_ecb: word("a cipher that hides little", "off"),
  ecb: (code, at) =>
    /^modes?$/i.test(code.owner(at)) || /^CipherMode$/.test(code.owner(at))
      ? ["a cipher that hides little", "off"]
      : undefined,
  arc4: word("a cipher that hides little", "off"),
  des: (code, at) =>
    code.text(at + 1) === "." && code.text(at) === "DES" ? ["a cipher that hides little", "off"] : undefined,
  mode_gcm: word("a cipher that hides little", "sound"),
  gcm: word("a cipher that hides little", "sound"),
  mode_cbc: word("a cipher that hides little", "sound"),
  md5: digest,
  sha1: digest,
  sha256: (code, at) => (code.isCall(at) || code.text(at + 1) === "." ? ["a broken hash", "sound"] : undefined),
  sha512: (code, at) => (code.isCall(at) || code.text(at + 1) === "." ? ["a broken hash", "sound"] : undefined),
  bcrypt: word("a broken hash", "sound"),
  scrypt: word("a broken hash", "sound"),
  system: shell,
  popen: shell,
  shell_exec: shell,
  passthru: shell,
  shell: (code, at) => (code.reads(at + 1, "=", "True") ? ["a command put together from text", "risky"] : undefined),
  execute: built("a query put together from text"),
  executequery: built("a query put together from text"),
  executeupdate: built("a query put together from text"),
  query: built("a query put together from text"),
  rawquery: built("a query put together from text"),
  render_template_string: call("text put unescaped into a page", "risky"),
  mark_safe: call("text put unescaped into a page", "risky"),
  autoescape: off("text put unescaped into a page", new Set(["false"])),
  dangerouslysetinnerhtml: word("text put unescaped into a page", "risky"),
  render_template: call("text put unescaped into a page", "sound"),
  mktemp: call("a temporary file others can take", "risky"),
  mkstemp: call("a temporary file others can take", "sound"),
  namedtemporaryfile: call("a temporary file others can take", "sound"),
  chmod: (code, at) =>
    names(code.inside(at + 1), /^(?:0o?777|0o?666|511|438|S_IRWXO)$/) || /^0?777$/.test(code.text(at + 1))
      ? ["a file open to everybody", "off"]
      : undefined,
  resolve_entities: off("entities of others read into XML", YES),
  feature_external_ges: off("entities of others read into XML", YES),
  libxml_noent: word("entities of others read into XML", "off"),
  strcpy: call("a copy without bounds", "risky"),
  strcat: call("a copy without bounds", "risky"),
  gets: (code, at) => (code.isCall(at) && code.owner(at) === "" ? ["a copy without bounds", "risky"] : undefined),
  strncpy: call("a copy without bounds", "sound"),
  fgets: call("a copy without bounds", "sound"),
  csrf_exempt: word("a check of requests left out", "risky"),
  wtf_csrf_enabled: off("a check of requests left out"),
  csrf: (code, at) =>
    code.reads(at + 1, "(", ")", ".", "disable") ? ["a check of requests left out", "off"] : undefined,
  disable_warnings: call(CERTIFICATES, "off"),
  assert_hostname: off(CERTIFICATES, new Set(["false"])),
  autoaddpolicy: word(CERTIFICATES, "risky"),
  session_cookie_secure: off("a cookie others can read"),
  session_cookie_httponly: off("a cookie others can read"),
  httponly: off("a cookie others can read", new Set(["false"])),
  sethttponly: (code, at) => (code.reads(at + 1, "(", "false") ? ["a cookie others can read", "off"] : undefined),
  key_size: (code, at) => (isShort(code.value(at)) ? ["a key too short", "off"] : undefined),
  generate: (code, at) =>
    code.owner(at) === "RSA" && code.isCall(at) && isShort(code.text(at + 2)) ? ["a key too short", "off"] : undefined,
  template(code, at) {
    if (!code.isCall(at) || code.text(at - 1) === "class") return undefined;
    const end = at + 2 + code.inside(at + 1).length;
    return code.reads(end, ")", ".", "render") ? ["text put unescaped into a page", "risky"] : undefined;
  },
  send_file: call("a file of the visitor's choice", "risky"),
  send_from_directory: call("a file of the visitor's choice", "sound"),
  extractall: call("an archive that writes where it likes", "risky"),
  or: (code, at) => {
    const [left, right] = [code.text(at + 1), code.text(at + 3)];
    const always = code.text(at + 2) === "=" && left !== "" && left === right && code.kind(at + 1) !== "name";
    return always ? ["a query that everything passes", "off"] : undefined;
  },
};

const isShort = (bits: string): boolean => /^(?:256|384|512|768|1024)$/.test(bits);
const DESERIALIZERS = /^(?:pickle|cpickle|_pickle|dill|marshal|jsonpickle)$/;
const WEAK_CIPHER = /^(?:AES\/ECB|AES$|DES$|DES\/|DESede\/ECB|RC4|ARCFOUR|Blowfish\/ECB|(?:aes-\d+|des)-ecb|rc4)/i;

const LOOK_OF: ReadonlyMap<string, Look> = new Map(Object.entries(LOOKS));
const MAKES_CIPHER = new Set([
  "getinstance",
  "createcipheriv",
  "createdecipheriv",
  "createcipher",
  "descipher",
  "des_cipher",
]);
const MAKES_HASH = new Set(["getinstance", "createhash", "new", "hash"]);

/** All constructions of a program, in order. */
export function constructions(tokens: readonly CodeToken[]): Construction[] {
  const code = new Cursor(tokens);
  const out: Construction[] = [];
  const add = (at: number, found: readonly [string, Grade] | undefined): void => {
    if (found) out.push({ family: found[0], grade: found[1], at });
  };
  tokens.forEach(({ kind, text, prefix = "" }, at) => {
    if (kind === "name") {
      const look = LOOK_OF.get(text.toLowerCase());
      if (look) add(at, look(code, at));
      // `password == "text"`: whoever knows the text is let in.
      if (isFixedSecret(code, at) && SECRET.test(text)) add(at, ["a password in the code", "risky"]);
    } else if (kind === "string") {
      const before = code.text(at - 2).toLowerCase();
      if (MAKES_CIPHER.has(before) && WEAK_CIPHER.test(text)) add(at, ["a cipher that hides little", "off"]);
      if (MAKES_HASH.has(before) && /^(?:md5|sha-?1)$/i.test(text)) add(at, ["a broken hash", "risky"]);
      if (MAKES_HASH.has(before) && /^sha-?(?:256|512)$/i.test(text)) add(at, ["a broken hash", "sound"]);
      if (/^(?:verify_signature|node_tls_reject_unauthorized)$/i.test(text))
        add(at, LOOK_OF.get(text.toLowerCase())?.(code, at));
      if (text.length > 12 && QUERY.test(text)) {
        const query = tokens.slice(at, at + 3);
        add(at, ["a query put together from text", isBuilt(query) || isGlued(text, prefix) ? "risky" : "sound"]);
      }
    }
  });
  return out;
}

const isGlued = (text: string, prefix: string): boolean =>
  (prefix.includes("f") && /=\s*'?\{/.test(text)) || (prefix === "`" && text.includes("${"));

const SECRET = /^(?:\w*(?:password|passwd|pwd|secret|auth|token|header)\w*)$/i;

/** A secret compared with text in the code, where being equal lets in: `if (password == "text") return true`. */
function isFixedSecret(code: Cursor, at: number): boolean {
  let next = at + 1;
  // `headers["name"] ==`
  if (code.text(next) === "[") next += 3;
  const compared = code.text(next);
  if (compared !== "==" && compared !== "===" && compared !== ".") return false;
  if (compared === "." && !/^equals$/i.test(code.text(next + 1))) return false;
  let value = next + 1;
  while (value < next + 4 && /^(?:equals|Equals|\(|=)$/.test(code.text(value))) value++;
  if (code.kind(value) !== "string" || code.text(value).length < 1) return false;
  for (let i = value + 1; i < value + 12; i++) {
    if (code.text(i) === "return" && YES.has(code.text(i + 1).toLowerCase())) return true;
  }
  return false;
}
