// What a name in a pickle is: ordinary, a threat that can be named, or on no list.
import { CLASS_MODULES, FUNCTION_MODULES, ORDINARY_CALLS, STANDARD_ENUMS } from "./ordinary.data.ts";
import { STANDARD_MODULES, THREAT_CLASSES, THREAT_ENDS, THREAT_MODULES, THREAT_NAMES } from "./threats.data.ts";

const CALLS: ReadonlySet<string> = new Set(
  ORDINARY_CALLS.replaceAll(/\n +/g, " ")
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [module = "", names = ""] = line.split(":");
      return names
        .trim()
        .split(/\s+/)
        .map((name) => `${module}.${name}`);
    }),
);

/** May be called while loading, with any operands. */
export const isOrdinaryCall = (module: string, name: string): boolean =>
  CALLS.has(`${module}.${name}`) ||
  isTorchScript(module) ||
  // Named tuples of the results of an operator.
  (module === "torch.return_types" && /^\w+$/.test(name)) ||
  // Cython writes one such function for each class that it can pickle.
  (/^__pyx_unpickle_\w+$/.test(name) && under(module, CLASS_MODULES)) ||
  (isClassName(name) && under(module, CALLED_CLASSES));

/** Classes that their library calls while it unpickles them. */
const CALLED_CLASSES = [
  "sklearn",
  "scipy.sparse",
  "scipy.stats",
  "scipy.spatial",
  "torch.nn.modules",
  "torch.optim",
  "transformers.training_args",
  "transformers.trainer_utils",
  "transformers.trainer_callback",
  "transformers.utils.generic",
  "transformers.debug_utils",
  "transformers.modeling_outputs",
  "accelerate.utils.dataclasses",
  "accelerate.state",
  "peft.utils.peft_types",
  "peft.tuners",
  "pandas.core.dtypes",
  "pandas.core.arrays",
  "pandas.core.indexes",
  "spacy.vocab",
  "statsmodels",
  "nltk.probability",
  "lifelines",
  "networkx.classes",
  "omegaconf",
];

const isTorchScript = (module: string): boolean => /^__torch__(\.[\w]+)*$/.test(module);

/** A class of a library that makes models: its objects may be made and given a state. */
export const isOrdinaryClass = (module: string, name: string): boolean =>
  isOrdinaryCall(module, name) || (isClassName(name) && under(module, CLASS_MODULES));

/** May stand in a pickle as a value. */
export const isOrdinaryValue = (module: string, name: string): boolean =>
  isOrdinaryClass(module, name) ||
  ORDINARY_VALUES.has(`${module}.${name}`) ||
  STANDARD_ENUMS.has(`${module}.${name}`) ||
  (/^[a-z]\w*$/.test(name) && under(module, FUNCTION_MODULES) && !OPENERS.test(name));

/** They call nothing by themselves; what is done with them is judged where it is done. */
const ORDINARY_VALUES: ReadonlySet<string> = new Set([
  "builtins.getattr",
  "builtins.len",
  "builtins.max",
  "builtins.min",
  "builtins.sum",
  "builtins.abs",
  "builtins.round",
  "builtins.sorted",
  "builtins.print",
  "builtins.id",
  "builtins.hash",
  "builtins.repr",
  "builtins.super",
  "builtins.property",
  "builtins.staticmethod",
  "builtins.classmethod",
  "builtins.isinstance",
  "builtins.iter",
  "functools.partial",
  "functools._lru_cache_wrapper",
  "functools.lru_cache",
  "operator.itemgetter",
  "operator.attrgetter",
  "operator.getitem",
  "_operator.getitem",
  "codecs.encode",
  "types.MethodType",
  "torch.storage._load_from_bytes",
  "dill._dill._create_code",
  "dill._dill._create_function",
  "dill._dill._create_type",
  "dill._dill._import_module",
  "dill._dill._get_attr",
  "dill._dill._setitems",
  "dill._dill._create_namedtuple",
  "cloudpickle.cloudpickle._make_function",
  "cloudpickle.cloudpickle._builtin_type",
  "cloudpickle.cloudpickle._function_setstate",
  "cloudpickle.cloudpickle._class_setstate",
  "cloudpickle.cloudpickle._make_skeleton_class",
  "cloudpickle.cloudpickle._make_skeleton_enum",
  "cloudpickle.cloudpickle._make_typevar",
  "cloudpickle.cloudpickle.subimport",
  "cloudpickle.cloudpickle._empty_cell_value",
]);

/** Functions of numerical libraries that read, write or run. */
const OPENERS =
  /^_|load|save|read|write|file|memmap|eval|exec|compile|import|open|hub|run|source|info|show|test|frompy|vectorize|apply|fromfunction|lookfor|download|fetch|dump|config|piecewise|size$|setbufsize|seterr|set_|get_include|deprecate|inline|cpp|library|vmap|func/;

/** What it does, where it is a threat. */
export function threat(module: string, name: string): string | undefined {
  const full = `${module}.${name}`;
  if (Object.hasOwn(THREAT_NAMES, full)) return THREAT_NAMES[full];
  // `logging` + `os.system`, `numpy.f2py.os` + `popen`: a name reached through another module.
  const parts = full.split(".");
  if (parts.length > 64) return "hides what it names in a long path";
  for (let i = 0; i < parts.length - 1; i++) {
    const rest = parts.slice(i).join(".");
    if (Object.hasOwn(THREAT_NAMES, rest)) return THREAT_NAMES[rest];
  }
  const [root = ""] = parts;
  if (Object.hasOwn(THREAT_MODULES, root) && !isOrdinaryValue(module, name)) return THREAT_MODULES[root];
  const inner = parts.slice(1).find((part) => Object.hasOwn(THREAT_MODULES, part) && PLAIN_MODULES.has(part));
  if (inner !== undefined) return THREAT_MODULES[inner];
  const last = parts[parts.length - 1] ?? "";
  if (Object.hasOwn(THREAT_CLASSES, last) && (name.includes(".") || under(module, CLASS_MODULES)))
    return THREAT_CLASSES[last];
  if (name.includes(".") && THREAT_ENDS.has(last)) return "reaches what runs code";
  return undefined;
}

/** Made or called, they open a file; as the class of an array, they do not. */
export const opensFiles = (module: string, name: string): string | undefined =>
  /(?:^|\.)memmap$/.test(`${module}.${name}`) && /^numpy\b/.test(module)
    ? "opens or writes the file that it is given"
    : undefined;

/** Modules that mean the same wherever they are reached. */
const PLAIN_MODULES = new Set([
  "os",
  "posix",
  "nt",
  "subprocess",
  "sys",
  "shutil",
  "socket",
  "pty",
  "ctypes",
  "importlib",
  "pickle",
  "marshal",
]);

export const isStandard = (module: string): boolean => {
  const root = module.split(".", 1)[0] ?? "";
  return STANDARD_MODULES.has(root) || Object.hasOwn(THREAT_MODULES, root);
};

/** `Linear`, `ResNet50`, `CSRMatrix`, `csr_matrix` of scipy; no dots: a nested class is on no list. */
const isClassName = (name: string): boolean =>
  /^(?:_{0,2}[A-Z]|[sdcz][A-Z][a-z])\w*$/.test(name) || /^(?:cs[rc]|coo|bsr|dia|dok|lil)_(?:matrix|array)$/.test(name);

const under = (module: string, list: readonly string[]): boolean =>
  list.some((root) => module === root || (module.startsWith(root) && module.charCodeAt(root.length) === 46));
