// Cuts XML 1.0 bytes into tokens without judging them: enough to know where elements begin and end. Anything that is
// not well-formed is text, from its `<` on; no construct can reach past the point where XML forbids it to go on.

export type XmlToken = "text" | "open" | "close" | "empty" | "comment" | "cdata" | "instruction" | "doctype" | "bad";

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;

export class XmlScanner {
  kind: XmlToken = "text";
  /** End of the token. */
  end = 0;
  /** Of an `open`, `close` or `empty` tag. */
  name = "";
  /** True for a tag that has more than its name. */
  attributes = false;
  private bytes: Buffer = Buffer.alloc(0);
  private ended = false;
  /** One document type may stand in a document: another is text, and is not searched to its end again and again. */
  private doctypes = 0;
  private readonly found = new Map<string, number>();

  /** `ended`: what is not closed in these bytes never is. */
  load(bytes: Buffer, ended: boolean): void {
    this.bytes = bytes;
    this.ended = ended;
    this.found.clear();
  }

  /** Reads the token at `at`; false when more bytes are needed to tell. */
  next(at: number): boolean {
    const { bytes } = this;
    if (bytes[at] !== LT) {
      const end = bytes.indexOf(LT, at);
      return this.token("text", end < 0 ? bytes.length : end);
    }
    // The longest opening that has to be told apart is `<![CDATA[`.
    if (bytes.length - at < 9 && !this.ended) return false;
    const second = bytes[at + 1] ?? 0;
    if (second === 0x21) return this.declaration(at);
    if (second === 0x3f) return this.until("instruction", "?>", at + 2, at);
    const closing = second === SLASH;
    const from = closing ? at + 2 : at + 1;
    return isNameStart(bytes[from] ?? 0) ? this.tag(at, from, closing) : this.token("bad", at + 1);
  }

  private tag(at: number, from: number, closing: boolean): boolean {
    const { bytes } = this;
    let i = from;
    while (i < bytes.length && isName(bytes[i] ?? 0)) i++;
    const nameEnd = i;
    let quote = 0;
    for (; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0;
      // `<` may stand nowhere in a tag, not even in quotes: so a quote that never closes ends at the next tag.
      if (byte === LT) return this.token("bad", at + 1);
      if (quote !== 0) {
        if (byte === quote) quote = 0;
      } else if (byte === 0x22 || byte === 0x27) quote = byte;
      else if (byte === GT) {
        const empty = !closing && bytes[i - 1] === SLASH;
        this.name = bytes.toString("utf8", from, nameEnd);
        this.attributes = i - (empty ? 1 : 0) > nameEnd + 1;
        return this.token(closing ? "close" : empty ? "empty" : "open", i + 1);
      }
    }
    return this.ended && this.token("bad", at + 1);
  }

  private declaration(at: number): boolean {
    const { bytes } = this;
    const opening = bytes.toString("latin1", at + 2, at + 9);
    if (opening.startsWith("--")) return this.until("comment", "-->", at + 4, at);
    if (opening === "[CDATA[") return this.until("cdata", "]]>", at + 9, at);
    if (opening.toUpperCase() !== "DOCTYPE" || this.doctypes > 0) return this.token("bad", at + 1);
    let quote = 0;
    let bracket = false;
    for (let i = at + 9; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0;
      if (quote !== 0) {
        if (byte === quote) quote = 0;
      } else if (byte === 0x22 || byte === 0x27) quote = byte;
      else if (byte === 0x5b) bracket = true;
      else if (byte === 0x5d) bracket = false;
      else if (byte === GT && !bracket) {
        this.doctypes++;
        return this.token("doctype", i + 1);
      }
      if (byte === LT && quote === 0 && bytes.toString("latin1", i, i + 4) === "<!--") {
        const close = bytes.indexOf("-->", i + 4);
        if (close < 0) break;
        i = close + 2;
      }
    }
    if (this.ended) this.doctypes++;
    return this.ended && this.token("bad", at + 1);
  }

  private until(kind: XmlToken, close: string, from: number, at: number): boolean {
    // Remembered, so that a file full of comments that never close is not searched to its end for each of them.
    let end = this.found.get(close) ?? -1;
    if (end < from) {
      end = this.bytes.indexOf(close, from);
      if (end < 0) end = this.bytes.length;
      this.found.set(close, end);
    }
    if (end < this.bytes.length) return this.token(kind, end + close.length);
    return this.ended && this.token("bad", at + 1);
  }

  private token(kind: XmlToken, end: number): boolean {
    this.kind = kind;
    this.end = end;
    return true;
  }
}

const isNameStart = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || byte === 0x3a || byte >= 0x80;

const isName = (byte: number): boolean =>
  isNameStart(byte) || (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2e;
