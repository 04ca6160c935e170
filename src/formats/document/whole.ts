// A document read whole, as text, up to `documentBytesMax`. What lies beyond is said, never dropped in silence.
import type { ByteSource } from "../../core/bytes.ts";
import { problem, type Head, type ProblemPart } from "../../core/format.ts";
import type { Limits } from "../../base/limits.ts";
import { decodeText, utf8Chunks } from "../../base/utf8.ts";
import { looksLikeText } from "../shared/plain.ts";

export interface WholeText {
  readonly text: string;
  readonly cut: boolean;
  readonly problems: readonly ProblemPart[];
}

export async function wholeText(source: ByteSource, limits: Pick<Limits, "documentBytesMax">): Promise<WholeText> {
  const chunks: Uint8Array[] = [];
  const problems: ProblemPart[] = [];
  let left = limits.documentBytesMax;
  let cut = false;
  for await (const chunk of utf8Chunks(source.stream())) {
    if (chunk.length > left) {
      chunks.push(Uint8Array.from(chunk.subarray(0, left)));
      cut = true;
      break;
    }
    chunks.push(Uint8Array.from(chunk));
    left -= chunk.length;
  }
  let bytes = Buffer.concat(chunks);
  if (cut) {
    problems.push(
      problem(
        "limit",
        `Longer than ${limits.documentBytesMax} bytes (limit documentBytesMax): the rest was not looked at.`,
      ),
    );
    bytes = bytes.subarray(0, characterEnd(bytes));
  }
  const { text, fallback } = decodeText(bytes);
  if (fallback) problems.push(problem("encoding", "Not UTF-8: read as windows-1252.", { lost: false }));
  return { text, cut, problems };
}

/** The length without a last character that was cut: one would make the whole text look like no UTF-8. */
function characterEnd(bytes: Buffer): number {
  for (let at = bytes.length - 1; at >= 0 && at > bytes.length - 4; at--) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0xc0) return at;
    if (byte < 0x80) break;
  }
  return bytes.length;
}

/** The last part of a name, in lower case. */
export const baseName = (name: string): string => name.slice(name.lastIndexOf("/") + 1).toLowerCase();

/** False for binary data; an empty document is text. */
export const isText = (head: Head): boolean => head.text === "" || looksLikeText(head);
