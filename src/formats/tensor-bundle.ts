// TensorFlow's checkpoint of variables (tensor_bundle.proto): a table of names (`.index`, a LevelDB table) and the numbers
// themselves (`.data-00000-of-00001`). Neither holds anything that a loader runs or opens; the numbers have no structure
// at all and are known by their name alone, so that any reader that knows the content goes first.
import type { Format, Head, Part } from "../core/format.ts";

/** The end of every LevelDB table. */
const TABLE_MAGIC = Buffer.from([0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]);
const SHARD = /\.data-\d{5}-of-\d{5}$/;

async function* read(): AsyncGenerator<Part> {
  yield { kind: "model", loader: "tensorflow", operations: [], irregularities: [] };
}

export const tensorBundle: Format = {
  id: "tensor-bundle",
  title: "TensorFlow variables",
  spec: "https://github.com/tensorflow/tensorflow/blob/v2.21.0/tensorflow/core/protobuf/tensor_bundle.proto",
  extensions: [".index"],
  yields: "model",
  sniff(head: Head) {
    if (SHARD.test(head.name)) return 0.7;
    if (head.extension !== ".index") return 0;
    return head.whole && TABLE_MAGIC.equals(head.bytes.subarray(-TABLE_MAGIC.length)) ? 0.9 : 0.3;
  },
  read,
};
