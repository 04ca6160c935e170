// Import statements as bindings: which name in the program stands for which module or function (Language Reference 7.11).
import { canonical } from "./names.ts";
import { identifier, type Node } from "./syntax.ts";

export interface Import {
  /** The name in the program; `*` takes all of the module. */
  readonly as: string;
  /** What it stands for, qualified. */
  readonly name: string;
}

export function importsOf(node: Node, source: (node: Node) => string): Import[] {
  const words = node.kids.filter(({ type }) => type !== "(" && type !== ")");
  const found: Import[] = [];
  let at = 0;
  const type = (): string | undefined => words[at]?.type;
  const dotted = (): string => {
    const parts: string[] = [];
    for (; at < words.length; at++) {
      const word = words[at];
      if (word?.type === "VariableName") parts.push(identifier(source(word)).name);
      else if (word?.type !== "." && word?.type !== "...") break;
      // A relative import names something of the program's own.
      else if (parts.length === 0) parts.push("");
    }
    return parts.join(".");
  };
  const alias = (): string | undefined => {
    if (type() !== "as") return undefined;
    const word = words[at + 1];
    at += 2;
    return word ? source(word) : undefined;
  };
  const from = type() === "from" ? (at++, dotted()) : undefined;
  if (type() === "import") at++;
  while (at < words.length) {
    const word = words[at];
    if (from !== undefined && word?.type === "*") {
      found.push({ as: "*", name: from });
      at++;
    } else if (word?.type !== "VariableName") at++;
    else if (from !== undefined) {
      at++;
      found.push({ as: alias() ?? source(word), name: canonical(`${from}.${identifier(source(word)).name}`) });
    } else {
      const name = dotted();
      const as = alias();
      // `import a.b` binds `a`.
      const first = name.split(".")[0] ?? "";
      found.push(as === undefined ? { as: first, name: first } : { as, name: canonical(name) });
    }
  }
  return found;
}
