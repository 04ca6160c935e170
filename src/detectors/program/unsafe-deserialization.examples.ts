// Examples of unsafe-deserialization.
import type { Example } from "../../core/detector.ts";
import { builder, python } from "./testing/program.ts";

export const examples: readonly Example[] = [
  python(
    "A loading script that unpickles its data",
    ["21 medium"],
    ...builder("import pickle; pickle.load(open(path, 'rb'))"),
  ),
  python("A pickle on disk", ["2 low"], "from pickle import load as read", 'read(open("cache.pkl", "rb"))'),
  python(
    "A checkpoint, and an array that may hold objects",
    ["3 info", "4 info"],
    "import torch",
    "import numpy as np",
    'torch.load("model.pt")',
    'np.load("a.npy", allow_pickle=True)',
  ),
  python("YAML with tags", ["2 info"], "import yaml", "yaml.load(text, Loader=yaml.Loader)"),
  python(
    "The same loads, made harmless",
    [],
    "import torch, yaml",
    "import numpy as np",
    'torch.load("model.pt", weights_only=True)',
    'np.load("a.npy")',
    "yaml.safe_load(text)",
    "yaml.load(text, Loader=yaml.SafeLoader)",
  ),
];
