// Opens a text source for reading: byte order mark off, UTF-16 transcoded to UTF-8, everything else as it is.
import type { ByteSource } from "../../core/bytes.ts";
import type { ByteRange } from "../../core/format.ts";
import type { TextEncoding } from "../../base/utf8.ts";
import { sniffEncoding, utf8Chunks } from "../../base/utf8.ts";
import { ByteWindow } from "./byte-window.ts";

export interface TextWindow {
  readonly window: ByteWindow;
  readonly encoding: TextEncoding;
  /** Bytes of the mark that was taken off. */
  readonly bomBytes: number;
  /** True when offsets in the window are those of the source. */
  readonly exact: boolean;
}

export async function openText(source: ByteSource, range?: ByteRange): Promise<TextWindow> {
  const start = range?.start ?? 0;
  const raw = new ByteWindow(range ? source.stream(range.start, range.end) : source.stream(), start);
  // Only the start of the source says what encoding it is in: two bytes in the middle that look like a mark are text.
  if (start > 0) return { window: raw, encoding: "utf-8", bomBytes: 0, exact: true };
  await raw.fill(1024);
  const { encoding, bomBytes } = sniffEncoding(raw.bytes);
  if (encoding === "utf-8") {
    raw.skip(bomBytes);
    return { window: raw, encoding, bomBytes, exact: true };
  }
  return { window: new ByteWindow(utf8Chunks(raw.rest())), encoding, bomBytes, exact: false };
}
