// Settings of git that run a command when a repository is checked out: filter drivers, submodules with commands. Known by
// their lines. Git LFS is the filter of nearly every repository on the Hub, and stays silent.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { reportAll } from "../program/payload.ts";

const LINES_MAX = 20_000;
const ATTRIBUTE = /^[^\s#]\S{0,200}[ \t]/;
const FILTER = /(?:^|[ \t])(filter|diff|merge)=([\w.-]{1,60})(?=[ \t]|$)/g;
const KNOWN =
  /^(?:lfs|xet|text|union|binary|ours|crlf|nbstripout|jupyternotebook|ipynb|nbdime|python|markdown|html|csv|astextplain|annex|git-crypt|gitcrypt|cpp|bash|tex|css|golang|java|ruby|rust|exif|hex|word|image)$/;
const COMMAND =
  /^\s*(?:clean|smudge|process|textconv|sshCommand|fsmonitor|hooksPath|update)\s{0,5}=\s{0,5}(\S.{0,300})$/i;

export const gitFilterDriver: DocumentDetector = {
  id: "git-filter-driver",
  family: "metadata",
  reads: "document",
  languages: ["other"],
  title: "Git settings that run a command on checkout",
  severity: "low",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["CWE-829", "ATT&CK T1059", "https://git-scm.com/docs/gitattributes#_filter"],
  docs: {
    finds:
      "Filters in .gitattributes other than LFS and a few known ones (low); in a configuration or .gitmodules: commands for filters, hooks and updates (medium), the ext transport, which is a command (high).",
    matters:
      "A filter runs on every file that is checked out, on whoever has defined it; a configuration that comes with the files defines it for them.",
    misses: "Commands defined in the reader's own configuration.",
    remedy: "Remove the line, or find out which command the filter stands for before checking out.",
  },
  inspect(document, report) {
    const lines = document.text.split("\n", LINES_MAX);
    const hits: Hit[] = [];
    let section = "";
    lines.forEach((whole, i) => {
      const line = whole.slice(0, 500).replace(/\r$/, "");
      section = /^\s*\[(\w{1,30})\b/.exec(line)?.[1]?.toLowerCase() ?? section;
      const hit = (severity: "low" | "medium" | "high", what: string): void => {
        hits.push({
          message: `Line ${i + 1} ${what}: ${quote(line.trim(), 100)}.`,
          severity,
          lineNumber: i + 1,
          excerpt: line.trim(),
          group: what,
        });
      };
      if (/^\s*url\s{0,5}=\s{0,5}ext::/.test(line)) return hit("high", "fetches a submodule with a command");
      const command = /^(?:filter|core|submodule|diff)$/.test(section) ? COMMAND.exec(line)?.[1] : undefined;
      if (command !== undefined && !/^git[- ](?:lfs|xet|annex)\b|^(?:checkout|rebase|merge|none)$/.test(command))
        return hit("medium", "names a command that git runs");
      if (section !== "" || !ATTRIBUTE.test(line) || !isAttributes(line)) return;
      for (const { 1: kind, 2: name = "" } of line.matchAll(FILTER))
        if (kind === "filter" && !KNOWN.test(name))
          return hit("low", "puts files through a filter that runs a command");
    });
    reportAll(hits, report, "low");
  },
};

/** A pattern, then nothing but attributes. */
const isAttributes = (line: string): boolean =>
  line
    .trim()
    .split(/[ \t]+/)
    .slice(1)
    .every((word) =>
      /^[-!]?(?:text|binary|diff|merge|filter|eol|crlf|ident|delta|encoding|whitespace|lockable|export-\w{1,10}|linguist-[\w-]{1,30}|working-tree-encoding|conflict-marker-size|gitlab-[\w-]{1,30})(?:=\S{1,60})?$/.test(
        word,
      ),
    );
