// How bad a call is by itself: the judgement that the detectors of programs share. What reaches the call decides, then
// what it does; the tools of everyday data work are near the bottom.
import type { Severity } from "../../core/severity.ts";
import { severityRank } from "../../core/severity.ts";
import type { Hit, Report } from "../../core/detector.ts";
import { addressKind, ipv4, urlsIn } from "../network/address.ts";
import { dropHost } from "../network/drop-hosts.ts";
import { commandText, decodesAndRuns, fetchesAndRuns, isEveryday, opensShell, runsTainted } from "./command.ts";
import type { Call } from "./evaluate.ts";
import { kindOf } from "./names.ts";
import type { Program } from "./program.ts";
import type { Node } from "./syntax.ts";
import { CODE_TAINT, isConstant, LABEL, mixed, type Value } from "./value.ts";

/** Everything that goes into a call. */
export const inputs = (call: Call): Value => mixed([call.receiver, ...call.args, ...call.keywords.values()]);

/** The value that a call runs, where it runs one. */
export function codeOf(call: Call): Value | undefined {
  const kind = kindOf(call.name);
  if (kind === "code" || kind === "unpickle")
    return call.args[0] ?? call.keywords.get("stmt") ?? call.keywords.get("source");
  if (kind !== "process") return undefined;
  if (call.name.startsWith("get_ipython")) return call.args[call.args.length - 1];
  // `os.execl(path, arg0, …)` and `create_subprocess_exec(program, …)` take the words apart.
  if (/^os\.(?:exec|spawn)l|create_subprocess_exec$/.test(call.name))
    return { ...mixed(call.args), items: new Map(call.args.map((arg, i) => [String(i), arg])) };
  return call.args[0] ?? call.keywords.get("args") ?? call.keywords.get("cmd");
}

/** The command that a call starts. */
export const commandOf = (call: Call): string => commandText(codeOf(call));

/** The labels of CODE_TAINT that run in a call. */
export function taintRun(call: Call, program: Program): number {
  let taint = program.taints.get(call);
  if (taint === undefined) program.taints.set(call, (taint = findTaint(call, program)));
  return taint;
}

function findTaint(call: Call, program: Program): number {
  const kind = kindOf(call.name);
  const code = codeOf(call);
  if (!code) return 0;
  const labels = code.labels & CODE_TAINT;
  if (kind === "code") return labels;
  if (kind === "unpickle") return isUnsafeLoad(call) ? labels : 0;
  if (kind !== "process") return 0;
  const command = commandText(code);
  const { dropped } = program.evaluation;
  if ((labels & LABEL.decoded) !== 0 && isConstant(code.text)) return LABEL.decoded;
  return runsTainted(command, dropped) ? labels || LABEL.dropped : 0;
}

/** False for a load that its arguments make harmless: it then builds plain data only. */
export function isUnsafeLoad(call: Call): boolean {
  const { name, keywords, args } = call;
  const says = (key: string): boolean => /^True$|^1$/.test(keywords.get(key)?.text ?? "");
  if (name === "numpy.load") return says("allow_pickle") || args[2]?.text === "True";
  if (name === "torch.load") return !says("weights_only");
  if (/^(?:ruamel\.)?yaml\.load(?:_all)?$/.test(name))
    return !/Safe|Base/.test(keywords.get("Loader")?.name ?? args[1]?.name ?? "");
  return true;
}

/** Loading what came from outside: worse for the formats that exist to run code than for model and array files, which
 * every notebook fetches. */
const loadSeverity = ({ name }: Call): Severity =>
  /^(?:pickle|dill|cloudpickle|marshal|jsonpickle|shelve)\./.test(name)
    ? "high"
    : /^(?:joblib|pandas|yaml|sklearn)\./.test(name)
      ? "medium"
      : "low";

/** Keywords that carry who is asking, as every API wants it. */
const CREDENTIALS = new Set([
  "headers",
  "auth",
  "cookies",
  "cert",
  "proxies",
  "timeout",
  "verify",
  "env",
  "password",
  "login",
  "context",
]);

export interface Sending {
  readonly label: number;
  readonly value: Value;
}

/** The secret or the identity of the machine that a call sends away; undefined where it sends none. */
export function sends(call: Call): Sending | undefined {
  const kind = kindOf(call.name);
  if (kind !== "fetch" && kind !== "send") return undefined;
  // A user name and password for a mail server are what it asks for.
  if (call.name.endsWith(".login")) return undefined;
  const plain = [
    ...call.args,
    ...[...call.keywords].filter(([key]) => !CREDENTIALS.has(key)).map(([, value]) => value),
  ];
  const own = mixed(plain);
  const all = mixed([...plain, ...call.keywords.values()]);
  const heavy = all.labels & (LABEL.secretFile | LABEL.wholeEnvironment);
  if (heavy !== 0) return { label: heavy, value: all };
  if ((own.labels & LABEL.token) !== 0) {
    const destination = destinationOf(call).toLowerCase();
    const names = own.origins.filter(({ label }) => (label & LABEL.token) !== 0).map(({ what }) => what.toLowerCase());
    // A service's own token goes to the service: TELEGRAM_TOKEN to api.telegram.org.
    const isOwn = names.every((name) =>
      name
        .split(/[^a-z0-9]+/)
        .some(
          (word) =>
            word.length > 2 &&
            !COMMON.has(word) &&
            (destination.includes(word) || (word === "hf" && destination.includes("huggingface"))),
        ),
    );
    return isOwn && names.length > 0 ? undefined : { label: LABEL.token, value: own };
  }
  // Looking one's own name up tells nobody; as a part of somebody's domain it does.
  if (call.name.startsWith("socket.get") && !/\.\w/.test(call.args[0]?.text ?? "")) return undefined;
  return (own.labels & LABEL.host) !== 0 ? { label: LABEL.host, value: own } : undefined;
}
const COMMON = new Set([
  "api",
  "key",
  "token",
  "secret",
  "access",
  "password",
  "auth",
  "com",
  "url",
  "webhook",
  "http",
  "https",
  "the",
  "env",
]);

/** Where a network call goes, as far as its text says. */
export function destinationOf(call: Call): string {
  const texts = [call.keywords.get("url"), ...call.args, ...call.keywords.values()].flatMap((value) => {
    if (!value) return [];
    if (value.items && value.text === undefined)
      return [[...value.items.values()].map(({ text }) => text ?? "").join(":")];
    return value.text === undefined ? [] : [value.text];
  });
  // The names of a host have a letter or two, or it is an address of four numbers.
  return (
    texts.find(
      (text) =>
        /:\/\/|^[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?:[:/]|$)|^[\w-]{1,63}:\d{1,5}$/.test(text) &&
        !/^\d+(?:\.\d+)?$/.test(text),
    ) ?? ""
  ).slice(0, 300);
}

/** Why a destination is one that no dataset needs; undefined for a named host. */
export function oddDestination(destination: string): string | undefined {
  for (const url of urlsIn(destination)) {
    const drop = dropHost(url);
    if (drop) return `${drop.name}, where anyone can leave or collect data unseen`;
    const kind = addressKind(url.host);
    if (kind !== undefined && kind !== "special") return "a bare network address";
  }
  const host = destination.split(":")[0] ?? "";
  if (/^[0-9.]{7,15}$/.test(host) && ipv4(host) !== undefined && addressKind(host) !== "special")
    return "a bare network address";
  return undefined;
}

/** The severity of a call with all that is known of it; undefined for an ordinary one. */
export function payloadSeverity(call: Call, program: Program): Severity | undefined {
  if (!program.severities.has(call)) program.severities.set(call, judge(call, program));
  return program.severities.get(call);
}

function judge(call: Call, program: Program): Severity | undefined {
  const kind = kindOf(call.name);
  const taint = taintRun(call, program);
  if (taint !== 0) return kind === "unpickle" ? loadSeverity(call) : "critical";
  const sending = sends(call);
  if (sending) return (sending.label & (LABEL.host | LABEL.token)) !== 0 ? "high" : "critical";
  if (call.disguised && kind !== undefined && kind !== "measure") return "high";
  if (kind === "process") {
    const command = commandOf(call);
    if (opensShell(command)) return "critical";
    if (fetchesAndRuns(command) || decodesAndRuns(command)) return "high";
    return isEveryday(command) ? undefined : "medium";
  }
  if (kind === "code") return isConstant(codeOf(call)?.text) ? undefined : "medium";
  if (kind === "send" || kind === "fetch")
    return oddDestination(destinationOf(call)) === undefined ? undefined : "medium";
  if (/^shutil\.rmtree$/.test(call.name) && /^(?:~|\/)[^/]*\/?$/.test(call.args[0]?.text ?? "")) return "high";
  return undefined;
}

/** Files hits worst first, since only so many of one document are kept. */
export function reportAll(hits: readonly Hit[], report: Report, ordinary: Severity): void {
  const rank = (hit: Hit): number => severityRank(hit.severity ?? ordinary);
  for (const hit of hits.toSorted((a, b) => rank(b) - rank(a) || (a.lineNumber ?? 0) - (b.lineNumber ?? 0)))
    report(hit);
}

/** A hit at a node, with its line and its name in the message's first words. */
export function hitAt(program: Program, node: Node, message: string, more: Partial<Hit> = {}): Hit {
  return { message, lineNumber: program.lineOf(node), excerpt: program.excerptOf(node), ...more };
}
