// Whether bytes of a tensor are a pickle after all: only what names something and goes on, or ends in order, is one.
import { LIMITS } from "../../base/limits.ts";
import { isPickleHead, isTextPickle } from "./embedded.ts";
import { Status } from "./machine.ts";
import { machineAt } from "./run.ts";

/** `whole`: the head is all there is. */
export function holdsPickle(head: Uint8Array, whole: boolean): boolean {
  if (!isPickleHead(head) && !isTextPickle(head)) return false;
  const machine = machineAt(0, whole ? head.length : Number.MAX_SAFE_INTEGER, LIMITS);
  const status = machine.run(head, 0);
  return status === Status.Done || machine.done.length > 0;
}
