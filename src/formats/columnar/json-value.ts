// A JSON column's text as a value. Keys that a later equal key hides are not lost: the text itself then stands beside
// the value, shadowed, and is searched with it.

export function jsonValue(
  text: string,
  pointer: string,
  shadowed: { readonly pointer: string; readonly value: unknown }[],
): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof value === "object" && colons(text) !== keys(value)) shadowed.push({ pointer, value: text });
  return value;
}

/** Colons outside strings: one for each key that is written. */
function colons(text: string): number {
  let count = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (inString && unit === 0x5c) i++;
    else if (unit === 0x22) inString = !inString;
    else if (unit === 0x3a && !inString) count++;
  }
  return count;
}

function keys(root: unknown): number {
  let count = 0;
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    const children = Object.values(value);
    if (!Array.isArray(value)) count += children.length;
    for (const child of children) open.push(child);
  }
  return count;
}
