// What a command line does, as far as its words say: which program runs, whether it runs something fetched or decoded,
// and whether it is one of the tools that scripts about data use every day. Texts may have holes (see value.ts).
import { TAINTED, textOf, type Value } from "./value.ts";

/** A command and its arguments as one text; a list's elements apart by spaces. */
export function commandText(value: Value | undefined): string {
  if (!value) return "";
  const text =
    value.items && value.text === undefined ? [...value.items.values()].map(textOf).join(" ") : textOf(value);
  return text.slice(0, COMMAND_MAX);
}
const COMMAND_MAX = 4096;

const SHELLS = /^(?:ba|z|da|k|c|fi)?sh$|^(?:cmd|powershell|pwsh)(?:\.exe)?$/i;
const INTERPRETERS =
  /^(?:(?:ba|z|da|k|c|fi)?sh|python[0-9.]*w?|perl|ruby|node|php|lua|osascript|powershell|pwsh|cmd|eval|exec|source|\.|xargs|env|sudo|nohup|setsid|time)(?:\.exe)?$/i;
const EVERYDAY =
  /^(?:nvidia-smi|git|git-lfs|ffmpeg|ffprobe|sox|soxi|pip3?|conda|mamba|uv|apt|apt-get|ls|dir|mkdir|cp|mv|cat|head|tail|wc|du|df|free|unzip|zip|tar|gunzip|gzip|bzip2|xz|7z|7za|unrar|wget|curl|aria2c|gsutil|aws|gcloud|kaggle|huggingface-cli|hf|rsync|find|grep|egrep|awk|sed|sort|uniq|cut|tr|echo|date|pwd|which|uname|lscpu|lsb_release|java|javac|make|cmake|gcc|g\+\+|clang|nvcc|rustc|cargo|go|npm|node|pdflatex|latex|pandoc|convert|tesseract|docker|python[0-9.]*|jupyter|nbconvert|tensorboard|accelerate|torchrun|deepspeed|black|ruff|pytest|touch|chmod|ln|test|true|sleep|split|shuf|md5sum|sha256sum|protoc|stanza|perl|ocrmypdf|pdftotext|tree|cd|export|source|set|rm|clear|sox|lame|sudo|ollama|mlflow|wandb|dvc|make|ninja|sqlite3|psql|mysql|spm_train|spm_encode|fairseq-\w+|lm_eval|vllm|ngpu|nproc|top|htop|ps|hostname|xvfb-run|hdfs|hadoop|twine|spark-submit)$/i;

const wordsOf = (part: string): string[] =>
  part
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "");
const baseOf = (word: string): string => word.replace(/^["'(]+|["')]+$/g, "").replace(/^.*[/\\]/, "");

/** The programs that a command line starts, in order; at most 32. */
export function programsIn(command: string): string[] {
  return command
    .split(/[;&|\n]+/, 32)
    .map((part) =>
      baseOf(wordsOf(part).find((word) => !/^\w+=/.test(word) && !/^(?:sudo|time|nohup|env)$/.test(word)) ?? ""),
    )
    .filter((word) => word !== "");
}

export const isEveryday = (command: string): boolean => {
  const programs = programsIn(command);
  return programs.length > 0 && programs.every((program) => EVERYDAY.test(program));
};

/** True when a hole with bytes from outside stands where it runs: as the program, in code given with -c, or as the
 * script of an interpreter. */
export function runsTainted(command: string, dropped: ReadonlySet<string>): boolean {
  const isOutside = (word: string): boolean =>
    word.includes(TAINTED) || [...dropped].some((path) => word.includes(path));
  return command.split(/[;&|\n]+/, 32).some((part) => {
    // An interpreter's script stands near its front.
    const words = wordsOf(part).slice(0, 16);
    if (words[0]?.includes(TAINTED)) return true;
    for (const word of words) {
      if (isOutside(word)) return true;
      // Options and the interpreters themselves may stand in between; another program's argument is only data.
      if (!INTERPRETERS.test(baseOf(word)) && !/^[-/]\w/.test(word) && !/^\w+=/.test(word)) return false;
    }
    return false;
  });
}

const FETCHES = /\b(?:curl|wget|fetch|aria2c|Invoke-WebRequest|iwr|DownloadString|DownloadFile)\b/i;
const PIPED =
  /\|\s{0,10}(?:sudo\s{1,5}(?:-\w{1,5}\s{1,5})?)?(?:env\s{1,5})?(?:(?:ba|z|da|k)?sh|python[0-9.]{0,5}|perl|ruby|node|iex|Invoke-Expression)\b/i;
const SUBSTITUTED = /(?:<\(|\$\(|`)\s{0,10}(?:curl|wget)\b/i;

/** `curl … | sh` and its like. */
export const fetchesAndRuns = (command: string): boolean =>
  FETCHES.test(command) &&
  (PIPED.test(command) ||
    (SUBSTITUTED.test(command) && /(?:^|[;&|\s])(?:eval|(?:ba|z|da)?sh|source|\.|python[0-9.]*)\s/.test(command)) ||
    /\biex\b/i.test(command));

/** `base64 -d | sh` and its like. */
export const decodesAndRuns = (command: string): boolean =>
  (/\b(?:base64\s{1,5}(?:-d|-D|--decode)|xxd\s{1,5}-r|openssl\s{1,5}(?:enc|base64)\s[^|]{0,100}-d)\b/.test(command) &&
    (PIPED.test(command) || /\beval\b|\bsh\b\s{1,5}-c/.test(command))) ||
  /\bpowershell(?:\.exe)?\b[^|]{0,200}\s-e(?:nc|ncodedcommand|c)?\s{1,5}[A-Za-z0-9+/=]{20}/i.test(command);

/** A shell handed to a peer. */
export const opensShell = (command: string): boolean =>
  /\/dev\/(?:tcp|udp)\//.test(command) ||
  /\b(?:nc|ncat|netcat)\b[^\n|]{0,200}\s-(?:[a-z]{0,4}[ec]|-exec|-sh-exec)\s/.test(`${command} `) ||
  /\bmkfifo\b[^\n]{0,200}\b(?:nc|ncat|netcat|telnet|openssl)\b/.test(command) ||
  /\bsocat\b[^\n]{0,200}\bexec:/i.test(command);

export const isShell = (program: string): boolean => SHELLS.test(baseOf(program));

/** Installers that their projects tell everybody to pipe into a shell, over https, from the project's own host. */
export const knownInstaller = (command: string): boolean =>
  /https:\/\/(?:sh\.rustup\.rs|get\.docker\.com|ollama\.com\/install|astral\.sh\/|install\.python-poetry\.org|bun\.sh\/install|deno\.land\/install|packagecloud\.io\/install\/repositories\/github\/git-lfs\/|deb\.nodesource\.com\/|repo\.anaconda\.com\/|micro\.mamba\.pm\/|sdk\.cloud\.google\.com|raw\.githubusercontent\.com\/(?:nvm-sh|Homebrew|pyenv)\/)/.test(
    command,
  );
