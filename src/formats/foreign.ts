// Files that are no text and that no reader opens: programs, images, sound, video, documents, databases, fonts. Known by
// their magic numbers, named in the report, and said not to have been looked at. Nothing in them is decoded or loaded.
import { problem, type Format, type Head, type Part } from "../core/format.ts";
import type { ByteSource } from "../core/bytes.ts";
import { looksLikeText } from "./shared/plain.ts";

interface Magic {
  readonly what: string;
  readonly bytes: readonly number[];
  readonly at?: number;
  /** Two or three letters that text may begin with: only taken for binary data. */
  readonly weak?: true;
}

const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));

const MAGICS: readonly Magic[] = [
  { what: "a Linux program or library (ELF)", bytes: [0x7f, 0x45, 0x4c, 0x46] },
  { what: "a Windows program or library (PE)", bytes: ascii("MZ"), weak: true },
  { what: "a macOS program (Mach-O)", bytes: [0xcf, 0xfa, 0xed, 0xfe] },
  { what: "a macOS program (Mach-O)", bytes: [0xce, 0xfa, 0xed, 0xfe] },
  { what: "a macOS program or Java class", bytes: [0xca, 0xfe, 0xba, 0xbe] },
  { what: "a WebAssembly program", bytes: [0x00, 0x61, 0x73, 0x6d] },
  { what: "an Android program (DEX)", bytes: ascii("dex\n03") },
  { what: "a Debian package or static library (ar)", bytes: ascii("!<arch>\n") },
  { what: "an RPM package", bytes: [0xed, 0xab, 0xee, 0xdb] },
  { what: "a RAR archive", bytes: [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07] },
  { what: "a Windows cabinet", bytes: ascii("MSCF\0\0\0\0") },
  { what: "a PNG image", bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { what: "a JPEG image", bytes: [0xff, 0xd8, 0xff] },
  { what: "a GIF image", bytes: ascii("GIF87a") },
  { what: "a GIF image", bytes: ascii("GIF89a") },
  { what: "a BMP image", bytes: ascii("BM"), weak: true },
  { what: "a TIFF image", bytes: [0x49, 0x49, 0x2a, 0x00] },
  { what: "a TIFF image", bytes: [0x4d, 0x4d, 0x00, 0x2a] },
  { what: "an icon", bytes: [0x00, 0x00, 0x01, 0x00] },
  { what: "a Photoshop image", bytes: ascii("8BPS\0") },
  { what: "a JPEG 2000 image", bytes: [0x00, 0x00, 0x00, 0x0c, 0x6a, 0x50, 0x20, 0x20] },
  { what: "a JPEG XL image", bytes: [0x00, 0x00, 0x00, 0x0c, 0x4a, 0x58, 0x4c, 0x20] },
  { what: "a WebP image", bytes: ascii("WEBP"), at: 8 },
  { what: "a WAVE recording", bytes: ascii("WAVE"), at: 8 },
  { what: "an AVI video", bytes: ascii("AVI "), at: 8 },
  { what: "an MP4, HEIF or AVIF recording or image", bytes: ascii("ftyp"), at: 4 },
  { what: "a QuickTime video", bytes: ascii("moov"), at: 4, weak: true },
  { what: "a Matroska or WebM video", bytes: [0x1a, 0x45, 0xdf, 0xa3] },
  { what: "an MPEG video", bytes: [0x00, 0x00, 0x01, 0xba] },
  { what: "an Ogg recording", bytes: ascii("OggS\0") },
  { what: "a FLAC recording", bytes: ascii("fLaC\0") },
  { what: "an MP3 recording", bytes: ascii("ID3"), weak: true },
  { what: "an MP3 recording", bytes: [0xff, 0xfb], weak: true },
  { what: "an AIFF recording", bytes: ascii("AIFF"), at: 8 },
  { what: "a MIDI file", bytes: ascii("MThd\0") },
  { what: "a PDF document", bytes: ascii("%PDF-") },
  {
    what: "a document of an older Office, or another compound file (OLE)",
    bytes: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1],
  },
  { what: "an RTF document", bytes: ascii("{\\rtf1") },
  { what: "a DjVu document", bytes: ascii("AT&TFORM") },
  { what: "a NetCDF file", bytes: ascii("CDF\x01") },
  { what: "a SQLite database", bytes: ascii("SQLite format 3\0") },
  { what: "an LMDB database", bytes: [0xde, 0xc0, 0xef, 0xbe], at: 16 },
  { what: "a DuckDB database", bytes: ascii("DUCK"), at: 8, weak: true },
  { what: "an Avro file", bytes: ascii("Obj\x01") },
  { what: "an ORC file", bytes: ascii("ORC"), weak: true },
  { what: "an R data file", bytes: ascii("RDX3\n") },
  { what: "a MATLAB file", bytes: ascii("MATLAB 5.0 MAT-file") },
  { what: "a font", bytes: ascii("wOFF"), weak: true },
  { what: "a font", bytes: ascii("wOF2"), weak: true },
  { what: "a font", bytes: ascii("OTTO\0") },
  { what: "a font", bytes: ascii("ttcf\0") },
  { what: "a font", bytes: [0x00, 0x01, 0x00, 0x00, 0x00] },
  { what: "compiled Python", bytes: [0x0d, 0x0d, 0x0a], at: 1, weak: true },
];

export function foreignKind(bytes: Uint8Array, isText: boolean): string | undefined {
  const begins = (magic: Magic): boolean => magic.bytes.every((byte, i) => bytes[(magic.at ?? 0) + i] === byte);
  const known = MAGICS.find((magic) => begins(magic) && !(isText && (magic.weak || magic.at !== undefined)));
  return known?.what;
}

export const foreign: Format = {
  id: "foreign",
  title: "Program, image, recording, database or other binary file",
  spec: "https://www.garykessler.net/library/file_sigs.html",
  extensions: [
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".webp",
    ".bmp",
    ".tif",
    ".tiff",
    ".mp3",
    ".mp4",
    ".wav",
    ".flac",
    ".ogg",
    ".m4a",
    ".avi",
    ".mkv",
    ".webm",
    ".mov",
    ".pdf",
    ".db",
    ".sqlite",
    ".sqlite3",
    ".exe",
    ".dll",
    ".so",
    ".dylib",
    ".bin",
    ".pyc",
    ".ttf",
    ".otf",
    ".woff",
    ".woff2",
    ".doc",
    ".xls",
    ".ppt",
    ".rar",
    ".ico",
  ],
  yields: "document",
  sniff: (head: Head): number => (foreignKind(head.bytes, looksLikeText(head)) === undefined ? 0 : 0.96),
  read,
};

async function* read(source: ByteSource): AsyncIterable<Part> {
  let bytes = new Uint8Array(0);
  for await (const chunk of source.stream(0, HEAD)) {
    bytes = new Uint8Array(Buffer.concat([bytes, chunk]));
    if (bytes.length >= HEAD) break;
  }
  const what = foreignKind(bytes, false) ?? "binary data of no known kind";
  yield problem(
    "unsupported",
    `This is ${what}. No reader opens it, so its content was not looked at. If it belongs to the data, check it by other means; if not, exclude it.`,
  );
  if (PROGRAM.test(what) && isWhole(Buffer.from(bytes))) {
    const message = `This is ${what}, which runs on its own and belongs to no data and no model`;
    yield {
      kind: "model",
      loader: "other",
      operations: [],
      irregularities: [{ code: "native-program", message, offset: 0 }],
    };
  }
}

/** Programs for a processor or a virtual machine; what could as well be a Java class is left out. */
const PROGRAM = /\((?:ELF|PE|Mach-O|DEX)\)/;
const PE_POINTER = 0x3c;

/** Two letters prove no program of Windows: the header that they announce does. */
function isWhole(bytes: Buffer): boolean {
  if (bytes.toString("latin1", 0, 2) !== "MZ") return true;
  const at = bytes.length >= PE_POINTER + 4 ? bytes.readUInt32LE(PE_POINTER) : 0;
  return bytes.toString("latin1", at, at + 4) === "PE\0\0";
}

const HEAD = 512;
