// The fields of onnx.proto3 (IR version 13) that name code, operators, files and texts. Messages recurse: a node holds
// attributes, an attribute graphs, a graph nodes.
import { messageField as message, textField as text, type Field, type Schema } from "./protobuf.ts";

const int = (name: string): Field => ({ name, kind: "int" });

const PAIR: Schema = { 1: text("key"), 2: text("value") };

const TENSOR: Schema = {
  2: int("data_type"),
  8: text("name"),
  9: { name: "raw_data", kind: "span" },
  13: message("external_data", () => PAIR),
  14: int("data_location"),
};

const SPARSE: Schema = { 1: message("values", () => TENSOR), 2: message("indices", () => TENSOR) };

const ATTRIBUTE: Schema = {
  1: text("name"),
  3: int("i"),
  4: text("s"),
  5: message("t", () => TENSOR),
  6: message("g", () => GRAPH),
  9: text("strings"),
  10: message("tensors", () => TENSOR),
  11: message("graphs", () => GRAPH),
  22: message("sparse_tensor", () => SPARSE),
  23: message("sparse_tensors", () => SPARSE),
};

const NODE: Schema = {
  3: text("name"),
  4: text("op_type"),
  5: message("attribute", () => ATTRIBUTE),
  7: text("domain"),
  8: text("overload"),
};

const GRAPH: Schema = {
  1: message("node", () => NODE),
  2: text("name"),
  5: message("initializer", () => TENSOR),
  15: message("sparse_initializer", () => SPARSE),
};

const FUNCTION: Schema = {
  1: text("name"),
  7: message("node", () => NODE),
  10: text("domain"),
  11: message("attribute_proto", () => ATTRIBUTE),
};

const TRAINING: Schema = { 1: message("initialization", () => GRAPH), 2: message("algorithm", () => GRAPH) };

export const MODEL: Schema = {
  1: int("ir_version"),
  2: text("producer_name"),
  7: message("graph", () => GRAPH),
  8: message("opset_import", () => ({ 1: text("domain"), 2: int("version") })),
  14: message("metadata_props", () => PAIR),
  20: message("training_info", () => TRAINING),
  25: message("functions", () => FUNCTION),
};

/** What may stand at the top of a model, a graph and a node, with its wire type: how an ONNX file is known. */
export const MODEL_TAGS: Readonly<Record<number, number>> = {
  1: 0,
  2: 2,
  3: 2,
  4: 2,
  5: 0,
  6: 2,
  7: 2,
  8: 2,
  14: 2,
  20: 2,
  25: 2,
  26: 2,
};
export const GRAPH_TAGS: Readonly<Record<number, number>> = {
  1: 2,
  2: 2,
  5: 2,
  10: 2,
  11: 2,
  12: 2,
  13: 2,
  14: 2,
  15: 2,
  16: 2,
};
