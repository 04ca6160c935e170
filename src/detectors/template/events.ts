// What is noticed of a template while its meaning is worked out, bounded in number (CWE-770).

/** Something that the template reaches for by name. */
export interface Reach {
  readonly name: string;
  readonly how: "attribute" | "subscript" | "filter" | "format" | "global" | "load";
  /** The name does not stand in the source as it is used. */
  readonly hidden: boolean;
  /** The name is not known without rendering. */
  readonly unknown: boolean;
  readonly at: number;
  readonly to: number;
}

/** Words of a message that the template changes. */
export interface Rewrite {
  readonly old: string;
  readonly new: string;
  readonly at: number;
  readonly to: number;
}

export interface Cost {
  readonly message: string;
  readonly at: number;
  readonly to: number;
}

/** The roles that a place may have. */
export interface Refinement {
  readonly path: string;
  readonly only?: readonly string[];
  readonly not?: readonly string[];
  /** It is known to be a mapping, or not to be a text. */
  readonly isMapping?: true;
}

const EVENTS_MAX = 200;

export class Events {
  readonly reaches: Reach[] = [];
  readonly rewrites: Rewrite[] = [];
  readonly costs: Cost[] = [];

  clear(): void {
    this.reaches.length = 0;
    this.rewrites.length = 0;
    this.costs.length = 0;
  }

  reach(reach: Reach): void {
    if (
      this.reaches.length < EVENTS_MAX &&
      !this.reaches.some(({ at, name }) => at === reach.at && name === reach.name)
    )
      this.reaches.push(reach);
  }

  costly(message: string, { at, to }: { readonly at: number; readonly to: number }): void {
    if (this.costs.length < EVENTS_MAX && !this.costs.some((one) => one.at === at))
      this.costs.push({ message, at, to });
  }

  rewrite(
    old: readonly string[],
    made: readonly string[],
    { at, to }: { readonly at: number; readonly to: number },
  ): void {
    const isNew = this.rewrites.length < EVENTS_MAX && !this.rewrites.some((one) => one.at === at);
    if (old.length > 0 && made.length > 0 && isNew)
      this.rewrites.push({ old: old[0] ?? "", new: made[0] ?? "", at, to });
  }
}
