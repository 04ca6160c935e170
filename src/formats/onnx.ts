// ONNX (onnx.proto3, IR version 13): the operators of every graph, subgraph and function, and every file that a tensor
// lies in, at whatever depth. Tensors are not read. Refuses the text form.
import type { Format, Head, Part } from "../core/format.ts";
import { problem } from "../core/format.ts";
import { quote } from "../base/escape.ts";
import { Facts } from "./model/facts.ts";
import { GRAPH_TAGS, MODEL, MODEL_TAGS } from "./model/onnx-schema.ts";
import { Operations } from "./model/operations.ts";
import { paged, type Pages } from "./model/pages.ts";
import { Decoder, first, fits, type Message, type ProtoFault } from "./model/protobuf.ts";

/** TensorProto.DataLocation. */
const EXTERNAL = 1n;
/** No file of one tensor is longer. */
const SPAN_MAX = 2n ** 44n;

/** Walks a decoded model. Depth was bounded when it was decoded. */
class OnnxWalk {
  readonly operations = new Operations();
  readonly facts = new Facts();
  /** Functions of the model itself, by domain and name: their nodes are looked at, their use is none of a runtime. */
  private readonly local = new Set<string>();

  model(model: Message): void {
    const functions = model.messages("functions");
    for (const one of functions) this.local.add(`${domainOf(one)}\0${one.text("name")}`);
    for (const graph of model.messages("graph")) this.graph(graph, "");
    for (const training of model.messages("training_info")) {
      for (const graph of training.messages("initialization")) this.graph(graph, "training");
      for (const graph of training.messages("algorithm")) this.graph(graph, "training");
    }
    for (const one of functions) {
      const place = `function ${one.text("name")}`;
      for (const node of one.messages("node")) this.node(node, place);
      for (const attribute of one.messages("attribute_proto")) this.attribute(attribute, place);
    }
  }

  private graph(graph: Message, place: string): void {
    for (const node of graph.messages("node")) this.node(node, place);
    for (const tensor of graph.messages("initializer")) this.tensor(tensor, place || "initializer");
    for (const sparse of graph.messages("sparse_initializer")) this.sparse(sparse, place || "initializer");
  }

  private node(node: Message, place: string): void {
    const name = node.text("op_type");
    const domain = domainOf(node);
    const within = `${place ? `${place}, ` : ""}node ${node.text("name") || name}`;
    if (!this.local.has(`${domain}\0${name}`)) {
      this.operations.add({
        use: "op",
        module: domain,
        name,
        arguments: [],
        text: `${domain ? `${domain}::` : ""}${name}`,
        offset: node.start,
      });
    }
    const attributes = node.messages("attribute");
    for (const attribute of attributes) this.attribute(attribute, within);
    if (name === "EPContext") this.context(attributes, node, within);
  }

  /** A node of ONNX Runtime that holds, or names the file of, code that was compiled for one device. */
  private context(attributes: readonly Message[], node: Message, within: string): void {
    const embedded = attributes.findLast((attribute) => attribute.text("name") === "embed_mode")?.int("i") ?? 1n;
    const path = attributes.findLast((attribute) => attribute.text("name") === "ep_cache_context")?.text("s") ?? "";
    if (embedded === 0n && path !== "") this.path(path, `${within}, ep_cache_context`, node.start);
  }

  private attribute(attribute: Message, place: string): void {
    const within = `${place}, attribute ${attribute.text("name")}`;
    for (const tensor of [...attribute.messages("t"), ...attribute.messages("tensors")]) this.tensor(tensor, within);
    for (const graph of [...attribute.messages("g"), ...attribute.messages("graphs")]) this.graph(graph, within);
    for (const sparse of [...attribute.messages("sparse_tensor"), ...attribute.messages("sparse_tensors")])
      this.sparse(sparse, within);
  }

  private sparse(sparse: Message, place: string): void {
    for (const tensor of [...sparse.messages("values"), ...sparse.messages("indices")])
      this.tensor(tensor, `${place}, sparse tensor`);
  }

  private tensor(tensor: Message, place: string): void {
    const pairs = tensor.messages("external_data");
    const external = tensor.int("data_location") === EXTERNAL;
    const within = `${place} ${tensor.text("name")}`.trim();
    if (external && pairs.length === 0)
      this.facts.say("external-missing", `The tensor ${quote(within)} lies in a file that is not named`, tensor.start);
    const keys = new Set<string>();
    for (const pair of pairs) {
      const key = pair.text("key");
      const value = pair.text("value");
      if (keys.has(key))
        this.facts.say("external-key-twice", `The tensor ${quote(within)} gives its ${quote(key)} twice`, tensor.start);
      keys.add(key);
      if (key === "location") this.path(value, within, tensor.start);
      else if ((key === "offset" || key === "length") && !isSpan(value))
        this.facts.say(
          "external-span-impossible",
          `The ${key} of the tensor ${quote(within)} in its file is ${quote(value)}`,
          tensor.start,
          { [key]: value.slice(0, 40) },
        );
    }
  }

  private path(path: string, place: string, offset: number): void {
    this.operations.add({
      use: "path",
      name: path,
      arguments: [{ kind: "text", text: place }],
      text: `open(${JSON.stringify(path)}) for ${place}`,
      offset,
    });
  }
}

const domainOf = (message: Message): string => {
  const domain = message.text("domain");
  return domain === "ai.onnx" ? "" : domain;
};

const isSpan = (text: string): boolean => /^\d{1,18}$/.test(text) && BigInt(text) < SPAN_MAX;

async function* read(pages: Pages): AsyncGenerator<Part> {
  let fault: ProtoFault | undefined;
  const model = await new Decoder(pages).decode(MODEL, 0, pages.size, (one) => {
    fault = one;
  });
  const walk = new OnnxWalk();
  walk.model(model);
  yield* walk.operations.parts("onnx", walk.facts.all);
  if (fault)
    yield problem(fault.code, `The ONNX file holds ${fault.message}. What comes before was looked at.`, {
      at: { offset: fault.offset },
    });
}

function sniff(head: Head): number {
  // Something that follows the model does not make it another file.
  const fit = fits(head.bytes, head.whole, MODEL_TAGS);
  const known = Math.abs(fit);
  if (known < 2) return 0;
  const graph = first(head.bytes, 7);
  const named = head.extension === ".onnx";
  if (!graph || graph.length === 0) return named && known > 1 ? 0.6 : 0;
  const inner = fits(graph, false, GRAPH_TAGS);
  if (fit < 0) return inner > 0 && head.bytes[0] === 0x08 ? 0.8 : 0;
  // The version of the format comes first, as every writer does it.
  return inner > 0 ? (head.bytes[0] === 0x08 ? 0.97 : 0.9) : named ? 0.6 : 0;
}

export const onnx: Format = {
  id: "onnx",
  title: "ONNX",
  spec: "https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3",
  extensions: [".onnx"],
  yields: "model",
  sniff,
  read: paged(read),
};
