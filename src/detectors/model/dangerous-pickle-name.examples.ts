// Inert: names of operations, and no pickle that anything could load.
import type { Example } from "../../core/detector.ts";
import { name, pickled, text, use } from "./testing/pickle.ts";

const COMMAND = ["ec", "ho hello"].join("");

export const examples: readonly Example[] = [
  {
    title: "A command is run",
    given: pickled([use("import", "posix:system"), use("call", "posix:system", text(COMMAND))]),
    finds: ["12 critical"],
  },
  {
    title: "The same module, reached through another one",
    given: pickled([use("import", "logging:os.system"), use("call", "logging:os.system", text(COMMAND))]),
    finds: ["12 critical"],
  },
  {
    title: "A dangerous name is handed to an ordinary call",
    given: pickled([
      use("import", "functools:partial"),
      use("import", "builtins:eval"),
      use("call", "functools:partial", name("builtins:eval")),
    ]),
    finds: ["12 critical"],
  },
  {
    title: "A method by its name, of a name that is dangerous",
    given: pickled([use("call", "builtins:getattr", name("importlib:machinery"), text("SourceFileLoader"))]),
    finds: ["2 critical"],
  },
  {
    title: "The weights of a network",
    given: pickled([
      use("import", "collections:OrderedDict"),
      use("import", "torch._utils:_rebuild_tensor_v2"),
      use("import", "torch:FloatStorage"),
      use("call", "torch._utils:_rebuild_tensor_v2"),
      use("call", "collections:OrderedDict"),
    ]),
    finds: [],
  },
  {
    title: "A member of an enumeration, as the settings of a trainer hold it",
    given: pickled([
      use("import", "builtins:getattr"),
      use("import", "transformers.trainer_utils:IntervalStrategy"),
      use("call", "builtins:getattr", name("transformers.trainer_utils:IntervalStrategy"), text("STEPS")),
    ]),
    finds: [],
  },
];
