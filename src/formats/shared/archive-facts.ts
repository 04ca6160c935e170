// What an archive does that no packer does: names and links that leave the folder it is unpacked in, members that its
// directory hides, marks that are false. Facts for a detector; nothing is ever unpacked to a path.
import type { ModelPart, Irregularity } from "../../core/model.ts";
import { quote } from "../../base/escape.ts";

/** Facts kept of one archive (CWE-770): one of a kind is enough to know it. */
const FACTS_MAX = 100;

export class ArchiveFacts {
  readonly #facts: Irregularity[] = [];

  add(code: string, message: string, offset: number): void {
    if (this.#facts.length < FACTS_MAX) this.#facts.push({ code, message, offset: Math.max(0, offset) });
  }

  path(name: string, offset: number): void {
    if (escapes(name))
      this.add(
        "path-escapes",
        `A member is called ${quote(name)}: unpacked carelessly, it lands outside of its folder.`,
        offset,
      );
  }

  /** `folder`: where the target counts from, with its slash. */
  link(name: string, target: string, offset: number, folder = ""): void {
    const away = escapes(target) && (isRooted(target) || escapes(folder + target));
    this.add(
      away ? "link-escapes" : "link-member",
      `${quote(name)} is a link to ${quote(target)}${away ? ", outside of the archive: what is written to it, or read from it, is a file of whoever unpacks it" : ""}.`,
      offset,
    );
  }

  /** Which of two members of one name is loaded depends on the program. */
  duplicates(entries: readonly { readonly name: string; readonly offset: number }[]): void {
    const seen = new Set<string>();
    for (const { name, offset } of entries) {
      const key = name.toLowerCase().replaceAll("\\", "/");
      if (seen.has(key)) {
        const pickled = key.endsWith(".pkl");
        this.add(
          pickled ? "duplicate-pickle" : "duplicate-member",
          `Two members are called ${quote(name)}: programs disagree on which one they load. Both were read.`,
          offset,
        );
      }
      seen.add(key);
    }
  }

  *parts(): Generator<ModelPart> {
    if (this.#facts.length > 0) yield { kind: "model", loader: "archive", operations: [], irregularities: this.#facts };
  }
}

const isRooted = (path: string): boolean => /^(?:[/\\]|[A-Za-z]:)/.test(path);

/** Absolute, of another drive, or up and out. */
export function escapes(path: string): boolean {
  if (isRooted(path)) return true;
  const parts = path.replaceAll("\\", "/").split("/");
  let depth = 0;
  for (const part of parts) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}
