// Where a reference leads. Only the fixed shapes below become links: a report may be read back from a file that
// somebody else wrote, and a `javascript:` or look-alike URL in it must stay text.

const SHAPES: readonly (readonly [RegExp, (id: string) => string])[] = [
  [/^AML\.T\d{4}(?:\.\d{3})?$/, (id) => `https://atlas.mitre.org/techniques/${id}`],
  [/^CWE-\d{1,5}$/, (id) => `https://cwe.mitre.org/data/definitions/${id.slice(4)}.html`],
  [/^ATT&CK T\d{4}(?:\.\d{3})?$/, (id) => `https://attack.mitre.org/techniques/${id.slice(7).replace(".", "/")}/`],
  [/^LLM\d{2}:2025$/, () => "https://genai.owasp.org/llm-top-10/"],
  [/^https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+\/[\w./#%~:@!$&'()*+,;=?-]*$/, (url) => url],
];

/** The page of a reference, or undefined where it is not one of the shapes a card may carry. */
export function referenceUrl(reference: string): string | undefined {
  if (reference.length > 300) return undefined;
  for (const [shape, url] of SHAPES) if (shape.test(reference)) return url(reference);
  return undefined;
}

/** The first page among them, for outputs that hold one link. */
export const helpUrl = (references: readonly string[]): string | undefined =>
  references.map(referenceUrl).find((url) => url !== undefined);
