// Download and execute: something fetched from the network and run in the same breath. Install lines of well-known tools
// are ordinary; the same line with an address nobody knows, in a record about something else, is not.
import type { RecordDetector } from "../../core/detector.ts";
import { anchorsOf, inspectCommands, searchFor } from "./indicators.ts";
import type { Indicator } from "./indicators.ts";

const FETCHES_PS =
  /\b(?:iwr|irm|curl|wget)\b|Invoke-(?:WebRequest|RestMethod)|Download(?:String|Data|File)|WebClient|XMLHTTP|OpenRead/i;

const ADDRESSES: readonly string[] = ["http://", "https://", "ftp://"];

export const DOWNLOAD_EXECUTES: readonly Indicator[] = [
  {
    technique: "download piped to an interpreter",
    starts: ["curl", "wget", "lwp-download", "axel", "aria2c"],
    whole: true,
    needs: [["|"]],
    pattern:
      /\b(?:curl|wget|lwp-download|axel|aria2c)(?:\s|\$\{?IFS\}?)[^\n]{1,500}?\|\s{0,8}(?:sudo\s+)?(?:-\w{1,3}\s+)?(?:env\s+)?(?:\w{1,30}=\S{0,60}\s+)?(?:nohup\s+)?(?:\/[\w/]{1,30}\/)?(?:(?:ba|z|k|da|a|fi)?sh|python[\d.]{0,4}|perl|ruby|php|node|pwsh|iex)(?![\w.-])/iy,
    severity: "critical",
    installer: true,
  },
  {
    technique: "interpreter fed by a download",
    starts: ["curl", "wget"],
    needs: [["$(", "`", "<"]],
    pattern: /(?:curl|wget)\b[^\n]{1,200}/imy,
    before:
      /(?:(?:\b(?:(?:ba|z|k|da)?sh|source|eval|python[\d.]{0,4}|perl|ruby|php|exec)\b|(?:^|[\s;&|"'`])\.)[^\n;|&]{0,30}(?:<\s?\(|\$\(|`)\s?(?:sudo\s+)?)$/im,
    severity: "critical",
    installer: true,
  },
  {
    technique: "download, then run the file",
    starts: ["curl", "wget", "lwp-download"],
    whole: true,
    pattern:
      /\b(?:curl|wget|lwp-download)(?:\s|\$\{?IFS\}?)[^\n]{5,300}?(?:&&|;|\|\||\n)\s{0,8}(?:sudo\s+)?(?:chmod\s+(?:-R\s+)?(?:[ugoa]{0,4}\+[rw]{0,2}x|[0-7]{3,4})\b|(?:ba|z|da)?sh\s+[\w./~-]{1,80}|\.\/[\w.-]{1,80}|\/tmp\/[\w.-]{1,80}|python3?\s+[\w./~-]{1,80}|start\s+[\w.%\\-]{1,80}\.exe)/iy,
    severity: "high",
    installer: true,
  },
  {
    technique: "PowerShell download to Invoke-Expression",
    starts: ["iex", "invoke-expression"],
    whole: true,
    needs: [["iwr", "irm", "curl", "wget", "invoke-", "download", "webclient", "xmlhttp", "openread"]],
    pattern: /(?<![\w-])(?:iex|Invoke-Expression)(?![\w-])/iy,
    near: [FETCHES_PS],
    severity: "critical",
    installer: true,
  },
  {
    technique: "PowerShell download and start",
    starts: ["downloadfile", "downloaddata", "invoke-webrequest", "start-bitstransfer"],
    needs: [["start-process", "invoke-item", "saps", ".exe", ".ps1", ".bat", "assembly", "process.start", "rundll32"]],
    pattern: /DownloadFile\s?\(|DownloadData\s?\(|Invoke-WebRequest\b|Start-BitsTransfer\b/iy,
    near: [
      /Start-Process|Invoke-Item|\bsaps\b|&\s?["'$][^\n]{1,60}\.(?:exe|ps1|bat)|Assembly\]?::Load|;\s?\.?[\\/][\w.\\-]{1,60}\.exe|Process\.Start|rundll32/i,
    ],
    span: 320,
    severity: "high",
    installer: true,
  },
  {
    technique: "certutil download",
    starts: ["certutil"],
    needs: [["urlcache", "verifyctl"]],
    pattern: /\bcertutil(?:\.exe)?\s[^\n]{0,60}?[-/](?:urlcache|verifyctl)\b[^\n]{0,160}/iy,
    severity: "critical",
  },
  {
    technique: "bitsadmin transfer",
    starts: ["bitsadmin"],
    pattern: /\bbitsadmin(?:\.exe)?\s[^\n]{0,80}?\/(?:transfer|addfile|setnotifycmdline)\b[^\n]{0,160}/iy,
    severity: "critical",
  },
  {
    technique: "mshta running remote script",
    starts: ["mshta"],
    pattern: /\bmshta(?:\.exe)?\s{1,4}["']?(?:https?:|javascript:|vbscript:|\\\\)[^\n]{0,160}/iy,
    severity: "critical",
  },
  {
    technique: "regsvr32 remote scriptlet",
    starts: ["regsvr32"],
    pattern: /\bregsvr32(?:\.exe)?\s[^\n]{0,80}?\/i:\s?["']?(?:https?:|\\\\|ftp:)[^\n]{0,120}/iy,
    severity: "critical",
  },
  {
    technique: "rundll32 script",
    starts: ["rundll32"],
    pattern: /\brundll32(?:\.exe)?\s[^\n]{0,60}?(?:javascript:|https?:|\\\\[\w.]{3,60}\\)[^\n]{0,160}/iy,
    severity: "critical",
  },
  {
    technique: "msiexec from the network",
    starts: ["msiexec"],
    needs: [["http"]],
    pattern: /\bmsiexec(?:\.exe)?\s[^\n]{0,60}?https?:[^\s"']{4,160}/iy,
    severity: "high",
    installer: true,
  },
  {
    technique: "wmic remote stylesheet",
    starts: ["wmic"],
    needs: [["/format"]],
    pattern: /\bwmic(?:\.exe)?\s[^\n]{0,80}?\/format:\s?["']?https?:[^\s"']{4,160}/iy,
    severity: "critical",
  },
  {
    technique: "program that runs what it downloads",
    starts: ["urlopen", "requests.get", "urllib", "httpx.get"],
    needs: [["exec", "eval", "os.system", "subprocess.", "compile"]],
    pattern: /(?:urlopen|requests\.get|httpx\.get|urllib2?\.[\w.]{1,20})\s?\([^\n]{0,160}/iy,
    before: /(?:\b(?:exec|eval|os\.system|subprocess\.\w{1,14}|compile)\s?\([^\n]{0,120})$/i,
    severity: "critical",
  },
  {
    technique: "program that runs what it downloaded",
    starts: ["urlopen", "requests.get", "urlretrieve", "httpx.get"],
    needs: [["exec", "eval", "os.startfile", "os.chmod", "os.system", "subprocess."]],
    pattern: /\b(?:urlopen|requests\.get|urlretrieve|httpx\.get)\s?\([^\n]{1,200}/iy,
    near: [
      /(?:^|[\s;:])(?:exec|eval)\s?\(\s?\w|os\.(?:startfile|chmod|exec\w{1,3})\s?\(|os\.system\s?\(\s?f?["'][^\n]{0,40}(?:\.\/|\/tmp|python|sh |chmod)|subprocess\.\w{1,14}\s?\(\s?\[?\s?["'](?:\/tmp|\.\/|sh|bash|python3?|\/bin)/im,
    ],
    span: 320,
    severity: "high",
  },
  {
    technique: "JavaScript that runs what it downloads",
    starts: ["fetch", "axios", "http.get", "https.get"],
    needs: [["eval", "function"]],
    pattern: /(?:fetch|axios|https?\.get)\b[^\n]{0,160}/iy,
    before: /(?:\b(?:eval|Function)\s?\([^\n]{0,60})$/,
    severity: "critical",
  },
  {
    technique: "JavaScript that passes a download to eval",
    starts: ["fetch", "http.get", "https.get"],
    needs: [["eval", "function"]],
    pattern:
      /\bfetch\s?\([^\n]{1,160}?\.then\s?\(\s?(?:eval|Function)\b|\bhttps?\.get\s?\([^\n]{1,200}?\beval\s?\(|\bfetch\s?\([^\n]{1,160}?\.then\s?\([^\n]{1,80}?(?<![\w.])eval\s?\(/y,
    severity: "critical",
  },
  {
    technique: "PHP that runs what it downloads",
    starts: ["file_get_contents", "curl_exec"],
    pattern: /(?:file_get_contents|curl_exec)\s?\([^\n]{0,160}/iy,
    before: /(?:\b(?:eval|assert|system|exec|create_function|include|require)\s?\(?[^\n]{0,60})$/i,
    severity: "critical",
  },
  {
    technique: "Ruby or Perl that runs what it downloads",
    starts: ["net::http", "uri.open", "lwp::simple"],
    needs: [["eval"]],
    pattern: /(?:Net::HTTP|URI\.open|LWP::Simple)[^\n]{0,160}/iy,
    before: /(?:\beval\s?\(?[^\n]{0,60})$/i,
    severity: "critical",
  },
  {
    technique: "Ruby or Perl one-liner that runs what it downloads",
    starts: ["-ropen-uri", "lwp::simple"],
    needs: [["eval"]],
    pattern: /-ropen-uri\b[^\n]{0,60}?\beval\b[^\n]{0,120}|LWP::Simple[^\n]{0,60}?\beval\b[^\n]{0,120}/iy,
    severity: "critical",
  },
  {
    technique: "Java class loaded from the network",
    starts: ["urlclassloader"],
    pattern: /\bURLClassLoader\b/iy,
    near: [/https?:\/\//i, /newInstance|invoke\s?\(|loadClass/i],
    span: 400,
    severity: "high",
  },
  {
    technique: "script host download",
    starts: ["adodb.stream", "msxml2.", "microsoft.xmlhttp"],
    needs: [["savetofile", "shell", ".run"]],
    pattern: /\bADODB\.Stream\b|\bMSXML2\.(?:Server)?XMLHTTP\b|Microsoft\.XMLHTTP/iy,
    near: [/SaveToFile|WScript\.Shell|\.Run\b|Shell\s?\(|ShellExecute/i],
    span: 500,
    severity: "high",
  },
  {
    technique: "package installed from an unknown address",
    starts: ["pip", "easy_install", "npm", "npx", "yarn", "pnpm"],
    whole: true,
    needs: [ADDRESSES],
    anchors: [
      { all: [["npm", "npx", "easy_install"], ADDRESSES] },
      { all: ["pip", "install", ADDRESSES] },
      { all: ["yarn", "add", ADDRESSES] },
    ],
    pattern:
      /\b(?:pip[\d.]{0,4}\s+install|easy_install|npm\s+(?:i|install|exec)|npx|yarn\s+add|pnpm\s+(?:add|i))(?:\s+[^\s`|;&<>()]{1,60}){0,6}?\s+["'\\]{0,2}(?:[\w.-]{1,40}\s?@\s?)?(?:--?[\w-]{1,24}=)?(?:(?:git\+)?(?:https?|ftp):\/\/(?!(?:localhost|127\.|0\.0\.0\.0|\[::1\]|host\.docker\.internal)|(?:[\w-]{1,40}@)?(?:github\.com|gitlab\.com|bitbucket\.org|[a-z]{0,12}\.?pypi\.org|download\.pytorch\.org|files\.pythonhosted\.org|huggingface\.co|registry\.npmjs\.org|storage\.googleapis\.com|[a-z.]{0,20}(?:aliyun|tuna\.tsinghua|ustc|douban|tencent|huaweicloud)[a-z.]{0,12}))[^\s"'`)]{4,160})/iy,
    severity: "high",
    installer: true,
  },
  {
    technique: "package index on an unknown address",
    starts: ["--index-url", "--extra-index-url", "--trusted-host", "--registry"],
    pattern:
      /--(?:extra-)?index-url[=\s]{1,3}http[^\s"'`]{4,160}(?<![^\s]{0,160}(?:pypi\.org|pytorch\.org|nvidia\.com|aliyun\.com|tsinghua\.edu|ustc\.edu|douban\.com|tencent\.com)[^\s]{0,80})|--trusted-host[=\s]{1,3}\d{1,3}\.\d[^\s"'`]{1,80}|--registry[=\s]{1,3}http:\/\/(?!localhost|127\.|0\.0\.0\.0)[^\s"'`]{4,120}/iy,
    severity: "high",
    installer: true,
  },
];

const search = searchFor(DOWNLOAD_EXECUTES);

export const downloadExecute: RecordDetector = {
  id: "download-execute",
  family: "malicious-code",
  reads: "record",
  title: "Command that downloads and runs a program",
  severity: "critical",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-494", "ATT&CK T1105", "ATT&CK T1218"],
  docs: {
    finds:
      "Downloads piped to a shell or interpreter, process substitution over curl and wget, PowerShell download cradles, Windows helpers (certutil, bitsadmin, mshta, regsvr32, rundll32, msiexec, wmic), programs that evaluate what they fetch, and packages installed from addresses nobody knows.",
    matters:
      "Whoever answers at that address decides what runs, today or next year, on every machine where the model's answer is followed.",
    misses:
      "A download and a start in different fields, installers on well-known hosts that serve something hostile, and fetches by tools not listed.",
    remedy: "Check the address and the prompt it answers. Remove records in which the command has no business.",
  },
  subject: { share: 0.02, severity: "low" },
  anchors: anchorsOf(DOWNLOAD_EXECUTES),
  inspect(record, report) {
    inspectCommands(record, report, {
      what: "A download that is run",
      search,
      home: ["shell", "security", "network"],
    });
  },
};
