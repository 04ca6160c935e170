// `bezoar explain ID` and `bezoar detectors`
import { Command, Option } from "commander";
import { usage } from "../core/errors.ts";

export function explainCommand(): Command {
  return new Command("explain")
    .description("What a detector finds, why it matters, what it misses, and what to do.")
    .argument("<id>", "a detector, as `bezoar detectors` and reports name it")
    .addOption(new Option("-f, --format <format>", "how to print it").choices(["text", "json"]).default("text"))
    .option("--no-color", "no colour")
    .addHelpText("after", "\nExamples:\n  bezoar explain tag-characters\n  bezoar explain reverse-shell --format json")
    .action(async (id: string, flags: { format: string; color: boolean }) => {
      const [{ detectors }, { print }] = await Promise.all([import("../detectors/index.ts"), import("./output.ts")]);
      const card = detectors.find((detector) => detector.id === id);
      if (!card)
        throw usage(
          `there is no detector ${JSON.stringify(id)}.${nearest(
            id,
            detectors.map((d) => d.id),
          )} \`bezoar detectors\` lists them.`,
        );
      if (flags.format === "json") {
        await print(`${JSON.stringify(plain(card), null, 2)}\n`);
        return;
      }
      const { renderCard } = await import("../report/detector-page.ts");
      const color = flags.color && process.stdout.isTTY && !process.env["NO_COLOR"];
      await print(
        renderCard(card, { color, width: process.stdout.isTTY ? Math.min(process.stdout.columns, 100) : 100 }),
      );
    });
}

export function detectorsCommand(): Command {
  return new Command("detectors")
    .description("List the detectors.")
    .addOption(new Option("-f, --format <format>", "how to print it").choices(["text", "json"]).default("text"))
    .addHelpText("after", "\nExamples:\n  bezoar detectors\n  bezoar detectors --format json")
    .action(async (flags: { format: string }) => {
      const [{ detectors }, { print }] = await Promise.all([import("../detectors/index.ts"), import("./output.ts")]);
      if (flags.format === "json") {
        await print(`${JSON.stringify(detectors.map(plain), null, 2)}\n`);
        return;
      }
      const families = Map.groupBy(detectors, ({ family }) => family);
      const width = Math.max(...detectors.map(({ id }) => id.length));
      const lines: string[] = [];
      for (const [family, list] of [...families].sort(([a], [b]) => (a < b ? -1 : 1))) {
        lines.push(family);
        for (const { id, severity, title } of list.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
          lines.push(`  ${id.padEnd(width)}  ${severity.padEnd(8)}  ${title}`);
        lines.push("");
      }
      await print(`${lines.join("\n")}${detectors.length} detectors. \`bezoar explain ID\` tells more about one.\n`);
    });
}

const plain = ({ id, family, title, severity, confidence, maturity, since, references, docs }: Card): object => ({
  id,
  family,
  title,
  severity,
  confidence,
  maturity,
  since,
  references,
  docs,
});
type Card = import("../core/detector.ts").Card;

/** The id of which most letter pairs are shared, if that is most of them. */
function nearest(id: string, ids: readonly string[]): string {
  const pairs = (text: string): Set<string> => new Set(Array.from(text.slice(0, -1), (c, i) => c + text[i + 1]));
  const given = pairs(id.toLowerCase().slice(0, 80));
  const likeness = (other: string): number => {
    const theirs = pairs(other);
    return (2 * given.intersection(theirs).size) / (given.size + theirs.size || 1);
  };
  const [best] = ids.toSorted((a, b) => likeness(b) - likeness(a) || (a < b ? -1 : 1));
  return best && likeness(best) > 0.4 ? ` Did you mean ${best}?` : "";
}
