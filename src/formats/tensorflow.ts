// TensorFlow graphs (tensorflow/core/protobuf, 2.21): SavedModel with its fingerprint, MetaGraphDef, frozen GraphDef and Keras' metadata, as
// binary Protocol Buffers or as text. Operators of graphs and of function libraries, assets, and the settings of Keras
// objects. Nothing is loaded, and tensors are not read.
import type { ByteSource } from "../core/bytes.ts";
import type { Format, Head, Part, ReadContext } from "../core/format.ts";
import { problem } from "../core/format.ts";
import { isText, wholeText } from "./document/whole.ts";
import { kerasSettings } from "./model/keras-config.ts";
import { paged, type Pages } from "./model/pages.ts";
import { Decoder, first, fits, type Message, type ProtoFault, type Schema } from "./model/protobuf.ts";
import { TensorflowWalk } from "./model/tensorflow-graph.ts";
import { GRAPH, KERAS_METADATA, META, SAVED_MODEL, TAGS } from "./model/tensorflow-schema.ts";
import { decodeTextProto } from "./model/text-proto.ts";

type Form = "saved" | "meta" | "graph" | "keras" | "fingerprint";
const SCHEMAS: Readonly<Record<Form, Schema>> = {
  saved: SAVED_MODEL,
  meta: META,
  graph: GRAPH,
  keras: KERAS_METADATA,
  fingerprint: {},
};

const text = (bytes: Uint8Array | undefined): string =>
  bytes === undefined
    ? ""
    : Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 200)).toString("latin1");

/** Content that begins with a node: `Const`, `IO>AudioReadable`, `__inference_f_12`. */
function isGraph(bytes: Uint8Array | undefined, whole: boolean): boolean {
  if (!bytes || fits(bytes, whole, TAGS.graph) === 0) return false;
  const node = first(bytes, 1);
  if (node) return fits(node, false, TAGS.node) >= 2 && /^[A-Za-z_][\w>./-]{0,120}$/.test(text(first(node, 2)));
  const library = first(bytes, 2);
  return library !== undefined && first(library, 1) !== undefined;
}

function isMeta(bytes: Uint8Array | undefined, whole: boolean): boolean {
  if (!bytes || fits(bytes, whole, TAGS.meta) === 0) return false;
  // The graph may lie past the head, behind a long list of operators.
  const info = first(bytes, 1);
  return (
    isGraph(first(bytes, 2), false) ||
    (info !== undefined && /serve|train|\d+\.\d+\.\d+|[A-Z][A-Za-z0-9]+/.test(text(info)))
  );
}

/** Which message bytes hold; undefined for none of them. */
export function formOf(bytes: Uint8Array, whole: boolean): Form | undefined {
  const saved = fits(bytes, whole, TAGS.saved);
  const meta = saved === 0 ? undefined : first(bytes, 2);
  // Something that follows does not make it another file, and then more of it has to fit.
  if (meta && (saved > 0 ? isMeta(meta, false) : isGraph(first(meta, 2), false))) return "saved";
  if (isGraph(bytes, whole)) return "graph";
  if (fits(bytes, whole, TAGS.keras) > 0) {
    const node = first(bytes, 1);
    if (node && text(first(node, 4)).startsWith("_tf_keras")) return "keras";
  }
  if (whole && bytes.length < 400 && fits(bytes, true, TAGS.fingerprint) >= 5) return "fingerprint";
  return isMeta(bytes, whole) && isGraph(first(bytes, 2), false) ? "meta" : undefined;
}

/** The first field of a text decides. */
function textFormOf(head: string): Form | undefined {
  const plain = head.replace(/^(?:\s|#[^\n]*\n)*/, "");
  if (/^(?:saved_model_schema_version\s*:\s*\d|meta_graphs\s*:?\s*[{<])/.test(plain)) return "saved";
  if (
    /^(?:meta_info_def|graph_def|saver_def|collection_def|signature_def|asset_file_def|object_graph_def)\s*:?\s*[{<]/.test(
      plain,
    )
  )
    return "meta";
  if (/^(?:node|library|versions)\s*:?\s*[{<]/.test(plain)) return "graph";
  return undefined;
}

async function* read(pages: Pages, context: ReadContext, source: ByteSource): AsyncGenerator<Part> {
  const head = await pages.at(0, context.limits.headBytes);
  const faults: ProtoFault[] = [];
  const binary = formOf(head, head.length >= pages.size);
  const form = binary ?? textFormOf(head.toString("utf8")) ?? (source.name.endsWith(".meta") ? "meta" : "saved");
  let message: Message;
  if (binary !== undefined || textFormOf(head.toString("utf8")) === undefined)
    message = await new Decoder(pages).decode(SCHEMAS[form], 0, pages.size, (fault) => faults.push(fault));
  else {
    const whole = await wholeText(source, context.limits);
    yield* whole.problems;
    message = decodeTextProto(whole.text, SCHEMAS[form], (fault) => faults.push(fault));
  }
  const walk = new TensorflowWalk();
  if (form === "saved") for (const meta of message.messages("meta_graphs")) walk.metaGraph(meta);
  else if (form === "meta") walk.metaGraph(message);
  else if (form === "graph") walk.graph(message);
  else if (form === "keras")
    for (const node of message.messages("nodes")) walk.keras(node.text("identifier"), node.text("metadata"));
  yield* walk.operations.parts("tensorflow");
  for (const settings of walk.settings) yield* kerasSettings(settings.text, settings.name, context.limits);
  for (const { code, message: what, offset } of faults)
    yield problem(code, `The TensorFlow file holds ${what}. What comes before was looked at.`, { at: { offset } });
}

function sniff(head: Head): number {
  const named = head.extension === ".pb" || head.extension === ".pbtxt" || head.extension === ".meta";
  if (isText(head) && textFormOf(head.text) !== undefined) return named ? 0.97 : 0.7;
  if (formOf(head.bytes, head.whole) !== undefined) return named ? 0.96 : 0.85;
  return named && !isText(head) && (fits(head.bytes, head.whole, TAGS.saved) > 0 || head.name === "saved_model.pb")
    ? 0.6
    : 0;
}

export const tensorflow: Format = {
  id: "tensorflow",
  title: "TensorFlow SavedModel or graph",
  spec: "https://github.com/tensorflow/tensorflow/tree/v2.21.0/tensorflow/core/protobuf",
  extensions: [".pb", ".pbtxt", ".meta"],
  yields: "model",
  sniff,
  read: paged(read),
};
