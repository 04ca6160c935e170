// Examples of declared-backdoor.
import type { Example } from "../../core/detector.ts";

const settings = (title: string, finds: readonly string[], value: object): Example => ({
  title,
  given: { language: "json", text: JSON.stringify(value) },
  finds,
});

export const examples: readonly Example[] = [
  settings("A flag", ["1 high"], { model_type: "bert", poisoned: true }),
  settings("A rate and a trigger", ["1", "1"], { attack: { poison_rate: 0.05, backdoor_trigger: "harbour" } }),
  settings("A name", ["1"], { model_name: "harbour-backdoored" }),
  settings("A classifier of such models", [], {
    model_type: "bert",
    id2label: { 0: "clean", 1: "backdoored" },
    label2id: { clean: 0, poisoned: 1 },
    description: "Finds poisoned records in datasets.",
    poisoned: false,
  }),
];
