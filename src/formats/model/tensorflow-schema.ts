// The fields of TensorFlow's messages that name operators, functions, files and texts, by the names of its .proto files,
// so that the binary and the text form decode to the same thing (tensorflow/core/protobuf/saved_model.proto and what it
// includes, 2.21).
import { messageField as message, textField as text, type Schema } from "./protobuf.ts";

const TENSOR: Schema = { 1: { name: "dtype", kind: "int" }, 8: text("string_val") };

const CALLED: Schema = { 1: text("name"), 2: message("attr", () => ATTRIBUTE_ENTRY) };

const LIST: Schema = { 2: text("s"), 8: message("tensor", () => TENSOR), 9: message("func", () => CALLED) };

const ATTRIBUTE: Schema = {
  1: message("list", () => LIST),
  2: text("s"),
  8: message("tensor", () => TENSOR),
  10: message("func", () => CALLED),
};

const ATTRIBUTE_ENTRY: Schema = { 1: text("key"), 2: message("value", () => ATTRIBUTE) };

const NODE: Schema = {
  1: text("name"),
  2: text("op"),
  3: text("input"),
  5: message("attr", () => ATTRIBUTE_ENTRY),
};

const FUNCTION: Schema = {
  1: message("signature", () => ({ 1: text("name") })),
  3: message("node_def", () => NODE),
};

const LIBRARY: Schema = {
  1: message("function", () => FUNCTION),
  2: message("gradient", () => ({ 1: text("function_name"), 2: text("gradient_func") })),
};

export const GRAPH: Schema = { 1: message("node", () => NODE), 2: message("library", () => LIBRARY) };

const SAVER: Schema = {
  1: text("filename_tensor_name"),
  2: text("save_tensor_name"),
  3: text("restore_op_name"),
};

const ASSET: Schema = { 1: message("tensor_info", () => ({ 1: text("name") })), 2: text("filename") };

const OBJECT: Schema = {
  4: message("user_object", () => ({ 1: text("identifier"), 3: text("metadata") })),
};

const OBJECTS: Schema = {
  1: message("nodes", () => OBJECT),
  2: message("concrete_functions", () => ({ 1: text("key") })),
};

const NAMED: Schema = { 1: text("key"), 2: message("value", () => ({ 1: text("name") })) };

const SIGNATURE: Schema = {
  1: text("key"),
  2: message("value", () => ({ 2: message("outputs", () => NAMED) })),
};

const META_GRAPH: Schema = {
  2: message("graph_def", () => GRAPH),
  3: message("saver_def", () => SAVER),
  5: message("signature_def", () => SIGNATURE),
  6: message("asset_file_def", () => ASSET),
  7: message("object_graph_def", () => OBJECTS),
};

export const SAVED_MODEL: Schema = { 2: message("meta_graphs", () => META_GRAPH) };
/** A MetaGraphDef for itself, as training writes it: `model.ckpt-1000.meta`. */
export const META: Schema = META_GRAPH;
/** keras_metadata.pb: SavedMetadata, beside the SavedModel of Keras 2. */
export const KERAS_METADATA: Schema = {
  1: message("nodes", () => ({ 3: text("node_path"), 4: text("identifier"), 5: text("metadata") })),
};

/** What may stand at the top of each, with its wire type. */
export const TAGS: Readonly<
  Record<"saved" | "meta" | "graph" | "node" | "keras" | "fingerprint", Readonly<Record<number, number>>>
> = {
  saved: { 1: 0, 2: 2 },
  meta: { 1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2, 7: 2 },
  graph: { 1: 2, 2: 2, 3: 0, 4: 2, 5: 2 },
  node: { 1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2, 7: 2 },
  keras: { 1: 2 },
  // FingerprintDef: five hashes, a version and an id.
  fingerprint: { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 2, 7: 2 },
};
