import type { Example } from "../../core/detector.ts";
import { imported, keras, layer, part } from "./testing/parts.ts";

const tensorflow = (name: string): Parameters<typeof keras>[0][number] => ({
  use: "call",
  module: "tensorflow",
  name,
  arguments: [],
  text: `tf.${name}(…)`,
});

export const examples: readonly Example[] = [
  {
    title: "a builtin as a layer",
    given: keras([imported("builtins", ["ev", "al"].join(""))]),
    finds: ["- critical"],
  },
  {
    title: "a function of Keras that fetches a file, and the switch that turns safety off",
    given: keras([layer("keras.utils", "get_file"), layer("keras.config", "enable_unsafe_deserialization")]),
    finds: ["- critical", "- critical"],
  },
  {
    title: "a class of a module of somebody's",
    given: keras([layer("my_tools.layers", "Widget", "my_tools>Widget")]),
    finds: ["- high"],
  },
  {
    title: "operators of TensorFlow by name",
    given: keras([tensorflow("io.write_file"), tensorflow("raw_ops.ReadFile"), tensorflow("math.add")]),
    finds: ["- critical", "- high"],
  },
  {
    title: "a custom class and a custom loss that the caller registers",
    given: keras([layer("", "Widget", "mine>Widget"), imported("builtins", "mine>my_loss")]),
    finds: ["- low", "- low"],
  },
  {
    title: "a Java function in PMML, and a custom layer of Core ML",
    given: part("other", [
      { use: "call", module: "java", name: "com.example.Widget.run", arguments: [], text: "com.example.Widget.run(…)" },
      layer("coreml", "Widget"),
    ]),
    finds: ["- high", "- low"],
  },
  {
    title: "ordinary layers, old and new",
    given: keras([
      layer("keras.layers", "Dense"),
      layer("", "CuDNNLSTM"),
      layer("keras.src.ops.numpy", "Add"),
      layer("keras_hub.src.models.bert", "BertBackbone"),
      layer("keras", "DTypePolicy"),
    ]),
    finds: [],
  },
];
