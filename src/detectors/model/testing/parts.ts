// Model parts for examples and tests.
import type { Argument, Irregularity, Loader, ModelPart, Operation } from "../../../core/model.ts";

export const part = (
  loader: Loader,
  operations: readonly Operation[],
  irregularities: readonly Irregularity[] = [],
): ModelPart => ({ kind: "model", loader, operations, irregularities });

export const keras = (operations: readonly Operation[]): ModelPart => part("keras", operations);

const texts = (given: readonly string[]): Argument[] => given.map((text) => ({ kind: "text", text }));

export const layer = (module: string, name: string, ...given: string[]): Operation => ({
  use: "layer",
  module,
  name,
  arguments: texts(given),
  text: `${module ? `${module}.` : ""}${name}()`,
});

export const imported = (module: string, name: string): Operation => ({
  use: "import",
  module,
  name,
  arguments: [],
  text: `from ${module} import ${name}`,
});

export const op = (name: string, module = "", ...given: string[]): Operation => ({
  use: "op",
  module,
  name,
  arguments: texts(given),
  text: `${name}(${given.join(", ")})`,
});

export const file = (name: string, ...given: string[]): Operation => ({
  use: "path",
  name,
  arguments: texts(given),
  text: `open(${JSON.stringify(name)})`,
});

export const odd = (code: string, message: string = code): Irregularity => ({ code, message });
