// Execution of decoded data: base64, hex, compressed or numbered text that is turned back and run at once. The payload is
// invisible to whoever reviews the text; that is the point of writing it so.
import type { Anchor, RecordDetector } from "../../core/detector.ts";
import { anchorsOf, inspectCommands, searchFor } from "./indicators.ts";
import type { Indicator } from "./indicators.ts";

const RUNS = String.raw`\b(?:exec|eval|os\.system|os\.popen|subprocess\.\w{1,14}|(?-i:Function)|setTimeout|setInterval|iex|Invoke-Expression|assert|create_function|instance_eval|class_eval|loadstring|shell_exec|passthru|popen|system|execSync|compile|vm\.runIn\w{1,20}|child_process\.\w{1,12})`;
const DECODES = String.raw`(?:(?:base64\.)?(?:(?:url|urlsafe_|standard_)?b(?:64|32|16|85)decode|a85decode|decodebytes|decodestring)|atob|(?:\[(?:System\.)?Convert\]::)?FromBase64String|base64_decode|(?:strict_|urlsafe_)?decode64|decode_base64|bytes\.fromhex|bytearray\.fromhex|fromhex|unhexlify|hex2bin|zlib\.decompress|gzip\.decompress|lzma\.decompress|bz2\.decompress|gzinflate|gzuncompress|str_rot13|marshal\.loads|codecs\.decode|Buffer\.from|fromCharCode|fromCodePoint|unescape|decodeURIComponent|a2b_(?:base64|hex)|inflateSync|gunzipSync|pack\s?\(\s?["'][Hm]|unpack1?\s?\(\s?["'][Hm])`;

const DECODE_STARTS: readonly string[] = [
  ...["base64.", "b64decode", "b32decode", "b16decode", "b85decode", "a85decode", "decodebytes", "decodestring"],
  ...["urlb64decode", "urlb32decode", "urlb16decode", "urlb85decode", "standard_b", "urlsafe_b64decode"],
  ...["atob", "frombase64string", "[convert]", "[system.convert]", "base64_decode", "decode64", "decode_base64"],
  ...["strict_decode64", "urlsafe_decode64", "bytes.fromhex", "bytearray.fromhex", "fromhex", "unhexlify", "hex2bin"],
  ...["zlib.decompress", "gzip.decompress", "lzma.decompress", "bz2.decompress", "gzinflate", "gzuncompress"],
  ...["str_rot13", "marshal.loads", "codecs.decode", "buffer.from", "fromcharcode", "fromcodepoint", "unescape"],
  ...["decodeuricomponent", "a2b_base64", "a2b_hex", "inflatesync", "gunzipsync", "pack", "unpack"],
];
// What stands in every name of RUNS.
const RUN_NAMES: readonly string[] = [
  ...["exec", "eval", "system", "popen", "subprocess", "function", "settimeout", "setinterval", "iex", "invoke-"],
  ...["assert", "loadstring", "passthru", "compile", "vm.runin", "child_process"],
];

// `package` is in every manual; the function is called.
const DECODE_ANCHOR: Anchor = {
  all: [DECODE_STARTS.map((start) => (start === "pack" ? "pack(" : start)), RUN_NAMES],
};

export const DECODED_EXECUTIONS: readonly Indicator[] = [
  {
    technique: "decoded text piped to an interpreter",
    starts: ["base64", "base32", "openssl", "xxd", "uudecode", "gunzip"],
    needs: [["|"]],
    pattern:
      /(?:\bbase(?:64|32)(?:\s|\$\{?IFS\}?)+(?:-d|-D|--decode|-di|-id)\b|\bopenssl\s+(?:enc\s+|base64\s+)[^\n|]{0,40}-d\b|\bxxd\s+(?:-r\s+-p|-p\s+-r|-rp|-r)\b|\buudecode\b|\bgunzip\b(?=[^\n|]{0,20}\|))[^\n]{0,60}?\|\s?(?:sudo\s+)?(?:\/[\w/]{1,30}\/)?(?:(?:ba|z|k|da|a)?sh|python[\d.]{0,4}|perl|ruby|php|node|pwsh)(?![\w.-])/iy,
    severity: "critical",
  },
  {
    technique: "escaped text printed to an interpreter",
    starts: ["printf"],
    whole: true,
    needs: [["\\x"], ["|"]],
    pattern: /\bprintf\s+["']?\\x[^\n|]{2,2000}\|\s?(?:ba|z|k|da)?sh\b/iy,
    severity: "critical",
  },
  {
    technique: "interpreter fed by decoded text",
    starts: ["base64", "base32", "xxd", "openssl"],
    needs: [["(", "`", "<<<"]],
    pattern: /(?:base(?:64|32)\s+(?:-d|-D|--decode)\b|xxd\s+-r|openssl\s+(?:enc|base64)\s[^\n]{0,30}-d)[^\n]{0,60}/iy,
    reach: 2_100,
    // Anywhere before it on the line: what is decoded may be long.
    before: /\b(?:(?:ba|z|k|da)?sh|source|eval|python[\d.]{0,4}|exec)\b[^\n]{0,20}(?:<\s?\(|\$\(|`|<<<)/i,
    severity: "critical",
  },
  {
    technique: "decoded text run as code",
    starts: DECODE_STARTS,
    needs: [RUN_NAMES],
    anchors: [DECODE_ANCHOR],
    pattern: new RegExp(String.raw`(?<![\w$])${DECODES}\s?\(?[^\n]{0,200}`, "iy"),
    before: new RegExp(String.raw`${RUNS}\s?[(\s][^\n;]{0,120}$`, "i"),
    severity: "critical",
  },
  {
    technique: "text decoded, then run",
    starts: DECODE_STARTS,
    needs: [RUN_NAMES],
    anchors: [DECODE_ANCHOR],
    lead: /=\s?[^\n=]{0,40}$/,
    pattern: new RegExp(String.raw`(?<![\w$])${DECODES}\s?\(`, "iy"),
    near: [new RegExp(String.raw`(?:^|[\n;:{}])\s{0,40}${RUNS}\s?\(\s?(?:compile\s?\(\s?)?[A-Za-z_$]`, "i")],
    span: 600,
    severity: "critical",
  },
  {
    technique: "object unpickled from decoded text",
    starts: ["pickle.loads", "cpickle.loads", "dill.loads", "marshal.loads", "cloudpickle.loads"],
    pattern:
      /\b(?:c?pickle|dill|marshal|cloudpickle)\.loads\s?\(\s?[^\n]{0,60}?(?:decode|fromhex|unhexlify|decompress|b["']\\x80)[^\n]{0,160}/iy,
    severity: "high",
  },
  {
    technique: "PowerShell encoded command",
    starts: ["powershell", "pwsh"],
    whole: true,
    needs: [["-e", "/e"]],
    pattern:
      /\b(?:powershell|pwsh)(?:\.exe)?["']?\s[^\n]{0,160}?(?<=\s)[-/](?:e|ec|en|enc|enco|encod|encode|encoded\w{0,10})\s+["']?[A-Za-z0-9+/=]{16,}/iy,
    severity: "critical",
  },
  {
    technique: "certutil decode",
    starts: ["certutil"],
    needs: [["-decode"]],
    pattern: /\bcertutil(?:\.exe)?\s[^\n]{0,20}?-decode(?:hex)?\s[^\n]{3,120}/iy,
    severity: "high",
  },
  {
    technique: "module imported in passing to run a command",
    starts: ["__import__"],
    pattern:
      /__import__\s?\(\s?["'](?:os|subprocess|pty|builtins|socket|commands)["']\s?\)\s?\.\s?(?:system|popen|call|run|Popen|check_output|spawn|exec\w{0,3}|getoutput|eval)\b[^\n]{0,160}/iy,
    severity: "critical",
  },
  {
    technique: "unpickling that calls a command",
    starts: ["__reduce__"],
    pattern: /__reduce__\s?\([^\n]{0,40}/y,
    near: [/os\.system|subprocess|\beval\b|\bexec\b|popen/],
    span: 200,
    severity: "high",
  },
];

const search = searchFor(DECODED_EXECUTIONS);

export const decodedExecution: RecordDetector = {
  id: "decoded-execution",
  family: "malicious-code",
  reads: "record",
  title: "Code that decodes a payload and runs it",
  severity: "critical",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-95", "CWE-502", "ATT&CK T1027", "ATT&CK T1140"],
  docs: {
    finds:
      "eval, exec, shells and Function over base64, hex, rot13, character codes or compressed data in Python, JavaScript, PHP, Ruby, Perl, PowerShell and shell; encoded PowerShell commands; unpickled decoded data; commands run through an import in passing.",
    matters: "What runs cannot be read. No honest training example needs it unless it teaches exactly that.",
    misses: "Decoders written by hand, payloads fetched from another field, and encodings inside custom ciphers.",
    remedy: "Decode without running and look. Remove the records unless obfuscation is the subject.",
  },
  subject: { share: 0.02, severity: "low" },
  anchors: anchorsOf(DECODED_EXECUTIONS),
  inspect(record, report) {
    inspectCommands(record, report, {
      what: "Decoded data is run",
      search,
      home: ["encoding", "security"],
    });
  },
};
