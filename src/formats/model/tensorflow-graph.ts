// What the graphs of a TensorFlow model hold: operators with the file names that they are given as constants, assets, and
// the settings of Keras objects. An operator that only the model's own saver reaches is marked so (module `saver`): every
// SavedModel can write its variables where its caller says.
import type { Argument } from "../../core/model.ts";
import { Operations } from "./operations.ts";
import type { Message } from "./protobuf.ts";

/** Constant texts shown of one node. */
const CONSTANTS_MAX = 4;
const CONSTANT_LENGTH_MAX = 200;
const INPUTS_SHOWN = 8;
/** Each is followed through the graph; training leaves a few savers, and more are not its. */
const WRITERS_MAX = 64;

interface Node {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  /** Functions that it calls. */
  readonly functions: readonly string[];
  /** The texts of a constant. */
  readonly constants: readonly string[];
  /** Texts among its attributes. */
  readonly texts: readonly { readonly key: string; readonly text: string }[];
  readonly at: number;
}

export interface KerasSettings {
  readonly name: string;
  readonly text: string;
}

export class TensorflowWalk {
  readonly operations: Operations = new Operations();
  readonly settings: KerasSettings[] = [];

  metaGraph(meta: Message): void {
    const savers = meta.messages("saver_def");
    const outputs = meta
      .messages("signature_def")
      .flatMap((entry) => entry.messages("value"))
      .flatMap((signature) => signature.messages("outputs"))
      .flatMap((entry) => entry.messages("value"))
      .map((tensor) => nodeName(tensor.text("name")));
    const objects = meta.messages("object_graph_def");
    const roots: Roots = {
      saved: savers.map((saver) => nodeName(saver.text("save_tensor_name"))),
      restored: savers.map((saver) => nodeName(saver.text("restore_op_name"))),
      used: outputs,
      called: objects.flatMap((one) => one.messages("concrete_functions")).map((entry) => entry.text("key")),
    };
    for (const graph of meta.messages("graph_def")) this.graph(graph, roots);
    for (const asset of meta.messages("asset_file_def")) this.path(asset.text("filename"), "asset", asset.start);
    for (const object of objects.flatMap((one) => one.messages("nodes"))) {
      for (const user of object.messages("user_object")) this.keras(user.text("identifier"), user.text("metadata"));
    }
  }

  /** Settings of an object: JSON of Keras, or nothing that a loader builds from. */
  keras(identifier: string, metadata: string): void {
    if (metadata.trimStart().startsWith("{")) this.settings.push({ name: identifier, text: metadata });
  }

  graph(graph: Message, roots: Roots = { saved: [], restored: [], used: [], called: [] }): void {
    const main = new Nodes(graph.messages("node"));
    const functions = new Map<string, Nodes>();
    for (const one of graph.messages("library").flatMap((library) => library.messages("function"))) {
      const name = one.messages("signature").at(-1)?.text("name") ?? "";
      // Two of one name: which one counts is the loader's to say, so both are looked at.
      const held = functions.has(name) ? `${name}#${functions.size}` : name;
      functions.set(held, new Nodes(one.messages("node_def")));
    }
    const scopes = new Scopes(main, functions, roots);
    for (const node of main.list) this.node(node, main, scopes.ofNode(node.name), "", functions);
    for (const [name, nodes] of functions) {
      for (const node of nodes.list) this.node(node, nodes, scopes.ofFunction(name), name, functions);
    }
  }

  private node(
    node: Node,
    siblings: Nodes,
    scope: Scope,
    within: string,
    functions: ReadonlyMap<string, unknown>,
  ): void {
    // Calls a function of its own: what that does is looked at there.
    if (functions.has(node.op)) return;
    const constants = NAMES_FILES.test(node.op) ? constantsOf(node, siblings) : [];
    const given: Argument[] = constants.map((text) => ({ kind: "text", text }));
    // The name of its file comes from nowhere: no caller and no asset gives one.
    if (node.inputs.length === 0 && node.op.startsWith("InitializeTable"))
      given.push({ kind: "other", text: "no input" });
    const place = within === "" ? "" : `  # in ${within}`;
    this.operations.add({
      use: "op",
      // Only of what writes or reads checkpoints it matters where it stands.
      module: RESTORES.has(node.op) || (scope === "saver" && WRITES.has(node.op)) ? scope : "",
      name: node.op,
      arguments: given,
      text: `${node.op}(${constants.map((text) => JSON.stringify(text)).join(", ")})${place}`,
      offset: node.at,
    });
  }

  private path(path: string, what: string, offset: number): void {
    if (path === "") return;
    this.operations.add({
      use: "path",
      name: path,
      arguments: [{ kind: "text", text: what }],
      text: `open(${JSON.stringify(path)})`,
      offset,
    });
  }
}

/** Operators of which a reviewer wants to see the names that they are given; judged elsewhere. */
const NAMES_FILES =
  /File|Dataset|Reader|Save|Restore|Checkpoint|Snapshot|Summary|Print|Debug|Dump|PyFunc|Library|Rpc|Record|Lookup|Vocab|Matrix|Remap|FileSystem/;

function readNode(node: Message): Node {
  const functions: string[] = [];
  const constants: string[] = [];
  const texts: { key: string; text: string }[] = [];
  for (const entry of node.messages("attr")) {
    for (const value of entry.messages("value")) {
      const lists = value.messages("list");
      for (const called of [value, ...lists].flatMap((one) => one.messages("func")))
        functions.push(called.text("name"));
      for (const tensor of value.messages("tensor"))
        constants.push(...tensor.texts("string_val").slice(0, CONSTANTS_MAX));
      for (const text of [value, ...lists].flatMap((one) => one.texts("s")))
        if (text !== "" && !entry.text("key").startsWith("_")) texts.push({ key: entry.text("key"), text });
    }
  }
  return {
    name: node.text("name"),
    op: node.text("op"),
    inputs: node.texts("input").map(nodeName),
    functions,
    constants,
    texts: texts.slice(0, CONSTANTS_MAX),
    at: node.start,
  };
}

/** `^scope/node:0` is the node `scope/node`. */
const nodeName = (input: string): string => input.replace(/^\^/, "").replace(/:[\w:]*$/, "");

/** Where a loaded model begins: what its saver writes with, what it restores with, and all else. */
interface Roots {
  readonly saved: readonly string[];
  readonly restored: readonly string[];
  readonly used: readonly string[];
  readonly called: readonly string[];
}

/** What a node belongs to: the model's saver alone, what it restores with, or the model. */
type Scope = "saver" | "restorer" | "";

/** The nodes of one graph or function. */
class Nodes {
  readonly list: readonly Node[];
  readonly #byName: ReadonlyMap<string, Node>;

  constructor(messages: readonly Message[]) {
    this.list = messages.map(readNode);
    this.#byName = new Map(this.list.map((node) => [node.name, node]));
  }

  get(name: string): Node | undefined {
    return this.#byName.get(name);
  }

  /** The names of everything that these nodes need, themselves included. */
  needs(names: readonly string[]): ReadonlySet<string> {
    const reached = new Set(names.filter((name) => this.#byName.has(name)));
    for (const name of reached)
      for (const input of this.#byName.get(name)?.inputs ?? []) if (this.#byName.has(input)) reached.add(input);
    return reached;
  }
}

const FED = new Set(["Placeholder", "PlaceholderWithDefault"]);
const WRITES = new Set(["SaveV2", "Save", "SaveSlices", "MergeV2Checkpoints"]);
const RESTORES = new Set(["RestoreV2", "Restore", "RestoreSlice"]);

/** The name of the file comes from whoever runs it, with a plain name for a default. */
function isFed(node: Node, nodes: Nodes): boolean {
  const needed = [...nodes.needs(node.inputs.slice(0, 2))].map((name) => nodes.get(name));
  return (
    needed.some((one) => one !== undefined && FED.has(one.op)) &&
    !needed.some((one) => one?.constants.some((text) => /^[/\\~]|\.\.|^[a-z]+:/i.test(text)))
  );
}

/** Tells the savers of a model from the model. Whoever loads a model runs the rest, and what it restores with. */
class Scopes {
  readonly #savingNodes: ReadonlySet<string>;
  readonly #restoringNodes: ReadonlySet<string>;
  readonly #savingFunctions: ReadonlySet<string>;
  readonly #restoringFunctions: ReadonlySet<string>;

  constructor(main: Nodes, functions: ReadonlyMap<string, Nodes>, roots: Roots) {
    // Training leaves savers in a graph that it names no more.
    const left = (names: ReadonlySet<string>): string[] =>
      main.list
        .filter(({ op }) => names.has(op))
        .slice(0, WRITERS_MAX)
        .filter((node) => isFed(node, main))
        .map(({ name }) => name);
    const loaded = main.needs([...roots.used, ...roots.restored]);
    const own = main.needs([...roots.saved, ...left(WRITES)]);
    this.#savingNodes = new Set([...own].filter((name) => !loaded.has(name)));
    this.#restoringNodes = main.needs([...roots.restored, ...left(RESTORES)]);
    const calls = (list: readonly Node[], more: readonly string[] = []): ReadonlySet<string> => {
      const called = new Set(more.filter((name) => functions.has(name)));
      const visit = (node: Node): void => {
        for (const name of [node.op, ...node.functions]) if (functions.has(name)) called.add(name);
      };
      list.forEach(visit);
      for (const name of called) functions.get(name)?.list.forEach(visit);
      return called;
    };
    const saving = calls(main.list.filter(({ name }) => this.#savingNodes.has(name)));
    const others = calls(
      main.list.filter(({ name }) => !this.#savingNodes.has(name)),
      roots.called,
    );
    this.#savingFunctions = new Set([...saving].filter((name) => !others.has(name)));
    this.#restoringFunctions = calls(main.list.filter(({ name }) => this.#restoringNodes.has(name)));
  }

  ofNode(name: string): Scope {
    return this.#savingNodes.has(name) ? "saver" : this.#restoringNodes.has(name) ? "restorer" : "";
  }

  ofFunction(name: string): Scope {
    return this.#savingFunctions.has(name) ? "saver" : this.#restoringFunctions.has(name) ? "restorer" : "";
  }
}

function constantsOf(node: Node, siblings: Nodes): string[] {
  const constants: string[] = node.texts.map(({ key, text }) => `${key}=${text}`);
  for (const input of node.inputs.slice(0, INPUTS_SHOWN)) constants.push(...(siblings.get(input)?.constants ?? []));
  return constants.slice(0, CONSTANTS_MAX).map((text) => text.slice(0, CONSTANT_LENGTH_MAX));
}
