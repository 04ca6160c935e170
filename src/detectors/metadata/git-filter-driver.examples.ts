// Examples of git-filter-driver.
import type { Example } from "../../core/detector.ts";

const file = (title: string, finds: readonly string[], ...lines: readonly string[]): Example => ({
  title,
  given: { language: "other", text: `${lines.join("\n")}\n` },
  finds,
});

export const examples: readonly Example[] = [
  file("A filter of its own", ["2 low"], "*.parquet filter=lfs diff=lfs merge=lfs -text", "*.csv filter=prepare -text"),
  file("A command for a filter", ["2 medium"], '[filter "prepare"]', "\tsmudge = ./prepare %f"),
  file("A submodule fetched with a command", ["3 high"], '[submodule "a"]', "\tpath = a", `\turl = ${"ext"}::./helper`),
  file("A submodule updated with a command", ["3 medium"], '[submodule "a"]', "\tpath = a", "\tupdate = !./helper"),
  file(
    "Attributes as the Hub writes them",
    [],
    "*.7z filter=lfs diff=lfs merge=lfs -text",
    "*.bin filter=lfs diff=lfs merge=lfs -text",
    "# *.csv filter=prepare",
    "*.ipynb filter=nbstripout",
    '[submodule "a"]',
    "\tpath = a",
    "\turl = https://github.com/example/a.git",
    "\tupdate = merge",
  ),
  file(
    "Prose about filters",
    [],
    "Choose filter=strict for a clean image, or",
    "use filter=prepare when you want all of it.",
  ),
];
