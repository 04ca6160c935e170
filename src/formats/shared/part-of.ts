// A run of bytes of a random-access source, as a source of its own: a stored member, a file in a tar.
import type { ByteSource } from "../../core/bytes.ts";

export function partOf(source: Required<ByteSource>, name: string, from: number, to: number): Required<ByteSource> {
  const sizeBytes = Math.max(0, to - from);
  const place = (at: number): number => from + Math.min(Math.max(0, at), sizeBytes);
  return {
    name,
    sizeBytes,
    slice: (start, end) => source.slice(place(start), place(end)),
    stream: (start = 0, end = sizeBytes) => source.stream(place(start), place(end)),
  };
}

/** The source with its random access, where it has it. */
export function randomAccess(source: ByteSource): Required<ByteSource> | undefined {
  const { slice, sizeBytes } = source;
  if (!slice || sizeBytes === undefined) return undefined;
  return { name: source.name, sizeBytes, slice: slice.bind(source), stream: source.stream.bind(source) };
}
