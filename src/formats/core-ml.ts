// Core ML (Model.proto, specification 9): classes of custom layers and models that an app has to bring, models linked
// from elsewhere, and files of weights beside the model. Weights are not read.
import type { Format, Head, Part } from "../core/format.ts";
import { problem } from "../core/format.ts";
import { Operations } from "./model/operations.ts";
import { paged, type Pages } from "./model/pages.ts";
import {
  Decoder,
  first,
  fits,
  messageField as message,
  textField as text,
  type Message,
  type ProtoFault,
  type Schema,
} from "./model/protobuf.ts";

const LAYER: Schema = { 1: text("name"), 500: message("custom", () => ({ 10: text("className") })) };
const NETWORK: Schema = { 1: message("layers", () => LAYER) };
const PIPELINE: Schema = { 1: message("models", () => MODEL) };
const LINK: Schema = {
  1: message("linkedModelFile", () => ({
    1: message("linkedModelFileName", () => ({ 1: text("defaultValue") })),
    2: message("linkedModelSearchPath", () => ({ 1: text("defaultValue") })),
  })),
};

const MODEL: Schema = {
  1: { name: "specificationVersion", kind: "int" },
  200: message("pipeline", () => ({ 1: message("pipeline", () => PIPELINE) })),
  201: message("pipeline", () => ({ 1: message("pipeline", () => PIPELINE) })),
  202: message("pipeline", () => ({ ...PIPELINE, 2: message("pipeline", () => PIPELINE) })),
  303: message("network", () => NETWORK),
  403: message("network", () => NETWORK),
  500: message("network", () => NETWORK),
  555: message("customModel", () => ({ 10: text("className") })),
  556: message("linkedModel", () => LINK),
};
/** A version, a description, and one of the kinds of model. */
const KINDS = [
  200, 201, 202, 300, 301, 302, 303, 304, 400, 401, 402, 403, 404, 500, 501, 502, 555, 556, 600, 601, 602, 603, 604,
  606, 607, 609, 900,
];
const TAGS: Readonly<Record<number, number>> = {
  1: 0,
  2: 2,
  10: 0,
  ...Object.fromEntries([...KINDS, 2000, 2001, 2002, 2003, 2004, 2005].map((kind) => [kind, 2])),
};

function walk(model: Message, operations: Operations): void {
  for (const layer of model.messages("network").flatMap((one) => one.messages("layers"))) {
    for (const custom of layer.messages("custom")) add(operations, custom, `layer ${layer.text("name")}`);
  }
  for (const custom of model.messages("customModel")) add(operations, custom, "model");
  for (const file of model.messages("linkedModel").flatMap((link) => link.messages("linkedModelFile"))) {
    for (const name of [...file.messages("linkedModelFileName"), ...file.messages("linkedModelSearchPath")])
      operations.add({
        use: "path",
        name: name.text("defaultValue"),
        arguments: [{ kind: "text", text: "linked model" }],
        text: `linked model ${name.text("defaultValue")}`,
      });
  }
  const nested = (one: Message): readonly Message[] => [
    ...one.messages("models"),
    ...one.messages("pipeline").flatMap(nested),
  ];
  for (const inner of model.messages("pipeline").flatMap(nested)) walk(inner, operations);
}

const add = (operations: Operations, custom: Message, what: string): void => {
  const name = custom.text("className");
  operations.add({
    use: "layer",
    module: "coreml",
    name,
    arguments: [],
    text: `custom ${what}: ${name}`,
    offset: custom.start,
  });
};

async function* read(pages: Pages): AsyncGenerator<Part> {
  let fault: ProtoFault | undefined;
  const model = await new Decoder(pages).decode(MODEL, 0, pages.size, (one) => {
    fault = one;
  });
  const operations = new Operations();
  walk(model, operations);
  yield* operations.parts("other");
  if (fault)
    yield problem(fault.code, `The Core ML model holds ${fault.message}. What comes before was looked at.`, {
      at: { offset: fault.offset },
    });
}

export const coreMl: Format = {
  id: "core-ml",
  title: "Core ML",
  spec: "https://apple.github.io/coremltools/mlmodel/Format/Model.html",
  extensions: [".mlmodel"],
  yields: "model",
  sniff(head: Head) {
    if (head.bytes[0] !== 0x08 || fits(head.bytes, head.whole, TAGS) < 2) return 0;
    const named = head.extension === ".mlmodel";
    return KINDS.some((kind) => first(head.bytes, kind) !== undefined) ? (named ? 0.97 : 0.8) : named ? 0.6 : 0;
  },
  read: paged(read),
};
