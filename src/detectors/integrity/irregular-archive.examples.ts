import type { Example } from "../../core/detector.ts";

const archive = (...codes: string[]): Example["given"] => ({
  kind: "model",
  loader: "archive",
  operations: [],
  irregularities: codes.map((code, i) => ({ code, message: `A member is odd (${code}).`, offset: 100 * i })),
});

export const examples: readonly Example[] = [
  { title: "A name that leads out of the folder", given: archive("path-escapes"), finds: ["0 high"] },
  {
    title: "A hidden member, and a link inside of the archive",
    given: archive("hidden-member", "link-member"),
    finds: ["0 medium", "100 low"],
  },
  { title: "An ordinary archive", given: archive(), finds: [] },
];
