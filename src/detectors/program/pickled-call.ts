// `__reduce__` methods that hand a pickle a function to call: the way a harmful pickle is written.
import type { DocumentDetector } from "../../core/detector.ts";
import { visible } from "../../base/escape.ts";
import { isSink } from "./names.ts";
import { hitAt } from "./payload.ts";
import { programOf } from "./program.ts";

const HITS_MAX = 16;

export const pickledCall: DocumentDetector = {
  id: "pickled-call",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Class whose pickle runs code",
  severity: "critical",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0011", "CWE-502", "https://docs.python.org/3/library/pickle.html#object.__reduce__"],
  docs: {
    finds:
      "`__reduce__` and `__reduce_ex__` methods that return a function which starts a process, runs text, connects or loads a pickle.",
    matters: "Whoever loads what this class writes runs that function. It has no other use.",
    misses: "Functions looked up by a computed name, and those of packages that are not known here.",
    remedy: "Do not run the program, and do not load what it wrote.",
  },
  inspect(document, report) {
    const program = programOf(document);
    let hits = 0;
    for (const node of program.syntax.nodes) {
      if (node.type !== "ReturnStatement" || hits >= HITS_MAX) continue;
      const owner = node.scope;
      const name = owner?.kids.find(({ type }) => type === "VariableName");
      if (!name || !/^__reduce(?:_ex)?__$/.test(program.evaluation.source(name))) continue;
      const value = node.kids[1];
      const first = value && (program.evaluation.valueOf(value).items?.get("0") ?? program.evaluation.valueOf(value));
      if (first?.name === undefined || !isSink(first.name)) continue;
      hits++;
      report(
        hitAt(
          program,
          node,
          `Line ${program.lineOf(node)} makes a pickle that calls ${visible(first.name)} when it is loaded.`,
          { group: first.name },
        ),
      );
    }
  },
};
