// The variables of a program by scope, and what each may be. Values only grow; a change says that another pass is due.
import { isSink } from "./names.ts";
import type { Node } from "./syntax.ts";
import { either, same, type Value } from "./value.ts";

export class Variables {
  /** True once anything grew since it was last set to false. */
  changed = false;
  readonly #scopes = new Map<Node | undefined, Map<string, Value>>();
  readonly #returns = new Map<Node, Value>();

  set(scope: Node | undefined, name: string, value: Value): void {
    let variables = this.#scopes.get(scope);
    if (!variables) this.#scopes.set(scope, (variables = new Map()));
    const old = variables.get(name);
    const merged = either(old, value, isSink);
    if (same(old, merged)) return;
    variables.set(name, merged);
    this.changed = true;
  }

  /** The same in every scope that knows the name. */
  setAll(name: string, value: Value): void {
    for (const [scope, variables] of this.#scopes) if (variables.has(name)) this.set(scope, name, value);
  }

  lookup(scope: Node | undefined, name: string): Value | undefined {
    for (let at = scope; ; at = at.scope) {
      // A method does not see the names of its class.
      const found = at?.type === "ClassDefinition" && at !== scope ? undefined : this.#scopes.get(at)?.get(name);
      if (found || at === undefined) return found;
    }
  }

  returned(owner: Node, value: Value): void {
    const old = this.#returns.get(owner);
    const merged = either(old, value, isSink);
    if (!same(old, merged)) this.changed = true;
    this.#returns.set(owner, merged);
  }

  returnOf(owner: Node): Value | undefined {
    return this.#returns.get(owner);
  }
}
