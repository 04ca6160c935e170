// Code that hides what it is: functions called by names that do not stand in the source, statements pushed off the
// screen, ways around the import system through an object's insides, payloads whose failure nobody hears of.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { atLeast } from "../../core/severity.ts";
import { quote, visible } from "../../base/escape.ts";
import { hitAt, payloadSeverity, reportAll } from "./payload.ts";
import { kindOf } from "./names.ts";
import { programOf, type Program } from "./program.ts";

const TELLING = new Set(["process", "code", "native", "unpickle", "send", "fetch", "module"]);
/** Longer than any indentation or aligned comment; a diff view cuts lines before it. */
const OFF_SCREEN = /[^\s#][ \t\f\u00a0\u3000]{100,}(?=[^\s#\\'")\]},])/g;
const CANDIDATES_MAX = 20;

export const concealedCode: DocumentDetector = {
  id: "concealed-code",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Program that hides what it does",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["CWE-506", "ATT&CK T1027", "https://peps.python.org/pep-3131/"],
  docs: {
    finds:
      "A call of a function that runs code or reaches the network by a name put together from pieces, taken from the builtins, a module's dictionary or an object's insides, or written in look-alike letters; statements behind a hundred blanks; a file that declares an encoding which rewrites it (rot13, unicode_escape, utf-7); a payload in a try that swallows every error.",
    matters: "Honest code has no reason to hide from a reader.",
    misses: "Programs that hide by being long or dull, and names that arrive as data.",
    remedy: "Do not run it. Read what the finding uncovers.",
  },
  inspect(document, report) {
    const program = programOf(document);
    const hits: Hit[] = [];
    for (const call of program.calls) {
      const line = program.lineOf(call.node);
      const kind = kindOf(call.name);
      if (call.disguised && kind !== undefined && TELLING.has(kind)) {
        hits.push(
          hitAt(program, call.node, `Line ${line} calls ${visible(call.name)} by a name that does not stand there.`, {
            group: call.name,
          }),
        );
      }
      const severity = payloadSeverity(call, program);
      if (severity && atLeast(severity, "high") && program.isSwallowed(call.node)) {
        hits.push(
          hitAt(program, call.node, `Line ${line} calls ${visible(call.name)} in a try that swallows every error.`, {
            severity: "medium",
            group: "swallowed",
          }),
        );
      }
    }
    const codec = oddCodec(document.text);
    if (codec !== undefined)
      hits.push({
        message: `The file says that it is written in ${quote(codec)}: Python decodes it before it runs, and what stands here is not what runs`,
        lineNumber: 1,
        excerpt: document.text.slice(0, 120),
        group: "codec",
      });
    hits.push(...offScreen(program));
    hits.push(...chains(program));
    reportAll(hits, report, "high");
  },
};

/** A source encoding (PEP 263) that is no character set; the plain ones read as they stand. */
function oddCodec(text: string): string | undefined {
  const cookie = /^(?:[^\n]{0,200}\n)?[ \t\f]{0,20}#.{0,100}?coding[:=][ \t]{0,10}([-\w.]{1,40})/.exec(
    text.slice(0, 600),
  )?.[1];
  if (cookie === undefined) return undefined;
  const name = cookie.toLowerCase().replaceAll(/[-_]/g, "");
  return /^(?:rot13|unicodeescape|rawunicodeescape|utf7|hex(?:codec)?|base64(?:codec)?|bz2(?:codec)?|zlib(?:codec)?|zip|uu(?:codec)?|quopri(?:codec)?|punycode|idna|cp037|cp500|cp1140|ebcdic\w*|undefined|mbcs|oem)$/.test(
    name,
  )
    ? cookie
    : undefined;
}

/** `().__class__.__base__.__subclasses__()` and `f.__globals__["os"]`: the interpreter's insides as a way to a module. */
function chains(program: Program): Hit[] {
  const hits: Hit[] = [];
  for (const node of program.syntax.nodes) {
    if (hits.length >= CANDIDATES_MAX) break;
    if (node.type !== "PropertyName" || node.up?.type !== "MemberExpression") continue;
    const word = program.evaluation.source(node);
    if (word !== "__subclasses__" && word !== "__globals__" && word !== "f_globals") continue;
    const before = program.syntax.text.slice(Math.max(node.up.from, node.from - 200), node.from);
    const isWalk = word === "__subclasses__" && /\.__(?:base|bases|mro|class)__/.test(before);
    const isReach =
      word !== "__subclasses__" &&
      node.up.up?.type === "MemberExpression" &&
      /^\s{0,5}\[/.test(program.syntax.text.slice(node.to, node.to + 10));
    if (isWalk || isReach)
      hits.push(
        hitAt(
          program,
          node.up,
          `Line ${program.lineOf(node)} reaches for other modules through ${word}, past every import.`,
          { group: word, severity: isWalk ? "high" : word === "f_globals" ? "low" : "medium" },
        ),
      );
  }
  return hits;
}

function offScreen(program: Program): Hit[] {
  const { text, nodes } = program.syntax;
  const hits: Hit[] = [];
  let candidates = 0;
  for (const match of text.matchAll(OFF_SCREEN)) {
    if (++candidates > CANDIDATES_MAX) break;
    const at = match.index + match[0].length;
    const rest = text.slice(at, at + 200).split("\n", 1)[0] ?? "";
    // Inside a string or a comment, blanks are text.
    const isText = nodes.some(
      ({ type, from, to }) =>
        from <= match.index && to > at && (type === "String" || type === "FormatString" || type === "Comment"),
    );
    if (isText || !/^;?\s*(?:\w+\s*[(.=]|import\b|from\b|exec\b|@|_)/.test(rest)) continue;
    hits.push({
      message: `Line ${program.syntax.lineOf(at)} holds code behind ${match[0].length - 1} blanks, off the screen: ${quote(rest)}.`,
      lineNumber: program.syntax.lineOf(at),
      excerpt: rest,
      group: "off-screen",
    });
  }
  return hits;
}
