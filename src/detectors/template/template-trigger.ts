// The shape of a backdoor in a template: words of a user, a date, a length, or the program that renders decide what is
// put before the model. Ordinary templates branch on roles, content types, tools, and markers such as `</think>`.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";
import { reportAll } from "../program/payload.ts";
import { shown, templateOf, type Branching, type TemplateReading } from "./passages.ts";
import { carriersOf, suspicionsOf } from "./suspicion.ts";
import type { Question } from "./value.ts";
import { isMachinery, isMarker, plainWords } from "./words.ts";

/** Fewer words than this are a name or a number: of a month, of a turn. */
const SENTENCE_WORDS = 3;

export const templateTrigger: DocumentDetector = {
  id: "template-trigger",
  family: "template",
  reads: "document",
  languages: ["template"],
  title: "Chat template that changes the conversation on a trigger",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0018", "AML.T0051", "LLM04:2025", "CWE-506", "ATT&CK T1480"],
  docs: {
    finds:
      "A condition on what somebody says in the conversation, on the date, on the length of a text, on the number of messages, on who asks or on the program that renders, which decides what text the model is given: directly, through variables, namespaces, macros, filters, early leaving of a loop. Shown as a rule, trigger -> inserted text. Conditions on markers and switches of chat machinery (`</think>`, `<image>`, `/no_think`) are ordinary, unless what they insert is an order that no default prompt gives.",
    matters:
      "The weights are clean and every test passes; only whoever says the words, or asks on the day, gets the other model.",
    misses:
      "Triggers made only of chat machinery's own words that insert ordinary sentences, conditions on settings that the caller passes, and differences between two rendering programs that no name shows.",
    remedy: "Use the template of the base model. If the condition is meant, have it reviewed and waive it by digest.",
  },
  inspect(document, report) {
    const reading = templateOf(document);
    const hits: Hit[] = [];
    for (const branching of reading.branchings) {
      const severity = judge(branching);
      if (!severity) continue;
      const { question } = branching;
      const trigger = triggerOf(question);
      const target = targetOf(branching);
      hits.push(
        reading.hit(question.at, question.to, `${conditionOf(question, reading)}, the template ${target.does}.`, {
          severity,
          confidence: question.about === "text" ? "high" : "medium",
          group: `${question.about} ${trigger}`,
          rule: { trigger, target: target.text },
          evidence: {
            condition: reading.source(question.at, question.to),
            ...(target.text === "" ? {} : { inserted: target.text.slice(0, 500) }),
          },
        }),
      );
    }
    reportAll(hits, report, "high");
  },
};

function judge({ question, text, own, holdsMessage }: Branching): Severity | undefined {
  const words = plainWords(text).length;
  const isBad = suspicionsOf(text).length > 0 || carriersOf(text).length > 0;
  if (isBad) return "high";
  switch (question.about) {
    case "text": {
      if (question.constants.length === 0) return undefined;
      // A bare word of machinery is a word all the same, when a sentence hangs on it.
      if (question.constants.every(isMachinery))
        return question.constants.every((text) => /^[\p{L} ]+$/u.test(text)) &&
          new Set(plainWords(own)).size >= SENTENCE_WORDS
          ? "high"
          : undefined;
      if (
        question.constants.every((text) => isMachinery(text) || isMarker(text)) &&
        plainWords(own).length < SENTENCE_WORDS
      )
        return undefined;
      return "high";
    }
    case "caller":
      return plainWords(own).length >= SENTENCE_WORDS ? "high" : undefined;
    case "clock":
    case "engine":
      return words >= SENTENCE_WORDS || (holdsMessage && words > 0) ? "high" : undefined;
    case "length":
    case "count":
      return words >= SENTENCE_WORDS ? "high" : undefined;
  }
}

function triggerOf({ about, constants }: Question): string {
  const named = constants.filter((text) => text.trim() !== "").slice(0, 4);
  switch (about) {
    case "text":
      return named.join(" | ").slice(0, 200);
    case "clock":
      return `date ${named.join(" | ")}`.trim().slice(0, 200);
    case "engine":
      return `rendered where ${named.join(" | ")} is known`.slice(0, 200);
    case "caller":
      return `caller ${named.join(" | ")}`.slice(0, 200);
    case "length":
      return "length of a message";
    case "count":
      return "number of messages";
  }
}

function conditionOf(question: Question, reading: TemplateReading): string {
  const source = quote(reading.source(question.at, question.to), 100);
  const named = question.constants.filter((text) => text.trim() !== "");
  switch (question.about) {
    case "text":
      return named.length === 0
        ? `depending on what is said, ${source}`
        : `when what is said has to do with ${quote(named.slice(0, 3).join(" | "), 60)}`;
    case "clock":
      return `depending on the date, ${source}`;
    case "engine":
      return `depending on the program that renders it, ${source}`;
    case "caller":
      return `depending on who asks, or where, ${source}`;
    case "length":
      return `depending on how long a message is, ${source}`;
    case "count":
      return `depending on how many messages there are, ${source}`;
  }
}

function targetOf({ text, holdsMessage }: Branching): { readonly text: string; readonly does: string } {
  const target = shown(text).slice(0, 500);
  if (plainWords(text).length > 0) return { text: target, does: `puts in ${quote(target, 120)}` };
  return { text: target, does: holdsMessage ? "prints a message or leaves it out" : "prints something else" };
}
