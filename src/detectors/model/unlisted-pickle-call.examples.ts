import type { Example } from "../../core/detector.ts";
import { name, pickled, result, text, use } from "./testing/pickle.ts";

export const examples: readonly Example[] = [
  {
    title: "A function that nobody listed",
    given: pickled([use("import", "some_tool.helpers:restore"), use("call", "some_tool.helpers:restore", text("x"))]),
    finds: ["12 high"],
  },
  {
    title: "A method of an ordinary class is looked up by its name and called",
    given: pickled([
      use("call", "builtins:getattr", name("numpy:ndarray"), text("tofile")),
      use("call", 0, text("/somewhere")),
    ]),
    finds: ["12 high"],
  },
  {
    title: "Insides of an object",
    given: pickled([use("call", "builtins:getattr", name("collections:OrderedDict"), text("__base__"))]),
    finds: ["2 high"],
  },
  {
    title: "An ordinary rebuild function is told to call something else",
    given: pickled([use("call", "torch._tensor:_rebuild_from_type_v2", name("some_tool:run"), name("torch:Tensor"))]),
    finds: ["2 high"],
  },
  {
    title: "What a name stands for is changed for everybody",
    given: pickled([use("patch", "numpy:size", text("x"))]),
    finds: ["2 high"],
  },
  {
    title: "The result of a call is called",
    given: pickled([use("call", "functools:partial", name("some_tool:run")), use("call", 0)]),
    finds: ["12 high"],
  },
  {
    title: "An object is made by calling the base that the file names",
    given: pickled([
      {
        ...use("new", "some_tool:Job", name("some_tool:Job"), text("x y")),
        method: "_reconstructor",
      },
    ]),
    finds: ["2 high"],
  },
  {
    title: "A member of an enumeration of one's own, and a class that is given a path",
    given: pickled([
      use("call", "my_project:Mode", { kind: "number", value: 2 }),
      use("call", "transformers.trainer_utils:IntervalStrategy", text("steps")),
      use("call", "my_project:Log", text("/a/path")),
    ]),
    finds: ["22 high"],
  },
  {
    title: "scikit-learn, pandas and NumPy",
    given: pickled([
      use("call", "numpy.core.multiarray:_reconstruct", name("numpy:ndarray")),
      use("call", "numpy:dtype", text("f8")),
      use("state", "numpy:dtype"),
      use("call", "sklearn.tree._tree:Tree"),
      use("call", "pandas.core.indexes.base:_new_Index", name("pandas.core.indexes.base:Index")),
      use("call", "functools:partial", name("numpy:log1p")),
      use("call", "datetime:datetime", text("x")),
      use("call", "uuid:UUID"),
      use("call", "_codecs:encode", text("x"), text("latin1")),
      use("call", "builtins:set", result(0)),
    ]),
    finds: [],
  },
  {
    title: "An object of a class of one's own",
    given: pickled([use("new", "my_project.model:Net"), use("state", "my_project.model:Net")]),
    finds: [],
  },
];
