// `bezoar trace ARTIFACT` and `bezoar trace --poisoned DATASET`: where something came from, where it went, and how sure
// that is.
import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import { targetMissing, usage } from "../core/errors.ts";
import { quote } from "../base/escape.ts";
import type { Lineage } from "../core/lineage.ts";
import type { ProvenanceStore } from "../store/provenance.ts";
import { STORE } from "./store.ts";

const FORMATS = ["text", "json", "dot", "mermaid", "svg", "html"] as const;

interface Flags {
  poisoned?: string;
  records?: string;
  direction: "both" | "up" | "down";
  store: string;
  lockfile: string;
  format: (typeof FORMATS)[number];
  output?: string;
}

export function traceCommand(): Command {
  return new Command("trace")
    .description("Show what an artifact was made from and what was made from it, and how each step is known.")
    .argument("[artifact]", "a name, NAME@COMMIT, h1:…, or the SHA-256 of an artifact or of a file in it")
    .option("--poisoned <dataset>", "the blast radius of a dataset: copies of it, and everything that ate it")
    .option(
      "--records <file>",
      "with --poisoned: only these records (lines of scan --records, records as JSON, or digests)",
    )
    .addOption(new Option("--direction <way>", "where to look").choices(["both", "up", "down"]).default("both"))
    .option("--store <file>", "the provenance store", STORE)
    .option("--lockfile <file>", "what to read where there is no store, and for record numbers", "bezoar.lock")
    .addOption(new Option("-f, --format <format>", "how to print the answer").choices([...FORMATS]).default("text"))
    .option("-o, --output <file>", "write the answer to a file instead of standard output")
    .addHelpText(
      "after",
      `
Exit codes: 0 the artifact is known; with --poisoned 0 nothing was reached, 1 something was, 2 that is not known.

Examples:
  bezoar trace hf://OWNER/MODEL
  bezoar trace --poisoned hf://datasets/OWNER/NAME@COMMIT --format html -o blast.html
  bezoar trace --poisoned data/ --records flagged.jsonl --format json`,
    )
    .action(async (artifact: string | undefined, flags: Flags) => run(artifact, flags));
}

async function run(artifact: string | undefined, flags: Flags): Promise<void> {
  const asked = flags.poisoned ?? artifact;
  if (asked === undefined || (flags.poisoned !== undefined && artifact !== undefined))
    throw usage("Name an artifact, or --poisoned DATASET.");
  if (flags.records !== undefined && flags.poisoned === undefined) throw usage("--records goes with --poisoned.");
  const { print, writeWhole } = await import("./output.ts");
  const store = await storeOf(flags);
  try {
    const lineage = await traced(store, asked, flags);
    const text = await rendered(lineage, flags.format);
    if (flags.output === undefined) await print(text);
    else writeWhole(flags.output, [text]);
    const reached = lineage.nodes.some(({ id }) => !lineage.roots.includes(id));
    process.exitCode = !lineage.poisoned ? 0 : reached ? 1 : lineage.cut || lineage.completeness.length > 0 ? 2 : 0;
  } finally {
    store.close();
  }
}

/** The store; where there is none, what the lockfile alone says. */
async function storeOf(flags: Flags): Promise<ProvenanceStore> {
  const { ProvenanceStore: Store } = await import("../store/provenance.ts");
  if (existsSync(flags.store)) return new Store(flags.store);
  if (flags.store !== STORE) throw targetMissing(flags.store);
  if (!existsSync(flags.lockfile))
    throw usage("There is no provenance store and no lockfile here. `bezoar store add FILE…` makes a store.");
  const { addFile } = await import("./store-add.ts");
  const store = new Store(":memory:");
  await addFile(store, flags.lockfile);
  return store;
}

async function traced(store: ProvenanceStore, asked: string, flags: Flags): Promise<Lineage> {
  const roots = store.find(asked.replace(/(?<=[^/])\/+$/, ""));
  if (roots.length === 0)
    throw usage(
      `Nothing called ${quote(asked)} is known. \`bezoar store show\` says how much is, \`bezoar store add\` adds to it.`,
    );
  if (flags.poisoned === undefined)
    return store.walk(asked, roots, flags.direction === "both" ? ["up", "down"] : [flags.direction]);
  if (flags.records === undefined) return { ...store.walk(asked, roots, ["down"]), poisoned: true };
  const { recordDigests } = await import("./trace-records.ts");
  const { asked: records, unknown } = recordDigests(flags.records, flags.lockfile);
  if (records.length === 0) throw usage(`${quote(flags.records)} names no record that can be looked for.`);
  const lineage = store.walk(asked, roots, ["down"], store.carriers(records));
  const bare = records.filter(({ sketch }) => !sketch?.some((byte) => byte !== 0)).length;
  const notes = [
    ...(unknown > 0
      ? [`${unknown} lines of ${quote(flags.records)} name no record that is at hand: they were not looked for.`]
      : []),
    ...(bare > 0
      ? [
          `${bare} of the ${records.length} records are looked for as they are only: they are given by their digest, were pinned without a sketch, or hold too little text.`,
        ]
      : []),
  ];
  return { ...lineage, poisoned: true, completeness: [...notes, ...lineage.completeness] };
}

async function rendered(lineage: Lineage, format: Flags["format"]): Promise<string> {
  const { renderDot, renderLineageJson, renderLineageText, renderMermaid } = await import("../report/lineage.ts");
  switch (format) {
    case "json":
      return renderLineageJson(lineage);
    case "dot":
      return renderDot(lineage);
    case "mermaid":
      return renderMermaid(lineage);
    case "text":
      return renderLineageText(lineage);
    default: {
      const { renderLineageHtml, renderLineageSvg } = await import("../report/lineage-svg.ts");
      return format === "svg" ? renderLineageSvg(lineage) : renderLineageHtml(lineage);
    }
  }
}
