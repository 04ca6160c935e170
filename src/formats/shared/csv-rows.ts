// Rows and cells of RFC 4180 text, on bytes, as Python's csv module and pandas read them, with one difference: a quote
// that is opened and not properly closed is an ordinary character. Otherwise one stray quote, which whoever wrote the
// file can place, would swallow every row up to the next one and hide them in a single cell.

export interface RowDialect {
  readonly delimiter: number;
  readonly quoted: boolean;
  readonly newline: number;
}

const QUOTE = 0x22;
const CR = 0x0d;
const TAB = 0x09;

export class RowScanner {
  /** End of the row, without its line end. */
  end = 0;
  /** Start of the next row. */
  nextRow = 0;
  /** Lines that the row spans. */
  lines = 1;
  /** True when a quote was opened and not properly closed. */
  stray = false;
  /** True when the row is longer than a row may be: this is its first piece, `nextRow` its second. */
  cut = false;
  /** Bytes looked at again because of stray quotes: hostile text could make that quadratic, the reader watches it. */
  rescanned = 0;
  private readonly dialect: RowDialect;
  private bytes: Buffer = Buffer.alloc(0);
  private ended = false;
  private quote = -1;
  private newline = -1;
  private readonly rowBytesMax: number;

  constructor(dialect: RowDialect, rowBytesMax: number) {
    this.dialect = dialect;
    this.rowBytesMax = rowBytesMax;
  }

  /** `ended`: nothing follows these bytes. */
  load(bytes: Buffer, ended: boolean): void {
    this.bytes = bytes;
    this.ended = ended;
    this.quote = -1;
    this.newline = -1;
  }

  /** Finds the row that starts at `at`; false when more bytes are needed to tell. */
  next(at: number): boolean {
    const { bytes } = this;
    this.stray = false;
    this.cut = false;
    this.lines = 1;
    const reach = at + this.rowBytesMax;
    const first = this.newlineFrom(at);
    let newline = first;
    if (this.dialect.quoted) {
      let quote = this.quoteFrom(at);
      while (quote < newline) {
        if (quote !== at && bytes[quote - 1] !== this.dialect.delimiter) {
          quote = this.quoteFrom(quote + 1);
          continue;
        }
        const close = this.closing(quote + 1, reach);
        if (close < 0) return false;
        if (close < newline) {
          // `"a"b,` continues after the quote, as Python reads it.
          quote = this.quoteFrom(close + 1);
        } else if (close < bytes.length && this.endsCell(close + 1) && !this.holdsTab(quote, close)) {
          newline = this.newlineFrom(close + 1);
          quote = this.quoteFrom(close + 1);
        } else {
          this.stray = true;
          this.rescanned += close - quote;
          quote = this.quoteFrom(quote + 1);
        }
      }
    }
    if (newline > reach) {
      this.cut = true;
      this.end = reach;
      this.nextRow = reach;
      this.lines = this.countLines(at, reach) - 1;
      return true;
    }
    if (newline === bytes.length && !this.ended) return false;
    this.nextRow = Math.min(newline + 1, bytes.length);
    this.end = newline > at && bytes[newline - 1] === CR && this.dialect.newline !== CR ? newline - 1 : newline;
    if (newline !== first) this.lines = this.countLines(at, newline);
    return true;
  }

  /** The quote that closes a cell, the end of the bytes when none within reach does, -1 when more bytes are needed. */
  private closing(from: number, reach: number): number {
    const { bytes } = this;
    for (let at = from; ;) {
      const quote = bytes.indexOf(QUOTE, at);
      if (quote > reach) return bytes.length;
      if (quote < 0) return this.ended || bytes.length > reach ? bytes.length : -1;
      if (quote + 1 >= bytes.length && !this.ended) return -1;
      if (bytes[quote + 1] !== QUOTE) return quote;
      at = quote + 2;
    }
  }

  private endsCell(at: number): boolean {
    let i = at;
    while (this.bytes[i] === 0x20) i++;
    if (i >= this.bytes.length) return true;
    const byte = this.bytes[i];
    return byte === this.dialect.delimiter || byte === 0x0a || byte === CR;
  }

  /** Nobody quotes a tab together with newlines: in tab-separated text such a "cell" is rows between two stray quotes. */
  private holdsTab(start: number, end: number): boolean {
    if (this.dialect.delimiter !== TAB) return false;
    const tab = this.bytes.indexOf(TAB, start);
    return tab >= 0 && tab < end;
  }

  private countLines(start: number, end: number): number {
    let lines = 1;
    for (let at = start; ; lines++) {
      at = this.bytes.indexOf(this.dialect.newline, at) + 1;
      if (at === 0 || at > end) return lines;
    }
  }

  private newlineFrom(at: number): number {
    if (this.newline < at) {
      const found = this.bytes.indexOf(this.dialect.newline, at);
      this.newline = found < 0 ? this.bytes.length : found;
    }
    return this.newline;
  }

  private quoteFrom(at: number): number {
    if (this.quote < at) {
      const found = this.bytes.indexOf(QUOTE, at);
      this.quote = found < 0 ? this.bytes.length : found;
    }
    return this.quote;
  }
}

/** The cells of one row; past `cellsMax` the rest of the row is one cell. */
export function splitCells(row: string, dialect: RowDialect, cellsMax: number): string[] {
  if (dialect.delimiter < 0 && !(dialect.quoted && row.startsWith('"'))) return [row];
  const delimiter = String.fromCharCode(Math.max(0, dialect.delimiter));
  const cells: string[] = [];
  for (let at = 0; ;) {
    if (cells.length === cellsMax - 1) {
      cells.push(row.slice(at));
      return cells;
    }
    let cell = "";
    if (dialect.quoted && row[at] === '"') {
      const close = closingQuote(row, at + 1);
      if (close >= 0) {
        cell = row.slice(at + 1, close).replaceAll('""', '"');
        at = close + 1;
      }
    }
    const end = dialect.delimiter < 0 ? -1 : row.indexOf(delimiter, at);
    cells.push(cell + (end < 0 ? row.slice(at) : row.slice(at, end)));
    if (end < 0) return cells;
    at = end + 1;
  }
}

function closingQuote(row: string, from: number): number {
  for (let at = from; ;) {
    const quote = row.indexOf('"', at);
    if (quote < 0 || row[quote + 1] !== '"') return quote;
    at = quote + 2;
  }
}

/** How many cells a row has, without making them. */
export function countCells(bytes: Buffer, start: number, end: number, dialect: RowDialect): number {
  const { delimiter } = dialect;
  if (delimiter < 0) return 1;
  let cells = 1;
  for (let at = start; at <= end;) {
    if (dialect.quoted && bytes[at] === QUOTE && at < end) {
      let close = at + 1;
      while (close < end && (bytes[close] !== QUOTE || bytes[close + 1] === QUOTE))
        close += bytes[close] === QUOTE ? 2 : 1;
      if (close < end) at = close + 1;
    }
    while (at < end && bytes[at] !== delimiter) at++;
    if (at >= end) return cells;
    cells++;
    at++;
  }
  return cells;
}
