// The tree of a Jinja template (Jinja2 3.1 with the extensions that transformers, llama.cpp and vLLM load: loop controls,
// `do`, `generation`). Places are UTF-16 offsets [at, to) in the template.

interface Place {
  readonly at: number;
  readonly to: number;
}

export type Expression = Place &
  (
    | { readonly type: "literal"; readonly value: string | number | boolean | null }
    | { readonly type: "name"; readonly name: string }
    /** A list or a tuple. */
    | { readonly type: "list"; readonly items: readonly Expression[] }
    | { readonly type: "dict"; readonly entries: readonly (readonly [Expression, Expression])[] }
    | { readonly type: "attribute"; readonly of: Expression; readonly name: string }
    | { readonly type: "index"; readonly of: Expression; readonly index: Expression }
    | {
        readonly type: "slice";
        readonly of: Expression;
        readonly from: Expression | undefined;
        readonly until: Expression | undefined;
        readonly step: Expression | undefined;
      }
    | ({ readonly type: "call"; readonly of: Expression } & Arguments)
    /** `of` is absent in `{% filter upper %}`. */
    | ({ readonly type: "filter"; readonly of: Expression | undefined; readonly name: string } & Arguments)
    | ({ readonly type: "test"; readonly of: Expression; readonly name: string; readonly negated: boolean } & Arguments)
    | { readonly type: "unary"; readonly operator: "not" | "-" | "+"; readonly of: Expression }
    | {
        readonly type: "binary";
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly type: "compare";
        readonly operator: CompareOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly type: "conditional";
        readonly test: Expression;
        readonly yes: Expression;
        readonly no: Expression | undefined;
      }
  );

export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**" | "~" | "and" | "or";
export type CompareOperator = "==" | "!=" | "<" | ">" | "<=" | ">=" | "in" | "not in";

export interface Arguments {
  readonly args: readonly Expression[];
  /** By name; `*` and `**` for what is spread. */
  readonly named: readonly (readonly [string, Expression])[];
}

export interface Parameter {
  readonly name: string;
  readonly value: Expression | undefined;
}

export type Statement = Place &
  (
    | { readonly type: "text"; readonly text: string }
    | { readonly type: "output"; readonly value: Expression }
    | { readonly type: "if"; readonly branches: readonly Branch[] }
    | {
        readonly type: "for";
        readonly target: Expression;
        readonly over: Expression;
        readonly filter: Expression | undefined;
        readonly body: readonly Statement[];
        readonly otherwise: readonly Statement[];
      }
    | { readonly type: "set"; readonly target: Expression; readonly value: Expression }
    /** `{% set x %}…{% endset %}`; `filters` is a chain whose innermost `of` is absent. */
    | {
        readonly type: "capture";
        readonly target: Expression;
        readonly filters: Expression | undefined;
        readonly body: readonly Statement[];
      }
    | {
        readonly type: "macro";
        readonly name: string;
        readonly parameters: readonly Parameter[];
        readonly body: readonly Statement[];
      }
    | {
        readonly type: "call";
        readonly parameters: readonly Parameter[];
        readonly call: Expression;
        readonly body: readonly Statement[];
      }
    | { readonly type: "filter"; readonly filters: Expression; readonly body: readonly Statement[] }
    | {
        readonly type: "with";
        readonly bindings: readonly (readonly [Expression, Expression])[];
        readonly body: readonly Statement[];
      }
    /** `block`, `generation`, `autoescape`: a body that is simply there. */
    | { readonly type: "body"; readonly body: readonly Statement[] }
    /** Takes another template: `import`, `from`, `include`, `extends`. */
    | {
        readonly type: "load";
        readonly how: "import" | "from" | "include" | "extends";
        readonly source: Expression;
        readonly names: readonly string[];
      }
    | { readonly type: "do"; readonly value: Expression }
    | { readonly type: "break" | "continue" }
  );

export interface Branch {
  /** Absent for `else`. */
  readonly test: Expression | undefined;
  readonly body: readonly Statement[];
}

export interface Template {
  readonly body: readonly Statement[];
  readonly comments: readonly { readonly text: string; readonly at: number }[];
  /** What was not understood and where, from line 1; the tree then holds what stands before it. */
  readonly problem: { readonly message: string; readonly at: number; readonly lineNumber: number } | undefined;
}
