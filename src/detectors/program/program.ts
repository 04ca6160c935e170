// A Python program as detectors see it: its calls by qualified name with what reaches their arguments, its classes, and
// under which conditions a call runs. Worked out once per document.
import type { DocumentPart } from "../../core/format.ts";
import { excerpt as cut } from "../../base/escape.ts";
import type { Severity } from "../../core/severity.ts";
import { CALLS_MAX, Evaluation, functionAround, type Call } from "./evaluate.ts";
import { parsePython, type Node, type Syntax } from "./syntax.ts";
import { NOTHING, type Origin, type Value } from "./value.ts";

export interface ClassInfo {
  readonly name: string;
  readonly bases: readonly string[];
  readonly node: Node;
}

export interface Guard {
  readonly value: Value;
  readonly source: string;
}

/** Base classes of scripts that `datasets` runs to load a dataset. */
const BUILDER =
  /(?:^|\.)(?:GeneratorBasedBuilder|ArrowBasedBuilder|DatasetBuilder|BeamBasedBuilder|_CountableBuilderMixin)$/;
/** Files that transformers, diffusers, sentence-transformers and inference servers import for a model. */
const MODEL_NAME =
  /^(?:(?:modeling|modelling|modular|configuration|tokenization|processing|image_processing|video_processing|feature_extraction|generation|pipeline|scheduling|scheduler|unet|transformer|custom_st|custom_generate)(?:_\w{1,80})?|handler|generate)\.py$/;
const MODEL =
  /(?:^|\.)(?:\w{0,40}PreTrainedModel|PretrainedConfig|PreTrainedConfig|PreTrainedTokenizer(?:Fast|Base)?|ProcessorMixin|FeatureExtractionMixin|SequenceFeatureExtractor|BaseImageProcessor(?:Fast)?|DiffusionPipeline|ModelMixin|SchedulerMixin|LogitsProcessor|StoppingCriteria|GenerationMixin)$/;
/** Functions up through which the conditions of a call are followed. */
const CALLERS_DEPTH_MAX = 3;
const GUARDS_MAX = 64;

export class Program {
  readonly syntax: Syntax;
  /** The base name of its file, lower case; empty where it has none. */
  readonly name: string;
  /** Set where something of the program was not understood. */
  readonly unread: string | undefined;
  /** What was worked out of its calls, which every detector asks for. */
  readonly taints: WeakMap<Call, number> = new WeakMap();
  readonly severities: WeakMap<Call, Severity | undefined> = new WeakMap();
  readonly evaluation: Evaluation;
  readonly calls: readonly Call[];
  readonly classes: readonly ClassInfo[];
  /** True for a script that loads a dataset. */
  readonly isBuilder: boolean;
  /** True for a script that installs a package. */
  readonly isSetup: boolean;
  /** True for code that loading a model imports. */
  readonly isModel: boolean;

  constructor(document: DocumentPart) {
    this.syntax = parsePython(document.text, document.cell !== undefined);
    this.evaluation = new Evaluation(this.syntax);
    this.unread =
      this.syntax.unread ??
      (this.evaluation.calls.length >= CALLS_MAX ? `made of more than ${CALLS_MAX} calls` : undefined);
    this.calls = this.evaluation.calls.toSorted((a, b) => a.node.from - b.node.from);
    this.classes = this.syntax.nodes.filter(({ type }) => type === "ClassDefinition").map((node) => this.#class(node));
    this.isBuilder = this.classes.some(({ bases }) => bases.some((base) => BUILDER.test(base)));
    this.name = document.name ?? "";
    this.isModel =
      MODEL_NAME.test(document.name ?? "") || this.classes.some(({ bases }) => bases.some((base) => MODEL.test(base)));
    this.isSetup = this.calls.some(({ name }) => /^(?:setuptools|distutils\.core)\.setup$/.test(name));
  }

  #class(node: Node): ClassInfo {
    const name = node.kids.find(({ type }) => type === "VariableName");
    const bases = node.kids.find(({ type }) => type === "ArgList")?.kids ?? [];
    return {
      name: name ? this.evaluation.source(name) : "",
      bases: bases
        .filter(({ type }) => type === "VariableName" || type === "MemberExpression")
        .map((base) => this.evaluation.valueOf(base).name ?? this.evaluation.source(base)),
      node,
    };
  }

  lineOf(node: Node): number {
    return this.syntax.lineOf(node.from);
  }

  excerptOf(node: Node): string {
    return cut(this.syntax.text, node.from, Math.min(node.to, node.from + 300), 20).trim();
  }

  /** What must hold, or have been waited for, before the node runs. */
  guards(node: Node): Guard[] {
    const guards: Guard[] = [];
    this.#guards(node, guards, 0, new Set());
    return guards;
  }

  #guards(node: Node, guards: Guard[], depth: number, seen: Set<Node>): void {
    if (seen.has(node)) return;
    seen.add(node);
    let below = node;
    for (let at = node.up; at && guards.length < GUARDS_MAX; below = at, at = at.up) {
      if (
        at.type === "IfStatement" ||
        at.type === "WhileStatement" ||
        at.type === "ConditionalExpression" ||
        at.type === "BinaryExpression"
      ) {
        const end = at.kids.indexOf(below);
        // The condition of a ConditionalExpression stands behind its first branch; `a and b` guards b by a.
        for (const kid of at.type === "ConditionalExpression" ? at.kids.slice(2, 3) : at.kids.slice(0, end))
          this.#guard(kid, guards);
      } else if (at.type === "Body" || at.type === "Script") {
        for (const kid of at.kids.slice(Math.max(0, at.kids.indexOf(below) - 20), at.kids.indexOf(below)))
          if (leavesOrWaits(kid)) this.#guard(kid.kids[1], guards);
      }
      if (at.type === "FunctionDefinition") break;
    }
    const owner = functionAround(node);
    if (!owner || depth >= CALLERS_DEPTH_MAX) return;
    for (const caller of (this.evaluation.callers.get(owner) ?? []).slice(0, 8))
      this.#guards(caller, guards, depth + 1, seen);
  }

  #guard(condition: Node | undefined, guards: Guard[]): void {
    if (!condition || !/^[A-Z]/.test(condition.type) || condition.type === "Body") return;
    const value = this.evaluation.valueOf(condition);
    if (value !== NOTHING && value.labels !== 0)
      guards.push({
        value,
        source: this.syntax.text.slice(condition.from, Math.min(condition.to, condition.from + 300)),
      });
  }

  /** True where loading the file is enough: at the top, in a class body, a decorator, a default, or in a function that is
   * called from such a place; not under `if __name__ == "__main__"`. */
  runsOnImport(node: Node, depth = 0): boolean {
    let below = node;
    for (let at = node.up; at; below = at, at = at.up) {
      if (at.type === "IfStatement" && /__name__/.test(this.syntax.text.slice(at.from, Math.min(at.to, at.from + 60))))
        return false;
      const isBody = (at.type === "FunctionDefinition" && below.type === "Body") || at.type === "LambdaExpression";
      if (!isBody) continue;
      if (depth >= CALLERS_DEPTH_MAX) return false;
      return (this.evaluation.callers.get(at) ?? []).slice(0, 8).some((caller) => this.runsOnImport(caller, depth + 1));
    }
    return true;
  }

  /** True inside `try: … except: pass`, where nobody hears of a failure. */
  isSwallowed(node: Node): boolean {
    for (let at: Node | undefined = node; at; at = at.up) {
      if (at.up?.type !== "TryStatement" || at.up.kids[1] !== at) continue;
      const { kids } = at.up;
      return kids.some(
        (kid, i) => kid.type === "except" && isEmptyBody(kids.find((next, n) => n > i && next.type === "Body")),
      );
    }
    return false;
  }
}

const isEmptyBody = (body: Node | undefined): boolean => {
  const statements = body?.kids.filter(({ type }) => type !== ":" && type !== "Comment") ?? [];
  return (
    statements.length > 0 &&
    statements.every(
      ({ type, kids }) =>
        type === "PassStatement" || type === "ContinueStatement" || (type === "ReturnStatement" && kids.length === 1),
    )
  );
};

/** `if …: return`, or `while …: sleep`: what follows runs only when it does not hold. */
function leavesOrWaits(node: Node): boolean {
  if (node.type === "WhileStatement") return true;
  if (node.type !== "IfStatement") return false;
  const body = node.kids.find(({ type }) => type === "Body");
  return /^(?:Return|Raise|Continue|Break)Statement$/.test(body?.kids[body.kids.length - 1]?.type ?? "");
}

const programs = new WeakMap<DocumentPart, Program>();

/** The program of a document, worked out at the first question. */
export function programOf(document: DocumentPart): Program {
  let program = programs.get(document);
  if (!program) programs.set(document, (program = new Program(document)));
  return program;
}

/** Where a value comes from, for a sentence: `requests.get (line 4)`. */
export function cameFrom(value: Value, label: number): Origin | undefined {
  return value.origins.find((origin) => (origin.label & label) !== 0);
}
