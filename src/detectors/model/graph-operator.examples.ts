import type { Example } from "../../core/detector.ts";
import { op, part } from "./testing/parts.ts";

export const examples: readonly Example[] = [
  {
    title: "TensorFlow operators that call Python, write, read and connect",
    given: part("tensorflow", [op("PyFunc"), op("WriteFile", "", "a.txt"), op("ReadFile"), op("RpcClient")]),
    finds: ["- critical", "- critical", "- high", "- high"],
  },
  {
    title: "saving outside of the saver, and printing to a file",
    given: part("tensorflow", [op("SaveV2"), op("PrintV2", "", "output_stream=file:///a.log")]),
    finds: ["- critical", "- critical"],
  },
  {
    title: "an operator that nobody knows",
    given: part("tensorflow", [op("WidgetOp")]),
    finds: ["- high"],
  },
  {
    title: "a graph as training writes it, with its saver and a table of its assets",
    given: part("tensorflow", [
      op("MatMul"),
      op("SaveV2", "saver"),
      op("MergeV2Checkpoints", "saver"),
      op("RestoreV2", "restorer"),
      op("InitializeTableFromTextFileV2"),
      op("StatefulPartitionedCall"),
      op("PrintV2", "", "output_stream=stderr"),
    ]),
    finds: [],
  },
  {
    title: "custom operators of TensorFlow Lite",
    given: part("tensorflow", [
      op("FlexWriteFile", "tflite"),
      op("FlexTensorListStack", "tflite"),
      op("TFLite_Detection_PostProcess", "tflite"),
      op("Widget", "tflite"),
    ]),
    finds: ["- critical", "- medium"],
  },
  {
    title: "ONNX operators that run Python or need a library",
    given: part("onnx", [op("PyOp", "ai.onnx.contrib"), op("Widget", "com.example"), op("Widget", "")]),
    finds: ["- critical", "- high", "- high"],
  },
  {
    title: "ONNX operators of the standard, of ONNX Runtime and of a plug-in",
    given: part("onnx", [
      op("Conv"),
      op("FusedMatMul", "com.microsoft"),
      op("TreeEnsembleClassifier", "ai.onnx.ml"),
      op("EfficientNMS_TRT", "TRT"),
    ]),
    finds: ["- medium"],
  },
];
