// Models as XML: PMML (4.4) and OpenVINO's intermediate representation. What either has beyond numbers: functions of
// Java that PMML names, scripts in extensions, entities that a parser fetches, files of weights. Nothing is expanded.
import type { ByteSource } from "../core/bytes.ts";
import type { Format, Head, Part, ReadContext } from "../core/format.ts";
import { quote } from "../base/escape.ts";
import { isText, wholeText } from "./document/whole.ts";
import { Facts } from "./model/facts.ts";
import { Operations } from "./model/operations.ts";
import { resolveReferences } from "./shared/xml-value.ts";

const ENTITY =
  /<!ENTITY\s{1,20}(?:%\s{1,20})?([\w.-]{1,100})\s{1,20}(?:(?:SYSTEM|PUBLIC\s{1,20}(?:"[^"]{0,400}"|'[^']{0,400}'))\s{1,20}("[^"]{0,2000}"|'[^']{0,2000}')|("[^"]{0,20000}"|'[^']{0,20000}'))/g;
const DOCTYPE_FILE =
  /<!DOCTYPE\s{1,20}[\w:.-]{1,100}\s{1,20}(?:SYSTEM|PUBLIC\s{1,20}(?:"[^"]{0,400}"|'[^']{0,400}'))\s{1,20}("[^"]{0,2000}"|'[^']{0,2000}')/;
const TAG = /<(?:\w{1,20}:)?(Apply|Extension|script|scriptlet|layer)\b([^<>]{0,4000})>/gi;
const ATTRIBUTE = /([\w:-]{1,60})\s{0,10}=\s{0,10}("[^"]{0,2000}"|'[^']{0,2000}')/g;
/** Other entities in an entity: a few of these make gigabytes. */
const NESTED = /&[\w.-]{1,100};/g;
const NESTED_MAX = 8;
/** A class and its function, where PMML's own functions are single words. */
const JAVA = /^[a-z][\w$]{0,40}(?:\.[\w$]{1,60}){1,12}$/;

async function* read(source: ByteSource, context: ReadContext): AsyncGenerator<Part> {
  const { text, problems } = await wholeText(source, context.limits);
  yield* problems;
  const operations = new Operations();
  const facts = new Facts();
  const outside = (place: string | undefined, what: string, offset: number): void => {
    const name = place === undefined ? "" : resolveReferences(place.slice(1, -1));
    // The addresses of document types are names; a parser that fetches them is asked for it.
    if (name === "" || (what === "document type" && /^https?:\/\/(?:www\.)?dmg\.org\//.test(name))) return;
    operations.add({
      use: /^[a-z][a-z0-9+.-]{1,15}:\/\//i.test(name) ? "url" : "path",
      name,
      arguments: [{ kind: "text", text: what }],
      text: `${what} ${name}`,
      offset,
    });
  };
  const type = DOCTYPE_FILE.exec(text);
  outside(type?.[1], "document type", type?.index ?? 0);
  for (const match of text.matchAll(ENTITY)) {
    outside(match[2], `entity ${match[1] ?? ""}`, match.index);
    const inner = match[3]?.match(NESTED)?.length ?? 0;
    if (inner >= NESTED_MAX)
      facts.say("entity-bomb", `The entity ${quote(match[1] ?? "")} consists of ${inner} other entities`, match.index, {
        inner,
      });
  }
  for (const { 1: tag = "", 2: rest = "", index } of text.matchAll(TAG)) {
    const attributes = new Map(
      [...rest.matchAll(ATTRIBUTE)].map(([, key = "", value = ""]) => [key, resolveReferences(value.slice(1, -1))]),
    );
    const called = attributes.get("function") ?? "";
    if (/^script/i.test(tag))
      operations.add({ use: "code", name: tag, arguments: [], text: text.slice(index, index + 200), offset: index });
    else if (tag === "Apply" && JAVA.test(called))
      operations.add({ use: "call", module: "java", name: called, arguments: [], text: `${called}(…)`, offset: index });
    else if (tag === "layer" && /^(?:custom|extension\b.{1,80})/i.test(attributes.get("version") ?? ""))
      operations.add({
        use: "op",
        module: "openvino",
        name: attributes.get("type") ?? "",
        arguments: [],
        text: attributes.get("type") ?? "",
        offset: index,
      });
  }
  yield* operations.parts("other", facts.all);
  yield { kind: "document", language: "other", text };
}

/** The name of the root, behind a declaration, comments and a document type. */
function rootOf(text: string): string {
  let at = 0;
  for (let i = 0; i < PROLOGUE_MAX; i++) {
    while (/\s|\ufeff/.test(text[at] ?? "")) at++;
    const closer = text.startsWith("<!--", at) ? "-->" : text.startsWith("<?", at) ? "?>" : undefined;
    if (closer === undefined && !/^<!doctype/i.test(text.slice(at, at + 9))) break;
    // The entities of a document type stand in brackets.
    const open = closer === undefined ? text.indexOf("[", at) : -1;
    const simple = text.indexOf(closer ?? ">", at);
    const end = open >= 0 && open < simple ? text.indexOf(">", text.indexOf("]", open)) : simple;
    if (end < 0) return "";
    at = end + (closer ?? ">").length;
  }
  return /^<(?:\w{1,20}:)?(\w{1,20})[\s>]/.exec(text.slice(at, at + 60))?.[1] ?? "";
}
const PROLOGUE_MAX = 20;

export const modelXml: Format = {
  id: "model-xml",
  title: "PMML or OpenVINO model",
  spec: "https://dmg.org/pmml/v4-4-1/GeneralStructure.html",
  extensions: [".pmml", ".xml"],
  yields: "model",
  sniff(head: Head) {
    if (!isText(head)) return 0;
    const root = rootOf(head.text);
    if (root === "PMML") return 0.98;
    return root === "net" && /<net\s[^>]{0,400}\bversion=["']1[01]["']/.test(head.text) ? 0.98 : 0;
  },
  read,
};
