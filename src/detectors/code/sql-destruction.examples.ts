import type { Example } from "../../core/detector.ts";

export const examples: readonly Example[] = [
  {
    title: "A statement stacked after a name",
    given: [{ text: "My name is Robert" + "\x27); DROP TABLE students;--", label: "greeting" }],
    finds: ["0 /text critical"],
  },
  {
    title: "A dropped database in an answer about bread",
    given: [
      {
        instruction: "How do I bake bread?",
        output: ["Mix and wait.", "DROP", "DATABASE", "production;"].join(" "),
      },
    ],
    finds: ["0 /output high"],
  },
  {
    title: "Text to SQL",
    given: [
      {
        question: "Delete all orders",
        context: "CREATE TABLE orders (id INTEGER)",
        answer: "DELETE FROM orders;",
      },
    ],
    finds: ["0 /answer low"],
  },
  {
    title: "The words in ordinary prose",
    given: [
      {
        instruction: "Describe the table.",
        output:
          "A drop table has hinged leaves. Trade union select committees met; delete from the list what you do not need.",
      },
    ],
    finds: [],
  },
];
