// The .keras archive (keras/src/saving/saving_lib.py, 3.15): a zip of config.json, from which the model is built,
// metadata.json, weights as HDF5 and assets. The settings are read here, whatever their size or beginning; every member
// is handed on as well, because a pickle among the assets is still a pickle.
import type { ByteSource } from "../core/bytes.ts";
import type { Format, Head, MemberPart, Part, ReadContext } from "../core/format.ts";
import { baseName, wholeText } from "./document/whole.ts";
import { kerasSettings } from "./model/keras-config.ts";
import { zip } from "./zip.ts";

async function* read(source: ByteSource, context: ReadContext): AsyncGenerator<Part> {
  for await (const part of zip.read(source, context)) {
    if (part.kind === "member" && SETTINGS.test(part.name)) yield* settings(part, context);
    else if (part.kind === "member" && baseName(part.name) === "metadata.json") yield* metadata(part, context);
    else yield part;
  }
}

/** Keras looks for the exact name; what differs in case or folder may be found where file names do not. */
const SETTINGS = /(?:^|[/\\])config\.json$/i;

async function* settings(part: MemberPart, context: ReadContext): AsyncGenerator<Part> {
  const { text, problems } = await wholeText(part.source, context.limits);
  yield* problems;
  yield* kerasSettings(text, baseName(part.name), context.limits);
}

/** The version and the date; nothing is built from it. */
async function* metadata(part: MemberPart, context: ReadContext): AsyncGenerator<Part> {
  const { text, problems } = await wholeText(part.source, context.limits);
  yield* problems;
  yield { kind: "document", language: "json", name: "metadata.json", text };
}

export const keras: Format = {
  id: "keras",
  title: "Keras archive",
  spec: "https://keras.io/api/models/model_saving_apis/model_saving_and_loading/",
  extensions: [".keras"],
  yields: "model",
  sniff(head: Head) {
    if (zip.sniff(head) === 0) return 0;
    if (head.extension === ".keras") return 1;
    const names = Buffer.from(head.bytes.buffer, head.bytes.byteOffset, head.bytes.byteLength).toString("latin1");
    return names.includes("config.json") && /metadata\.json|model\.weights\.h5/.test(names) ? 0.99 : 0;
  },
  read,
};
