// Stand-ins for content that lies elsewhere: Git LFS pointers (specification v1, and the hawser form before it) and the
// pointer files of git-xet. There is nothing in them to scan, and that is said: a pointer is never clean.
import { problem, type Format, type Head, type Part, type ReadContext } from "../core/format.ts";
import type { ByteSource } from "../core/bytes.ts";
import { wholeText } from "./document/whole.ts";

/** The specification's own bound. Something longer that begins like a pointer is other data, and read as that. */
const POINTER_BYTES_MAX = 1024;
const LFS = /^version https?:\/\/(?:git-lfs|hawser)\.github\.com\/spec\/v\d+\r?\n/;
const XET = /^# xet version \d+\r?\n/;

export const pointer: Format = {
  id: "pointer",
  title: "Git LFS or Xet pointer",
  spec: "https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md",
  extensions: [],
  yields: "document",
  sniff: (head: Head): number =>
    head.whole && head.bytes.length < POINTER_BYTES_MAX && (LFS.test(head.text) || XET.test(head.text)) ? 1 : 0,
  read,
};

async function* read(source: ByteSource, { limits }: ReadContext): AsyncIterable<Part> {
  const { text, problems } = await wholeText(source, limits);
  yield* problems;
  const kind = LFS.test(text) ? "Git LFS" : "Xet";
  const size = /^(?:size |filesize = )(\d{1,20})\s*$/m.exec(text)?.[1];
  const digest = /^(?:oid sha256:|hash = ['"])([0-9a-f]{64})/m.exec(text)?.[1];
  const about = [
    size === undefined ? "" : `${size} bytes`,
    digest === undefined ? "" : `digest ${digest.slice(0, 12)}…`,
  ]
    .filter(Boolean)
    .join(", ");
  yield problem(
    "pointer",
    `A ${kind} pointer: the content${about && ` (${about})`} is not here, and was not looked at. Fetch it (\`git lfs pull\`), or scan the repository with hf://.`,
  );
  // Whatever else somebody wrote into it.
  yield { kind: "document", language: "other", text };
}
