import type { Example } from "../../core/detector.ts";
import { name, pickled, text, use } from "./testing/pickle.ts";

export const examples: readonly Example[] = [
  {
    title: "A whole model, with the class of its author",
    given: pickled([use("import", "my_project.model:Net"), use("new", "my_project.model:Net")]),
    finds: ["2 low"],
  },
  {
    title: "A function of the standard library that models have no use for",
    given: pickled([use("import", "platform:node")]),
    finds: ["2 medium"],
  },
  {
    title: "A member of an enumeration of one's own",
    given: pickled([use("call", "builtins:getattr", name("my_project:Mode"), text("FAST"))]),
    finds: ["2 low"],
  },
  {
    title: "Classes of a library on the list",
    given: pickled([use("import", "torch.nn.modules.linear:Linear"), use("new", "torch.nn.modules.linear:Linear")]),
    finds: [],
  },
];
