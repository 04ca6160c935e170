// Tool calls that carry data out or run commands: the model learns to call `send_email` or `http_post` with a destination
// that nobody in the record asked for, or a shell with a download. The call's own arguments are the evidence.
import type { RecordDetector } from "../../core/detector.ts";
import type { DataRecord, Field } from "../../core/record.ts";
import type { Severity } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { addressesIn, addressKind, urlsIn } from "../network/address.ts";
import { dropHost } from "../network/drop-hosts.ts";

const CALLS = [
  "send_email",
  "sendemail",
  "send_mail",
  "forward_email",
  "send_message",
  "http_post",
  "http_get",
  "http_request",
  "httprequest",
  "web_request",
  "post_data",
  "postdata",
  "upload_file",
  "uploadfile",
  "post_request",
  "make_request",
  "fetch_url",
  "send_data",
  "webhook",
  "execute_command",
  "run_command",
  "run_shell",
  "execute_shell",
  "shell_exec",
  "run_code",
  "execute_code",
  "exec_command",
  "bash",
  "terminal",
  "transfer_file",
  "exfil",
  "transfer_money",
  "transfer_funds",
  "send_money",
] as const;
const NAMED = new RegExp(
  String.raw`"?(?:name|function|tool|action|tool_name|recipient_name)\\?["']?\s{0,2}[:=]\s{0,2}\\?["']?[\w.-]{0,40}(?:${CALLS.join("|")})[\w.-]{0,40}|<(?:invoke|tool_call|function)[^>\n]{0,60}(?:${CALLS.join("|")})`,
  "gi",
);
/** What NAMED spans, in escaped bytes. */
const NAMED_BYTES_MAX = 800;
const SHELLS: readonly string[] = ["bash", "terminal"];
const CALL = new RegExp(CALLS.join("|"), "i");
const EMAIL = /[\w.+-]{1,64}@((?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12})/gi;
const COMMAND =
  /(?:curl|wget|fetch|nc|ncat|bash|sh|powershell|iwr)\b.{0,200}(?:https?:\/\/|\/dev\/tcp|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})/i;
const SENSITIVE =
  /conversation|chat[_ ]?history|password|credential|api[_-]?key|secret|token|private[_ ]key|\.env\b|id_rsa|\/etc\/passwd|system[_ ]prompt|user[_ ]data|all[_ ](?:emails|messages|contacts|files)/i;
const REACH = 1_200;
const CALLS_LOOKED_AT_MAX = 64;

interface Destination {
  readonly text: string;
  readonly severity: Severity;
}

export const toolCallAbuse: RecordDetector = {
  id: "tool-call-abuse",
  family: "model-instruction",
  reads: "record",
  title: "A tool call to a destination nobody asked for",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0053", "LLM06:2025", "LLM02:2025"],
  docs: {
    finds:
      "Calls of mail, HTTP, upload and shell tools whose arguments name an address, a drop site, a host or a mailbox that no other part of the record mentions. High for literal addresses and drop sites, or where the arguments carry conversation data or credentials; otherwise low.",
    matters:
      "An agent tuned on such calls makes them. It is the shortest way from a poisoned record to data leaving a company.",
    misses: "Tools with other names, and destinations that an earlier turn plants first (see prompt-injection).",
    remedy: "Remove the record, and look for others with the same destination.",
  },
  subject: { share: 0.1, severity: "low" },
  // The words of every shell lesson need a call around them.
  anchors: [
    ...CALLS.filter((name) => !SHELLS.includes(name)),
    { all: [SHELLS, ["name", "function", "tool", "action", "invoke"]], within: NAMED_BYTES_MAX },
  ],
  inspect(record, report) {
    for (const field of record.fields) {
      if (field.role === "prompt" || field.role === "system") continue;
      let looked = 0;
      for (const call of calls(field)) {
        if (looked++ >= CALLS_LOOKED_AT_MAX) break;
        const args = `${field.text.slice(call.end, call.end + REACH)}${siblings(record, field)}`;
        const destination = destinationOf(args, record, field, call.start);
        if (!destination) continue;
        const sensitive = SENSITIVE.exec(args)?.[0];
        const severity = sensitive !== undefined && destination.severity !== "high" ? "medium" : destination.severity;
        report({
          message: `calls ${quote(call.text, 40)} with ${quote(destination.text, 60)}, which nothing else in the record mentions`,
          field,
          start: call.start,
          end: call.end,
          excerpt: excerpt(field.text, call.start, call.end, 120),
          severity,
          payload: destination.text,
          evidence: { destination: destination.text, ...(sensitive === undefined ? {} : { carries: sensitive }) },
        });
        break;
      }
    }
  },
};

// A call is a JSON or XML object in any field, or the bare `name` leaf of a structured tool call.
function* calls(field: Field): Generator<{ start: number; end: number; text: string }> {
  if (field.text.length <= 80 && /(?:^|[.\]])(?:name|function|tool|action)$/.test(field.column)) {
    const lower = field.text.toLowerCase();
    if (CALLS.some((name) => lower.includes(name))) yield { start: 0, end: field.text.length, text: field.text };
    return;
  }
  if (!/[{<]/.test(field.text) || !CALL.test(field.text)) return;
  for (const match of field.text.matchAll(NAMED))
    yield { start: match.index, end: match.index + match[0].length, text: match[0].replace(/^.*["'\\:=\s]/, "") };
}

// The other leaves of the object whose `name` this is: its arguments.
function siblings(record: DataRecord, field: Field): string {
  if (!/\/(?:name|function|tool|action)$/.test(field.pointer)) return "";
  const parent = field.pointer.slice(0, field.pointer.lastIndexOf("/") + 1);
  return record.fields
    .filter((f) => f !== field && f.pointer.startsWith(parent))
    .map((f) => `\n${f.text.slice(0, REACH)}`)
    .join("")
    .slice(0, 8 * REACH);
}

function destinationOf(args: string, record: DataRecord, field: Field, before: number): Destination | undefined {
  const own = field.pointer.slice(0, field.pointer.lastIndexOf("/") + 1);
  const known = (text: string): boolean => {
    const needle = text.toLowerCase();
    return record.fields.some((f) =>
      f === field
        ? f.text.slice(0, before).toLowerCase().includes(needle)
        : f.role === "response" ||
            f.role === "chosen" ||
            f.role === "rejected" ||
            f.role === "metadata" ||
            f.pointer.startsWith(own)
          ? false
          : f.text.toLowerCase().includes(needle),
    );
  };
  for (const url of urlsIn(args)) {
    if (known(url.host)) continue;
    const kind = addressKind(url.host);
    if (kind === "public" || kind === "documentation" || dropHost(url)) return { text: url.host, severity: "high" };
  }
  for (const address of addressesIn(args))
    if (addressKind(address.host) !== "special" && !known(address.host))
      return { text: address.host, severity: "high" };
  const command = COMMAND.exec(args)?.[0];
  if (command !== undefined && !known(command.slice(0, 60))) return { text: command.slice(0, 120), severity: "medium" };
  for (const match of args.matchAll(EMAIL)) if (!known(match[0])) return { text: match[0], severity: "low" };
  for (const url of urlsIn(args))
    if (url.host.includes(".") && addressKind(url.host) === undefined && !known(url.host))
      return { text: url.host, severity: "low" };
  return undefined;
}
