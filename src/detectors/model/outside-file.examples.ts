import type { Example } from "../../core/detector.ts";
import { file, keras, part } from "./testing/parts.ts";

export const examples: readonly Example[] = [
  {
    title: "tensors that lie in files elsewhere",
    given: part("onnx", [
      file("/etc/hostname", "w"),
      file("../../notes.txt", "w"),
      file("weights/../../notes.txt", "w"),
      file("..\\..\\notes.txt", "w"),
      file("C:\\notes.txt", "w"),
      file("weights/../notes.txt", "w"),
    ]),
    finds: ["- high", "- high", "- high", "- high", "- high", "- high"],
  },
  {
    title: "a layer with the vocabulary of another machine, and one from an address",
    given: keras([
      file("/etc/hostname", "StringLookup", "vocabulary"),
      { ...file("https://vocab.example/v.txt", "TextVectorization", "vocabulary"), use: "url" },
    ]),
    finds: ["- high", "- high"],
  },
  {
    title: "weights of Keras that lie in another file",
    given: keras([file("weights.h5", "external link /w", "link")]),
    finds: ["- high"],
  },
  {
    title: "data of a measurement that lie in the file beside it",
    given: part("other", [file("part-2.h5", "virtual source /v", "link")]),
    finds: ["- low"],
  },
  {
    title: "data beside the model, under ordinary and odd names",
    given: part("onnx", [file("model.onnx.data", "w"), file("weights/part..1.bin", "w"), file("./w.bin", "w")]),
    finds: [],
  },
];
