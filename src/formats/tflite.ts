// TensorFlow Lite (schema.fbs, version 3): the custom operators of a model, which need code beside it; those that begin
// with Flex are TensorFlow's own. Builtin operators only compute and are not listed. Associated files are a zip archive
// at the end, which the engine reads.
import type { Format, Part, ReadContext } from "../core/format.ts";
import { problem } from "../core/format.ts";
import { decodeText } from "../base/utf8.ts";
import { Table } from "./columnar/flatbuffer.ts";
import { Facts } from "./model/facts.ts";
import { Operations } from "./model/operations.ts";
import { paged, type Pages } from "./model/pages.ts";

const IDENTIFIER = "TFL3";
/** Tables and buffers are offsets of 32 bits: a model is not longer (CWE-770). */
const MODEL_BYTES_MAX = 1024 * 1024 * 1024;
const FIELD = { operatorCodes: 1, subgraphs: 2, buffers: 4 };
const CUSTOM = 32;

async function* read(pages: Pages, context: ReadContext): AsyncGenerator<Part> {
  if (pages.size > Math.min(MODEL_BYTES_MAX, context.limits.spoolBytesMax)) {
    yield problem("limit", `The TensorFlow Lite model has more than ${MODEL_BYTES_MAX} bytes, so it was not read.`);
    return;
  }
  const bytes = Buffer.from(await pages.at(0, pages.size));
  const operations = new Operations();
  const facts = new Facts();
  let broken: string | undefined;
  try {
    const model = Table.root(bytes);
    for (const code of model.tables(FIELD.operatorCodes)) {
      const builtin = Math.max(code.i8(0), code.i32(3));
      const name = decodeText(code.string(1)).text;
      if (builtin !== CUSTOM && name === "") continue;
      operations.add({ use: "op", module: "tflite", name, arguments: [], text: `custom operator ${name}` });
    }
    for (const buffer of model.tables(FIELD.buffers)) {
      // Large buffers lie behind the tables, by offset and size.
      const [offset, size] = [1, 2].map((id) => (buffer.place(id) ? buffer.long(buffer.place(id)) : 0));
      if (offset && size && (offset < 0 || size < 0 || offset + size > bytes.length))
        facts.say("out-of-bounds", "A buffer of the model reaches past the end of the file", offset);
      buffer.vector(0, 1);
    }
  } catch (error) {
    // A table, a vector or a text outside of the bytes.
    broken = error instanceof Error ? error.message : String(error);
  }
  yield* operations.parts("tensorflow", facts.all);
  if (broken !== undefined)
    yield problem(
      "malformed",
      "A table of the TensorFlow Lite model lies outside of the file. What comes before was looked at.",
    );
}

export const tflite: Format = {
  id: "tflite",
  title: "TensorFlow Lite",
  spec: "https://github.com/tensorflow/tensorflow/blob/v2.21.0/tensorflow/compiler/mlir/lite/schema/schema.fbs",
  extensions: [".tflite", ".lite"],
  yields: "model",
  carriesArchive: true,
  sniff: ({ bytes }) => (Buffer.from(bytes.subarray(4, 8)).toString("latin1") === IDENTIFIER ? 1 : 0),
  read: paged(read),
};
