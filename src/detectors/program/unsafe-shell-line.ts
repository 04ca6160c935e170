// Lines that a notebook or script hands to a shell: `!…`, `%%bash` cells, shell scripts beside the data. Fetching a file
// and installing a package are everyday; running what was fetched, and packages from nowhere in particular, are not.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";
import { urlsIn } from "../network/address.ts";
import { decodesAndRuns, fetchesAndRuns, knownInstaller, opensShell } from "./command.ts";
import { SECRET_PATH } from "./names.ts";
import { oddDestination, reportAll } from "./payload.ts";
import { programOf } from "./program.ts";

const LINES_MAX = 20_000;
const LINE_MAX = 4_096;

export const unsafeShellLine: DocumentDetector = {
  id: "unsafe-shell-line",
  family: "program",
  reads: "document",
  languages: ["python", "shell"],
  title: "Shell line that runs what it fetches or installs from anywhere",
  severity: "medium",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0011", "CWE-494", "ATT&CK T1059.004", "ATT&CK T1105"],
  docs: {
    finds:
      "In `!` and `%` lines of notebooks, shell cells and shell scripts: a download piped into an interpreter (medium over https, high over http, from a bare address or a drop site, low for well-known installers), decoded text that runs (high), a shell for a peer (critical), a key file that is sent (critical), `pip install` from a repository (low), from plain http or another index (medium).",
    matters: "A notebook is run cell by cell by people who look at its pictures.",
    misses: "Downloads that are run in a later line, and commands put together from variables.",
    remedy: "Download, read, pin by digest, then run. Install packages from an index that you trust.",
  },
  inspect(document, report) {
    const hits: Hit[] = [];
    for (const { lineNumber, text } of linesOf(document.language === "shell", document)) {
      const found = judge(text);
      if (found)
        hits.push({
          message: `Line ${lineNumber} ${found.what}: ${quote(text, 120)}.`,
          severity: found.severity,
          lineNumber,
          excerpt: text.slice(0, 300),
          group: found.what,
          payload: text.slice(0, 300),
        });
    }
    reportAll(hits, report, "medium");
  },
};

function* linesOf(
  isShell: boolean,
  document: Parameters<DocumentDetector["inspect"]>[0],
): Generator<{ lineNumber: number; text: string }> {
  if (!isShell) {
    for (const { lineNumber, text } of programOf(document).syntax.magics)
      yield { lineNumber, text: text.slice(0, LINE_MAX) };
    return;
  }
  let joined = "";
  let first = 0;
  for (const [i, line] of document.text.split("\n", LINES_MAX).entries()) {
    if (joined === "") first = i + 1;
    joined += line.replace(/\\$/, " ");
    if (line.endsWith("\\") && joined.length < LINE_MAX) continue;
    if (!/^\s*#/.test(joined)) yield { lineNumber: first, text: joined.trim().slice(0, LINE_MAX) };
    joined = "";
  }
  if (joined !== "") yield { lineNumber: first, text: joined.trim().slice(0, LINE_MAX) };
}

export interface Judged {
  readonly severity: Severity;
  readonly what: string;
}

/** What a shell line does that it should not. */
export function judge(line: string): Judged | undefined {
  if (opensShell(line)) return { severity: "critical", what: "hands a shell to a network peer" };
  if (
    SECRET_PATH.test(line) &&
    /\b(?:curl|wget|nc|ncat|scp|rsync)\b/.test(line) &&
    /(?:^|\s)(?:-d|-F|-T|--data\S*|--post-\S+|--upload-file|nc|ncat|scp)\s|\|/.test(line)
  )
    return { severity: "critical", what: "sends a file with secrets away" };
  if (decodesAndRuns(line)) return { severity: "high", what: "runs decoded text" };
  if (fetchesAndRuns(line)) {
    if (knownInstaller(line)) return { severity: "low", what: "runs an installer from its project's own host" };
    const isPlain = /\bhttp:\/\//.test(line) || !/\bhttps:\/\//.test(line) || oddDestination(line) !== undefined;
    return { severity: isPlain ? "high" : "medium", what: "runs what it fetches, unseen" };
  }
  return /\b(?:pip[0-9.]*|uv)\s{1,5}(?:pip\s{1,5})?install\b/.test(line) ? judgeInstall(line) : undefined;
}

/** Indexes that projects tell everybody to use. */
const INDEXES =
  /^(?:pypi\.org|test\.pypi\.org|files\.pythonhosted\.org|download\.pytorch\.org|pypi\.nvidia\.com|pypi\.ngc\.nvidia\.com|data\.pyg\.org|storage\.googleapis\.com|huggingface\.github\.io|wheels\.vllm\.ai|flashinfer\.ai|abetlen\.github\.io|us-python\.pkg\.dev|.{1,60}\.pkg\.dev|(?:pypi\.)?tuna\.tsinghua\.edu\.cn|pypi\.tuna\.tsinghua\.edu\.cn|mirrors\.aliyun\.com|pypi\.douban\.com|mirrors\.cloud\.tencent\.com|repo\.huaweicloud\.com|mirror\.baidu\.com|pypi\.mirrors\.ustc\.edu\.cn|developer\.download\.nvidia\.com|dl\.fbaipublicfiles\.com|s3\.amazonaws\.com|download\.openmmlab\.com|developer\.intel\.com|pytorch-extension\.intel\.com|docs\.habana\.ai)$/;

/** What an install line or a requirement takes from where. Also used for requirement files. */
export function judgeInstall(line: string): Judged | undefined {
  const odd = oddDestination(line);
  if (odd !== undefined) return { severity: "high", what: `installs from ${odd}` };
  if (/\bgit\+(?:http|git):\/\//.test(line))
    return { severity: "medium", what: "installs over a connection that anyone between can change" };
  for (const url of urlsIn(line)) {
    if (url.scheme === "http" && !/^(?:localhost|127\.)/.test(url.host))
      return { severity: "medium", what: "installs over a connection that anyone between can change" };
  }
  if (/--trusted-host[\s=]/.test(line))
    return { severity: "low", what: "installs from a host whose certificate is not checked" };
  if (/(?:--extra-index-url|--index-url|--find-links|\s-i|\s-f)[\s=]/.test(` ${line}`)) {
    const strange = [...urlsIn(line)].find(({ host }) => !INDEXES.test(host) && !/^(?:github\.com)$/.test(host));
    if (strange) return { severity: "medium", what: "installs from an index that anyone may have set up" };
  }
  if (/\b(?:git|hg|svn|bzr)\+/.test(line))
    return {
      severity: /@[0-9a-f]{40}\b/.test(line) ? "info" : "low",
      what: "installs from a repository, at whatever it holds then",
    };
  return undefined;
}
