// Pickle, protocols 0 to 5: files of `pickle`, `torch.save` before version 1.6, joblib, dill and cloudpickle. What loading
// one would do is worked out and never done. Known by running its first bytes through the machine, whatever its name.
import type { Format, Head } from "../core/format.ts";
import { problem } from "../core/format.ts";
import { LIMITS } from "../base/limits.ts";
import { isPickleHead, isTextPickle } from "./pickle/embedded.ts";
import { Status } from "./pickle/machine.ts";
import { readPickles } from "./pickle/read.ts";
import { machineAt } from "./pickle/run.ts";
import { randomAccess } from "./shared/part-of.ts";

const EXTENSIONS = [".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib", ".dill", ".pk", ".p", ".t7", ".pck", ".pyt"];

/** A head that is cut reads as one that goes on. */
function sniff({ bytes, extension, whole }: Head): number {
  if (bytes.length < 2) return 0;
  const binary = bytes[0] === 0x80;
  if (binary && !isPickleHead(bytes)) return 0;
  const machine = machineAt(0, whole ? bytes.length : Number.MAX_SAFE_INTEGER, LIMITS);
  machine.trace = [];
  let status: number = Status.Broken;
  status = machine.run(bytes, 0);
  const ops = machine.trace.length / 4;
  const named = EXTENSIONS.includes(extension);
  const acts = machine.done.some(({ use }) => use !== "import");
  if (binary) return status !== Status.Broken || machine.done.length > 0 || ops > 8 || named ? 0.97 : 0;
  // Protocols 0 and 1 have no magic number, and much text begins with letters that are opcodes.
  if (acts) return 0.97;
  if (status === Status.Done && ((ops > 2 && (machine.at === bytes.length || isTextPickle(bytes))) || named))
    return 0.97;
  if (status === Status.More && !whole && ops > 64) return 0.96;
  // What begins with a long text alone may be anything.
  if (status === Status.More && !whole && named) return ops > 2 ? 0.96 : 0.5;
  // An opcode that broke it was traced, one whose operand is cut was not.
  const ran = machine.truncated || status !== Status.Broken ? ops : ops - 1;
  return isTextPickle(bytes) && (ran > 2 || (ran > 1 && machine.truncated)) ? 0.96 : 0;
}

export const pickle: Format = {
  id: "pickle",
  title: "Pickle (also of PyTorch before 1.6, joblib, dill)",
  spec: "CPython Lib/pickletools.py, protocols 0 to 5",
  extensions: EXTENSIONS,
  yields: "model",
  sniff,
  async *read(source, context) {
    let random = randomAccess(source);
    if (!random) {
      const spooled = await context.spool(source);
      if ("code" in spooled) {
        yield { kind: "problem", ...spooled };
        return;
      }
      random = spooled;
    }
    yield { kind: "note", message: "Read for what loading it does. Texts that it holds were not searched as records." };
    if ((random.sizeBytes ?? 0) === 0) yield problem("truncated", "It is empty.");
    else yield* readPickles(random, context);
  },
};
