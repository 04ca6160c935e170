// Models by what loading them does, for examples: a chain of operations, each using the result of the one before.
import type { Argument, Irregularity, ModelPart, Operation } from "../../../core/model.ts";

export const name = (full: string): Extract<Argument, { kind: "global" }> => {
  const at = full.indexOf(":");
  return { kind: "global", module: full.slice(0, at), name: full.slice(at + 1) };
};
export const text = (value: string): Argument => ({ kind: "text", text: value });
export const result = (of: number): Argument => ({ kind: "result", of });

const said = (argument: Argument): string =>
  argument.kind === "global"
    ? `${argument.module}.${argument.name}`
    : argument.kind === "text"
      ? JSON.stringify(argument.text)
      : argument.kind === "number"
        ? String(argument.value)
        : argument.kind === "result"
          ? "…"
          : argument.text;

/** `use("call", "os:system", text("…"))`; a number in place of the name calls the result of that operation. */
export function use(how: Operation["use"], what: string | number, ...operands: Argument[]): Operation {
  const target = typeof what === "string" ? name(what) : undefined;
  const label = target ? said(target) : "…";
  return {
    use: how,
    ...(target ? { module: target.module, name: target.name } : { name: label, callee: what as number }),
    arguments: operands,
    text: how === "import" ? label : `${label}(${operands.map(said).join(", ")})`,
  };
}

export const pickled = (operations: readonly Operation[], irregularities: readonly Irregularity[] = []): ModelPart => ({
  kind: "model",
  loader: "pickle",
  operations: operations.map((operation, i) => ({ ...operation, offset: 2 + 10 * i })),
  irregularities,
});
