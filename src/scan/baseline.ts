// What a model is compared with: the chat templates and settings of its base, read like any file and kept as plain
// documents, found again by what they are for and not by where they stand.
import type { ByteSource } from "../core/bytes.ts";
import type { DocumentPart, Format, ReadContext } from "../core/format.ts";
import { rank, readHead } from "./unit.ts";

/** Documents kept of a baseline, and characters of them all together (CWE-770). */
const DOCUMENTS_MAX = 200;
const CHARACTERS_MAX = 32 * 1024 * 1024;

/** Names of files that hold settings or templates; others of a repository are not fetched. */
export const IN_BASELINE: RegExp =
  /\.(?:jinja2?|j2|gguf)$|(?:^|\/)(?:[\w-]{0,60}config|chat_template|modules|model_index|tokenizer|special_tokens_map|added_tokens)\.json$/i;

/** The templates and settings that a file holds. Throws what its source throws. */
export async function documentsOf(
  source: ByteSource,
  formats: readonly Format[],
  context: ReadContext,
): Promise<DocumentPart[]> {
  const head = await readHead(source, context.limits);
  const format = rank(formats, head)[0]?.format;
  const documents: DocumentPart[] = [];
  if (!format || (format.yields !== "document" && format.yields !== "model")) return documents;
  const name = (source.name.split("/").pop() ?? "").toLowerCase();
  let characters = 0;
  for await (const part of format.read(source, context)) {
    if (part.kind !== "document" || (part.language !== "template" && part.language !== "json")) continue;
    characters += part.text.length;
    if (documents.length >= DOCUMENTS_MAX || characters > CHARACTERS_MAX) break;
    documents.push({ name, ...part });
  }
  return documents;
}
