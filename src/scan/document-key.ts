// Which document of one model stands for which of another.
import type { DocumentPart } from "../core/format.ts";

/** Documents with the same key are for the same: the default template of a tokenizer, of a GGUF file, in its own file. */
export function documentKey({ language, name = "" }: DocumentPart): string {
  if (language !== "template") return `${language} ${name.toLowerCase()}`;
  const plain = name
    .toLowerCase()
    .replace(/\.(?:jinja2?|j2)$/, "")
    .replace(/^tokenizer\./, "")
    .replace(/^chat_template\.?/, "")
    .replace(/\.?template$/, "");
  return `template ${plain === "" ? "default" : plain}`;
}
