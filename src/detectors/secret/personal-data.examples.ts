import type { Example } from "../../core/detector.ts";

// Numbers whose checksum fits and that belong to nobody: the standards' own examples.
const account = ["GB82", "WEST", "1234", "5698", "7654", "32"].join(" ");

export const examples: readonly Example[] = [
  {
    title: "A bank account with a true checksum",
    given: [{ text: `My IBAN is ${account}.` }],
    finds: ["0 /text info"],
  },
  { title: "A mailbox", given: [{ text: ["Write to ann.b", "gmail.com"].join("@") }], finds: ["0 /text info"] },
  {
    title: "A wrong checksum, a manual's card, a placeholder",
    given: [{ text: "IBAN GB82 WEST 1234 5698 7654 33, visa 4111 1111 1111 1111, user@example.com" }],
    finds: [],
  },
];
