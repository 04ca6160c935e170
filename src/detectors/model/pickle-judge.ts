// Judges what a pickle does, one operation at a time: by the name it uses, how it is used, and the operands that decide
// what is called. What is on no list is not trusted: called, it is a finding that fails; kept, one that is told.
import type { Argument, ModelPart, Operation } from "../../core/model.ts";
import { isOrdinaryCall, isOrdinaryClass, isOrdinaryValue, isStandard, opensFiles, threat } from "./names.ts";
import { STANDARD_ENUMS } from "./ordinary.data.ts";

export type Grade =
  /** A name that runs code, opens something or unpickles. */
  | "threat"
  /** Something on no list is called, or an imported object changed. */
  | "call"
  /** Something on no list stands there as a value, or objects of it are made. */
  | "name"
  | "ordinary";

export interface Judged {
  readonly grade: Grade;
  /** What it does, or why it is not ordinary: the end of a sentence. */
  readonly why: string;
  /** The full name that decided. */
  readonly subject: string;
  /** Only of `name`: of the standard library, where no class of a model comes from. */
  readonly standard?: boolean;
}

const ORDINARY: Judged = { grade: "ordinary", why: "", subject: "" };

/** Results of results are followed so far. */
const FOLLOWED_MAX = 8;

interface Name {
  readonly module: string;
  readonly name: string;
}

export function judge(operation: Operation, model: ModelPart): Judged {
  const { module = "", name } = operation;
  switch (operation.use) {
    case "import":
      return asValue({ module, name });
    case "new":
      if (operation.callee !== undefined) return called(operation.callee, model, 0);
      if (operation.method === "_reconstructor") return reconstructed(operation, model);
      return made({ module, name }, operation.arguments, model);
    case "state":
      return operation.callee === undefined ? ORDINARY : stated(operation, operation.callee, model);
    case "patch":
      return {
        grade: "call",
        why: "changes what this name stands for, for the whole process",
        subject: full({ module, name }),
      };
    case "call":
      return operation.callee === undefined
        ? asCall({ module, name }, operation.arguments, model)
        : called(operation.callee, model, 0);
    default:
      return ORDINARY;
  }
}

/** `copyreg._reconstructor(class, base, state)` calls the base with the state, unless the base is `object`. */
function reconstructed({ module = "", name, arguments: operands }: Operation, model: ModelPart): Judged {
  const [base, ...state] = operands;
  const made = asClass({ module, name });
  if (base?.kind !== "global")
    return unlisted(full({ module, name }), "is made by a base that is computed while loading");
  const called = asCall(base, state, model);
  return called.grade === "ordinary" || made.grade === "threat" ? made : called;
}

const full = ({ module, name }: Name): string => `${module}.${name}`;

function asValue(of: Name): Judged {
  const harm = threat(of.module, of.name);
  if (harm !== undefined) return { grade: "threat", why: harm, subject: full(of) };
  if (of.module === "?" || of.name === "?")
    return { grade: "call", why: "is a name that is computed while loading", subject: full(of) };
  if (of.module === "copyreg" && of.name.startsWith("_"))
    return isOrdinaryCall(of.module, of.name)
      ? ORDINARY
      : { grade: "call", why: "takes a name from the extension registry", subject: full(of) };
  if (isOrdinaryValue(of.module, of.name)) return ORDINARY;
  return { grade: "name", why: "is on no list of ordinary names", subject: full(of), standard: isStandard(of.module) };
}

function asClass(of: Name): Judged {
  const value = asValue(of);
  if (value.grade !== "ordinary") return value;
  return isOrdinaryClass(of.module, of.name) || isOrdinaryValue(of.module, of.name)
    ? ORDINARY
    : { grade: "name", why: "is on no list of ordinary classes", subject: full(of) };
}

/** `class.__new__(class, …)`: the operands reach what the class does when it is made. */
function made(of: Name, operands: readonly Argument[], model: ModelPart): Judged {
  const opens = opensFiles(of.module, of.name);
  if (opens !== undefined) return { grade: "threat", why: opens, subject: full(of) };
  return isSymbolic(of) ? symbolic(of, operands, model) : asClass(of);
}

/** SymPy's classes read texts among their operands as programs (`sympify`), all but those that keep a name. */
const isSymbolic = ({ module }: Name): boolean => module === "sympy" || module.startsWith("sympy.");

function symbolic(of: Name, operands: readonly Argument[], model: ModelPart): Judged {
  if (
    /^(?:Symbol|Dummy|Float)$/.test(of.name) &&
    operands.every((one) => one.kind !== "text" || /^[\w. -]{0,80}$/.test(one.text))
  )
    return ORDINARY;
  const plain = operands.every(
    (one) =>
      one.kind === "number" ||
      (one.kind === "result" && isSymbolic(nameOf(model.operations[one.of]))) ||
      (one.kind === "other" && /^(?:number|None|True|False|\(\))$/.test(one.text)),
  );
  return plain ? ORDINARY : unlisted(full(of), "reads a text among its operands as a program");
}

const nameOf = (operation: Operation | undefined): Name => ({
  module: operation?.module ?? "",
  name: operation?.name ?? "",
});

function asCall(of: Name, operands: readonly Argument[], model: ModelPart): Judged {
  const harm = threat(of.module, of.name);
  const whole = full(of);
  const rule = RULES[whole];
  if (rule) return rule(operands, model);
  if (harm !== undefined) return { grade: "threat", why: harm, subject: whole };
  const opens = opensFiles(of.module, of.name);
  if (opens !== undefined) return { grade: "threat", why: opens, subject: whole };
  if (isSymbolic(of) && /^[A-Z]\w*$/.test(of.name)) return symbolic(of, operands, model);
  if (isOrdinaryCall(of.module, of.name) || isMember(of, operands)) return ORDINARY;
  if (isOwnMember(of, operands)) return asValue(of);
  return { grade: "call", why: "is on no list of what a model calls while it is loaded", subject: whole };
}

/** `Strategy("steps")`, `Mode(2)`: how a member of an enumeration is pickled, and nothing that could be told to do harm. */
const isPlain = (operand: Argument): boolean =>
  operand.kind === "number" ||
  (operand.kind === "text" && /^[\w-]{0,40}$/.test(operand.text)) ||
  (operand.kind === "other" && PLAIN.test(operand.text));
/** A value without an inside, or a tuple of such values. */
const PLAIN = /^(?:None|True|False|number|\((?:(?:-?\d+|None|True|False|number|"[\w-]{0,40}")(?:, |,?\)))+)$/;

const isMember = ({ module, name }: Name, operands: readonly Argument[]): boolean => {
  if (STANDARD_ENUMS.has(full({ module, name }))) return operands.length === 1;
  if (operands.length <= 2 && operands.every(isPlain)) return isOrdinaryClass(module, name);
  // A member whose value is an object: the weights of a model of torchvision.
  return operands.length === 1 && /^torchvision\.models\.[\w.]+$/.test(module) && /^\w+_Weights$/.test(name);
};

/** The same of a class of the program that loads the file, or, with a number, of any class that is no standard one. */
const isOwnMember = ({ module, name }: Name, operands: readonly Argument[]): boolean =>
  operands.length === 1 &&
  /^_?[A-Z]\w*$/.test(name) &&
  !isStandard(module) &&
  (module === "__main__" ? operands.every(isPlain) : operands[0]?.kind === "number");

const unlisted = (subject: string, why = "is on no list of what a model calls while it is loaded"): Judged => ({
  grade: "call",
  why,
  subject,
});

type Rule = (operands: readonly Argument[], model: ModelPart) => Judged;

/** The first operand is called, or made, by these. */
const callsFirst =
  (rest: readonly number[] = [0]): Rule =>
  (operands, model) => {
    for (const at of rest) {
      const operand = operands[at];
      if (operand?.kind === "global") {
        const judged = asCall(operand, operands.slice(at + 1), model);
        if (judged.grade !== "ordinary" && !isOrdinaryClass(operand.module, operand.name)) return judged;
      } else if (operand?.kind === "result") {
        const judged = called(operand.of, model, 1);
        if (judged.grade !== "ordinary") return judged;
      }
    }
    return ORDINARY;
  };

const makesFirst: Rule = (operands) => {
  const [first] = operands;
  return first?.kind === "global" ? asClass(first) : ORDINARY;
};

/** A name is looked up by two texts, or one. */
const byText: Rule = (operands) => {
  const texts = operands.map((operand) => (operand.kind === "text" ? operand.text : undefined));
  const [first, second] = texts;
  if (first === undefined) return unlisted("?", "looks a name up that is computed while loading");
  const dot = first.lastIndexOf(".");
  const of =
    second === undefined && dot > 0
      ? { module: first.slice(0, dot), name: first.slice(dot + 1) }
      : { module: first, name: second ?? "" };
  return asValue(of);
};

const RULES: Readonly<Record<string, Rule>> = {
  "builtins.getattr": (operands, model) => {
    const found = attribute(operands, model);
    return typeof found === "object" && "grade" in found ? found : ORDINARY;
  },
  "functools.partial": () => ORDINARY,
  "operator.itemgetter": () => ORDINARY,
  // Not called here: what is done with it is judged where it is done.
  "operator.attrgetter": (operands) =>
    operands.every((one) => one.kind === "text" && /^[A-Za-z]\w{0,40}$/.test(one.text))
      ? ORDINARY
      : { grade: "threat", why: "looks names up by text", subject: "operator.attrgetter" },
  // `iter(callable, end)` calls.
  "builtins.iter": ({ length }) => (length === 1 ? ORDINARY : unlisted("builtins.iter", "calls what it is given")),
  // `typing.List[int]`; of anything else an item is as good as an attribute.
  "_operator.getitem": ofTyping,
  "operator.getitem": ofTyping,
  "dateutil.tz._tzfile._unpickle": makesFirst,
  // Without a file it makes an empty one, whose state follows.
  "dateutil.tz.tz.tzfile": ([file]) =>
    file?.kind === "other" && file.text === "None" ? ORDINARY : unlisted("dateutil.tz.tz.tzfile", "opens files"),
  "types.MethodType": () => ORDINARY,
  "_codecs.encode": encoded,
  "codecs.encode": encoded,
  // Of the second operand, no more than its class is used.
  "torch._tensor._rebuild_from_type_v2": (operands, model) => {
    const judged = callsFirst()(operands, model);
    return judged.grade === "ordinary" ? makesFirst(operands.slice(1), model) : judged;
  },
  "torch._utils._rebuild_wrapper_subclass": makesFirst,
  "numpy.core.multiarray._reconstruct": makesFirst,
  "numpy._core.multiarray._reconstruct": makesFirst,
  "numpy.core._internal._reconstruct": makesFirst,
  "pandas.core.indexes.base._new_Index": makesFirst,
  "pandas.core.indexes.datetimes._new_DatetimeIndex": makesFirst,
  "pandas.core.indexes.period._new_PeriodIndex": makesFirst,
  "pandas.core.indexes.interval._new_IntervalIndex": makesFirst,
  "numpy.core._ufunc_reconstruct": byText,
  "numpy._core._ufunc_reconstruct": byText,
  "numpy.core.numeric._frombuffer": () => ORDINARY,
  "dill._dill._import_module": byText,
  "dill._dill._get_attr": byText,
  "cloudpickle.cloudpickle.subimport": byText,
  "dill._dill._load_type": ofType,
  // What it unpickles stands in its operand, and is read as a file of its own.
  "torch.storage._load_from_bytes": ([bytes], model) =>
    bytes?.kind === "text" ||
    (bytes?.kind === "result" && full(nameOf(model.operations[bytes.of])) === "_codecs.encode")
      ? ORDINARY
      : unlisted("torch.storage._load_from_bytes", "unpickles what another call gives"),
  "dill._dill._create_type": callsFirst(),
  "dill._dill._setitems": () => ORDINARY,
  // Where there is a class of this name already, it is that one.
  "dill._dill._create_namedtuple": (operands) => {
    const of = namedTuple(operands);
    return of
      ? asClass(of)
      : unlisted("dill._dill._create_namedtuple", "looks up a name that is computed while loading");
  },
  "dill._dill._create_code": code,
  "dill._dill._create_function": () => CODE,
  "cloudpickle.cloudpickle._make_function": () => CODE,
  "cloudpickle.cloudpickle._builtin_type": ofType,
  "cloudpickle.cloudpickle._function_setstate": () => ORDINARY,
  "cloudpickle.cloudpickle._class_setstate": () => ORDINARY,
  "cloudpickle.cloudpickle._make_skeleton_class": () => ORDINARY,
  "cloudpickle.cloudpickle._make_skeleton_enum": () => ORDINARY,
  "cloudpickle.cloudpickle._make_typevar": () => ORDINARY,
};

/** Text as bytes, as pickles of protocol 2 and below write them. */
function encoded([, codec]: readonly Argument[]): Judged {
  const plain =
    codec === undefined ||
    (codec.kind === "text" && /^(?:latin[-_]?1|utf[-_]?8|ascii|iso-?8859-?1)$/i.test(codec.text));
  return plain ? ORDINARY : unlisted("_codecs.encode", "transforms text, as if to hide it");
}

function ofTyping([owner]: readonly Argument[]): Judged {
  return owner?.kind === "global" && owner.module === "typing" && /^[A-Z]\w*$/.test(owner.name)
    ? ORDINARY
    : unlisted("operator.getitem", "takes an item out of an object while it is loaded");
}

const CODE: Judged = {
  grade: "call",
  why: "makes a function of code that the file itself holds, which runs when the function is called",
  subject: "code in the file",
};

function namedTuple([name, , module]: readonly Argument[]): Name | undefined {
  return name?.kind === "text" && module?.kind === "text" ? { module: module.text, name: name.text } : undefined;
}

/** Types by name: that of code is there to make code. */
function ofType([type]: readonly Argument[]): Judged {
  if (type?.kind !== "text") return unlisted("?", "looks a type up by a name that is computed while loading");
  return /^(?:CodeType|FunctionType|LambdaType)$/.test(type.text) ? CODE : ORDINARY;
}

/** Code is judged by the names that it uses. */
function code(operands: readonly Argument[]): Judged {
  const said = operands.map((operand) => ("text" in operand ? operand.text : "")).join(" ");
  const used =
    /\b(?:os|posix|subprocess|socket|ctypes|pty|shutil|importlib|__import__|eval|exec|system|popen|Popen|urlopen|urllib|requests|marshal|pickle)\b/.exec(
      said,
    )?.[0];
  return used === undefined
    ? CODE
    : { grade: "threat", why: `is code that the file holds, and it uses ${used}`, subject: "code in the file" };
}

/** What `getattr` gives: a name, or the reason why it is a finding. */
function attribute(operands: readonly Argument[], model: ModelPart): Name | Judged {
  const [owner, attr] = operands;
  if (attr?.kind !== "text")
    return unlisted("builtins.getattr", "looks up an attribute whose name is computed while loading");
  const inner = unlisted(
    `builtins.getattr(…, ${JSON.stringify(attr.text.slice(0, 60))})`,
    "reaches for the insides of an object",
  );
  if (owner?.kind === "global") {
    const of = { module: owner.module, name: `${owner.name}.${attr.text}` };
    if (isOrdinaryCall(of.module, of.name)) return of;
    if (attr.text.startsWith("__")) return inner;
    const harm = threat(of.module, of.name);
    if (harm !== undefined) return { grade: "threat", why: harm, subject: full(of) };
    if (isOrdinaryValue(owner.module, owner.name)) return of;
    // A member of an enumeration, a method of a class: named, not called.
    return {
      grade: "name",
      why: "is on no list of ordinary names",
      subject: full(of),
      standard: isStandard(of.module),
    };
  }
  if (attr.text.startsWith("__")) return inner;
  if (owner?.kind === "result")
    return { module: `(${model.operations[owner.of]?.text.slice(0, 80) ?? "…"})`, name: attr.text };
  // A method of a list, a dictionary or a text: named, not called.
  return { module: "(value)", name: attr.text };
}

/** The result of an operation is called. */
function called(index: number, model: ModelPart, followed: number): Judged {
  const made = model.operations[index];
  if (!made || followed > FOLLOWED_MAX) return unlisted("…", "calls what another call gives");
  const whole = full({ module: made.module ?? "", name: made.name });
  const said = made.text.slice(0, 120);
  if (made.use === "call" && made.callee === undefined) {
    if (whole === "builtins.getattr") {
      const found = attribute(made.arguments, model);
      if ("grade" in found) return found.grade === "name" ? { ...found, grade: "call" } : found;
      if (isOrdinaryCall(found.module, found.name)) return ORDINARY;
      return unlisted(full(found), "is a method on no list of what a model calls while it is loaded");
    }
    if (whole === "functools.partial") {
      const [first] = made.arguments;
      if (first?.kind === "global") return asCall(first, made.arguments.slice(1), model);
      if (first?.kind === "result") return called(first.of, model, followed + 1);
    }
    if (whole === "dill._dill._load_type" || whole === "cloudpickle.cloudpickle._builtin_type") {
      const [type] = made.arguments;
      const name = type?.kind === "text" ? type.text : "?";
      if (/^(?:CodeType|FunctionType|LambdaType)$/.test(name)) return CODE;
      return /^[A-Z]\w*Type$/.test(name) || isOrdinaryCall("builtins", name) || isOrdinaryCall("types", name)
        ? ORDINARY
        : unlisted(said);
    }
    if (whole === "dill._dill._create_namedtuple") {
      const of = namedTuple(made.arguments);
      if (of?.module === "__main__") return asClass(of);
    }
  }
  return unlisted(said, "is the result of another call, and is called");
}

/** The only text that SciPy puts there (scipy/stats/_distn_infrastructure.py, `parse_arg_template`). */
const ARGUMENT_PARSER =
  /^\ndef _parse_args\(self, [\w, =.]*\):\n {4}return \([\w, ]*\), [\w, =.]*\n\ndef _parse_args_rvs\(self, [\w, =.]*, size=None\):\n {4}return self\._argcheck_rvs\([\w, ]*, size=size\)\n\ndef _parse_args_stats\(self, [\w, =.]*, moments='mv'\):\n {4}return \([\w, ]*\), [\w, =.]*, moments\n$/;

const ARRAYS =
  /^(?:torch\._utils\._rebuild_\w+|torch\._tensor\._rebuild_from_type_v2|numpy\.(?:_?core\.)\w+\._(?:reconstruct|frombuffer))$/;

/** The result of an operation is given a state. */
function stated({ method, arguments: operands }: Operation, index: number, model: ModelPart): Judged {
  const made = model.operations[index];
  const [, code] = operands;
  if (code && !(code.kind === "text" && ARGUMENT_PARSER.test(code.text)))
    return unlisted(full(nameOf(made)), "is given a state with a text that it runs as a program");
  if (!made) return ORDINARY;
  const whole = full({ module: made.module ?? "", name: made.name });
  // Setting the state of what `getattr` gives changes an object that was there before.
  if (made.use === "call" && whole === "builtins.getattr")
    return unlisted(made.text.slice(0, 120), "is changed, and was there before the file was loaded");
  // Items are written into the memory of a tensor: past its end, where the file says that it is longer than it is.
  if (method !== undefined && method !== "__setstate__" && ARRAYS.test(whole))
    return unlisted(whole, "makes an array, and items are written into it, which no pickler does");
  if (made.use === "new" && made.callee === undefined) return asClass({ module: made.module ?? "", name: made.name });
  return ORDINARY;
}
