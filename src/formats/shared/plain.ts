// Small things that several readers need.
import type { Head } from "../../core/format.ts";

/** Sets an own property, also where an attacker names it `__proto__`: an assignment would then lose the text. */
export function put(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/** Lower-case extension of a name, with its dot. */
export function extensionOf(name: string): string {
  return /\.[A-Za-z0-9_]{1,16}$/.exec(name)?.[0].toLowerCase() ?? "";
}

/** False for binary data: zeros, or more control characters than text ever has. */
export function looksLikeText(head: Head): boolean {
  const { text } = head;
  if (text === "") return false;
  let controls = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0) return false;
    if (unit < 32 && unit !== 9 && unit !== 10 && unit !== 13 && unit !== 12 && unit !== 27) controls++;
  }
  return controls <= text.length * 0.05;
}
