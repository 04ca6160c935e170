// Checkpoints (C2SP tlog-checkpoint v1.0.0): origin, size and root of a log, the text of a signed note. Go's checksum
// database writes the same three lines under the origin `go.sum database tree`.

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

export const renderCheckpoint = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString("base64")}\n`;

/** Undefined where the text is none. Lines after the third are extensions, and are passed over. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin = "", size = "", root = "", ...rest] = text.split("\n");
  const bytes = Buffer.from(root, "base64");
  const sound =
    origin !== "" &&
    /^(?:0|[1-9]\d{0,15})$/.test(size) &&
    Number.isSafeInteger(Number(size)) &&
    bytes.length === 32 &&
    bytes.toString("base64") === root &&
    rest.at(-1) === "" &&
    rest.slice(0, -1).every((line) => line !== "");
  return sound ? { origin, size: Number(size), root: bytes } : undefined;
}
