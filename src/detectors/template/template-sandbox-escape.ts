// A template that reaches for the insides of the program that renders it. transformers renders in a sandbox, other
// programs do not; no ordinary chat template needs a name that begins with an underscore.
import type { DocumentDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import type { Reach } from "./events.ts";
import { templateOf } from "./passages.ts";

export const templateSandboxEscape: DocumentDetector = {
  id: "template-sandbox-escape",
  family: "template",
  reads: "document",
  languages: ["template"],
  title: "Chat template that reaches for the program that renders it",
  severity: "critical",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0011", "CWE-1336", "CWE-94", "https://jinja.palletsprojects.com/en/stable/sandbox/"],
  docs: {
    finds:
      "Names that lead into the interpreter (`__class__`, `__globals__`, `_context`, `mro`, frames), as attributes, subscripts, in `attr`, `map(attribute=…)`, `selectattr` and format fields, also where the name is put together, reversed or replaced from pieces; `attr` with a name that is only known when rendered; `self`; `import`, `include`, `from` and `extends`; modules and builtins called by name.",
    matters:
      "Where the template is rendered outside a sandbox, it runs any code with the rights of the server, for every request.",
    misses: "Escapes that need no such name, in engines other than Jinja2, minja and minijinja.",
    remedy: "Do not load the model with this template. Take the template of the base model instead.",
  },
  inspect(document, report) {
    const reading = templateOf(document);
    for (const reach of reading.meaning.events.reaches)
      report(
        reading.hit(reach.at, reach.to, sentenceOf(reach), {
          group: reach.name.slice(0, 100),
          ...(reach.how === "load" || reach.unknown ? { severity: "high" } : {}),
          evidence: { name: reach.name.slice(0, 200), "stands in the source": !reach.hidden },
        }),
      );
  },
};

function sentenceOf({ name, how, hidden, unknown }: Reach): string {
  const folded = hidden ? ", a name that does not stand there" : "";
  if (unknown)
    return how === "filter"
      ? `the template takes an attribute whose name is only known when it is rendered, with ${quote(name)}`
      : `the template puts together a name with ${quote(name)} in it, only known when it is rendered`;
  if (how === "load") return `the template loads another one, ${quote(name)}; a chat template stands alone`;
  if (how === "global") return `the template uses ${quote(name)} of the program that renders it`;
  if (how === "format") return `the template formats a text with a field that reaches for ${quote(name)}${folded}`;
  return `the template reaches for ${quote(name)}${folded}`;
}
