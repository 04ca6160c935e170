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
    ]),
    finds: ["- high", "- high", "- high", "- high", "- high"],
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
    title: "a link of an HDF5 file to one beside it",
    given: keras([file("weights.h5", "external link", "link")]),
    finds: ["- low"],
  },
  {
    title: "data beside the model, under ordinary and odd names",
    given: part("onnx", [file("model.onnx.data", "w"), file("weights/part..1.bin", "w"), file("./w.bin", "w")]),
    finds: [],
  },
];
