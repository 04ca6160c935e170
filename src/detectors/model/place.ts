// Whether a name that a model gives for a file stays beside the model. Whoever wrote the model chose it, and loaders on
// every system read it: a backslash separates on one of them, a drive or a scheme leads away on others.

export type Place = "beside" | "absolute" | "above" | "detour" | "address" | "device";

const DEVICE = /^(?:\\\\[.?]\\|\/dev\/|\/proc\/|(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))/i;

export function placeOf(name: string): Place {
  const plain = name.trim().replace(/\0.*$/s, "");
  if (DEVICE.test(plain)) return "device";
  if (/^[a-z][a-z0-9+.-]{1,20}:\/\//i.test(plain)) return "address";
  if (/^(?:[/\\~]|[A-Za-z]:)/.test(plain)) return "absolute";
  if (/%2e%2e/i.test(plain)) return "above";
  const parts = plain.split(/[/\\]/);
  let depth = 0;
  for (const part of parts) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    if (depth < 0) return "above";
  }
  return parts.includes("..") ? "detour" : "beside";
}

export const PLACE_WORDS: Readonly<Record<Exclude<Place, "beside">, string>> = {
  absolute: "an absolute path",
  above: "a path that leaves the model's folder",
  // Where the first folder is a link, the way back leads elsewhere.
  detour: "a path that goes down and up again, as no writer makes one",
  address: "an address elsewhere",
  device: "a device",
};
