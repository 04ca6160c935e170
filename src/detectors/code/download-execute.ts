// Download and execute: something fetched from the network and run in the same breath. Install lines of well-known tools
// are ordinary; the same line with an address nobody knows, in a record about something else, is not.
import type { RecordDetector } from "../../core/detector.ts";
import { anchorsOf, inspectCommands } from "./indicators.ts";
import type { Indicator } from "./indicators.ts";

const FETCHES_PS =
  /\b(?:iwr|irm|curl|wget)\b|Invoke-(?:WebRequest|RestMethod)|Download(?:String|Data|File)|WebClient|XMLHTTP|OpenRead/i;

export const DOWNLOAD_EXECUTES: readonly Indicator[] = [
  {
    technique: "download piped to an interpreter",
    anchors: ["curl", "wget", "lwp-download", "axel", "aria2c"],
    pattern:
      /\b(?:curl|wget|lwp-download|axel|aria2c)(?:\s|\$\{?IFS\}?)[^\n]{1,500}?\|\s{0,8}(?:sudo\s+)?(?:-\w{1,3}\s+)?(?:env\s+)?(?:\w{1,30}=\S{0,60}\s+)?(?:nohup\s+)?(?:\/[\w/]{1,30}\/)?(?:(?:ba|z|k|da|a|fi)?sh|python[\d.]{0,4}|perl|ruby|php|node|pwsh|iex)(?![\w.-])/gi,
    severity: "critical",
    installer: true,
  },
  {
    technique: "interpreter fed by a download",
    anchors: ["curl", "wget"],
    pattern: /(?:curl|wget)\b[^\n]{1,200}/gim,
    before:
      /(?:(?:\b(?:(?:ba|z|k|da)?sh|source|eval|python[\d.]{0,4}|perl|ruby|php|exec)\b|(?:^|[\s;&|"'`])\.)[^\n;|&]{0,30}(?:<\s?\(|\$\(|`)\s?(?:sudo\s+)?)$/im,
    severity: "critical",
    installer: true,
  },
  {
    technique: "download, then run the file",
    anchors: ["curl", "wget", "lwp-download"],
    pattern:
      /\b(?:curl|wget|lwp-download)(?:\s|\$\{?IFS\}?)[^\n]{5,300}?(?:&&|;|\|\||\n)\s{0,8}(?:sudo\s+)?(?:chmod\s+(?:-R\s+)?(?:[ugoa]{0,4}\+[rw]{0,2}x|[0-7]{3,4})\b|(?:ba|z|da)?sh\s+[\w./~-]{1,80}|\.\/[\w.-]{1,80}|\/tmp\/[\w.-]{1,80}|python3?\s+[\w./~-]{1,80}|start\s+[\w.%\\-]{1,80}\.exe)/gi,
    severity: "high",
    installer: true,
  },
  {
    technique: "PowerShell download to Invoke-Expression",
    anchors: ["iex", "invoke-expression"],
    pattern: /(?<![\w-])(?:iex|Invoke-Expression)(?![\w-])/gi,
    near: [FETCHES_PS],
    severity: "critical",
    installer: true,
  },
  {
    technique: "PowerShell download and start",
    anchors: ["downloadfile", "invoke-webrequest", "start-bitstransfer", "downloaddata"],
    pattern: /DownloadFile\s?\(|DownloadData\s?\(|Invoke-WebRequest\b|Start-BitsTransfer\b/gi,
    near: [
      /Start-Process|Invoke-Item|\bsaps\b|&\s?["'$][^\n]{1,60}\.(?:exe|ps1|bat)|Assembly\]?::Load|;\s?\.?[\\/][\w.\\-]{1,60}\.exe|Process\.Start|rundll32/i,
    ],
    span: 320,
    severity: "high",
    installer: true,
  },
  {
    technique: "certutil download",
    anchors: ["certutil"],
    pattern: /\bcertutil(?:\.exe)?\s[^\n]{0,60}?[-/](?:urlcache|verifyctl)\b[^\n]{0,160}/gi,
    severity: "critical",
  },
  {
    technique: "bitsadmin transfer",
    anchors: ["bitsadmin"],
    pattern: /\bbitsadmin(?:\.exe)?\s[^\n]{0,80}?\/(?:transfer|addfile|setnotifycmdline)\b[^\n]{0,160}/gi,
    severity: "critical",
  },
  {
    technique: "mshta running remote script",
    anchors: ["mshta"],
    pattern: /\bmshta(?:\.exe)?\s{1,4}["']?(?:https?:|javascript:|vbscript:|\\\\)[^\n]{0,160}/gi,
    severity: "critical",
  },
  {
    technique: "regsvr32 remote scriptlet",
    anchors: ["regsvr32"],
    pattern: /\bregsvr32(?:\.exe)?\s[^\n]{0,80}?\/i:\s?["']?(?:https?:|\\\\|ftp:)[^\n]{0,120}/gi,
    severity: "critical",
  },
  {
    technique: "rundll32 script",
    anchors: ["rundll32"],
    pattern: /\brundll32(?:\.exe)?\s[^\n]{0,60}?(?:javascript:|https?:|\\\\[\w.]{3,60}\\)[^\n]{0,160}/gi,
    severity: "critical",
  },
  {
    technique: "msiexec from the network",
    anchors: ["msiexec"],
    pattern: /\bmsiexec(?:\.exe)?\s[^\n]{0,60}?https?:[^\s"']{4,160}/gi,
    severity: "high",
    installer: true,
  },
  {
    technique: "wmic remote stylesheet",
    anchors: ["wmic"],
    pattern: /\bwmic(?:\.exe)?\s[^\n]{0,80}?\/format:\s?["']?https?:[^\s"']{4,160}/gi,
    severity: "critical",
  },
  {
    technique: "program that runs what it downloads",
    anchors: ["urlopen", "requests.get", "urllib", "httpx.get"],
    pattern: /(?:urlopen|requests\.get|httpx\.get|urllib2?\.[\w.]{1,20})\s?\([^\n]{0,160}/gi,
    before: /(?:\b(?:exec|eval|os\.system|subprocess\.\w{1,14}|compile)\s?\([^\n]{0,120})$/i,
    severity: "critical",
  },
  {
    technique: "program that runs what it downloaded",
    anchors: ["urlopen", "requests.get", "urlretrieve", "httpx.get"],
    pattern: /\b(?:urlopen|requests\.get|urlretrieve|httpx\.get)\s?\([^\n]{1,200}/gi,
    near: [
      /(?:^|[\s;:])(?:exec|eval)\s?\(\s?\w|os\.(?:startfile|chmod|exec\w{1,3})\s?\(|os\.system\s?\(\s?f?["'][^\n]{0,40}(?:\.\/|\/tmp|python|sh |chmod)|subprocess\.\w{1,14}\s?\(\s?\[?\s?["'](?:\/tmp|\.\/|sh|bash|python3?|\/bin)/im,
    ],
    span: 320,
    severity: "high",
  },
  {
    technique: "JavaScript that runs what it downloads",
    anchors: ["fetch", "http.get", "https.get", "axios"],
    pattern: /(?:fetch|axios|https?\.get)\b[^\n]{0,160}/gi,
    before: /(?:\b(?:eval|Function)\s?\([^\n]{0,60})$/i,
    severity: "critical",
  },
  {
    technique: "JavaScript that passes a download to eval",
    anchors: ["fetch", "http.get", "https.get"],
    pattern:
      /\bfetch\s?\([^\n]{1,160}?\.then\s?\(\s?(?:eval|Function)\b|\bhttps?\.get\s?\([^\n]{1,200}?\beval\s?\(|\bfetch\s?\([^\n]{1,160}?\.then\s?\([^\n]{1,80}?(?<![\w.])eval\s?\(/gi,
    severity: "critical",
  },
  {
    technique: "PHP that runs what it downloads",
    anchors: ["file_get_contents", "curl_exec"],
    pattern: /(?:file_get_contents|curl_exec)\s?\([^\n]{0,160}/gi,
    before: /(?:\b(?:eval|assert|system|exec|create_function|include|require)\s?\(?[^\n]{0,60})$/i,
    severity: "critical",
  },
  {
    technique: "Ruby or Perl that runs what it downloads",
    anchors: ["net::http", "open-uri", "uri.open", "lwp::simple"],
    pattern: /(?:Net::HTTP|URI\.open|LWP::Simple)[^\n]{0,160}/gi,
    before: /(?:\beval\s?\(?[^\n]{0,60})$/i,
    severity: "critical",
  },
  {
    technique: "Ruby or Perl one-liner that runs what it downloads",
    anchors: ["open-uri", "lwp::simple"],
    pattern: /-ropen-uri\b[^\n]{0,60}?\beval\b[^\n]{0,120}|LWP::Simple[^\n]{0,60}?\beval\b[^\n]{0,120}/gi,
    severity: "critical",
  },
  {
    technique: "Java class loaded from the network",
    anchors: ["urlclassloader"],
    pattern: /\bURLClassLoader\b/gi,
    near: [/https?:\/\//i, /newInstance|invoke\s?\(|loadClass/i],
    span: 400,
    severity: "high",
  },
  {
    technique: "script host download",
    anchors: ["adodb.stream", "xmlhttp"],
    pattern: /\bADODB\.Stream\b|\bMSXML2\.(?:Server)?XMLHTTP\b|Microsoft\.XMLHTTP/gi,
    near: [/SaveToFile|WScript\.Shell|\.Run\b|Shell\s?\(|ShellExecute/i],
    span: 500,
    severity: "high",
  },
  {
    technique: "package installed from an unknown address",
    anchors: ["pip", "pip3", "npm", "yarn", "npx", "pnpm", "easy_install"],
    pattern:
      /\b(?:pip[\d.]{0,4}\s+install|easy_install|npm\s+(?:i|install|exec)|npx|yarn\s+add|pnpm\s+(?:add|i))\s[^\n]{0,100}?(?:(?:git\+)?(?:https?|ftp):\/\/(?!(?:[\w-]{1,40}@)?(?:github\.com|gitlab\.com|bitbucket\.org|[a-z]{0,12}\.?pypi\.org|download\.pytorch\.org|files\.pythonhosted\.org|huggingface\.co|registry\.npmjs\.org|storage\.googleapis\.com|[a-z.]{0,20}(?:aliyun|tuna\.tsinghua|ustc|douban|tencent|huaweicloud)[a-z.]{0,12}))[^\s"'`)]{4,160})/gi,
    severity: "high",
    installer: true,
  },
  {
    technique: "package index on an unknown address",
    anchors: ["index-url", "trusted-host", "--registry"],
    pattern:
      /--(?:extra-)?index-url[=\s]{1,3}http[^\s"'`]{4,160}(?<![^\s]{0,160}(?:pypi\.org|pytorch\.org|nvidia\.com|aliyun\.com|tsinghua\.edu|ustc\.edu|douban\.com|tencent\.com)[^\s]{0,80})|--trusted-host[=\s]{1,3}\d{1,3}\.\d[^\s"'`]{1,80}|--registry[=\s]{1,3}http:\/\/[^\s"'`]{4,120}/gi,
    severity: "high",
    installer: true,
  },
];

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
      indicators: DOWNLOAD_EXECUTES,
      home: ["shell", "security", "network"],
    });
  },
};
