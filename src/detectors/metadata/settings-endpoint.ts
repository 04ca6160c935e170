// Addresses in the settings of a model to which something is sent. A model has no server to report to.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { urlsIn } from "../network/address.ts";
import { oddDestination, reportAll } from "../program/payload.ts";
import { leavesOf, lineOf, settingsOf } from "./tree.ts";

const REPORTS =
  /(?:^|[_.-])(?:web_?hook|callback|beacon|exfil\w*|c2|cnc|collector|telemetry|phone_?home|report(?:ing)?|upload|remote|leak|steal\w*|notify|postback|log(?:ging)?)(?:[_.-](?:url|uri|endpoint|host|server|address|to|target))?$/i;
const SERVES =
  /(?:^|[_.-])(?:api|server|endpoint|api_?base|base_?url|service)(?:[_.-](?:url|uri|endpoint|host|base|address))?$/i;
const SAYS_SO = /(?:^|[_.-])(?:exfil\w*|backdoor\w*|payload|steal\w*|keylog\w*|c2|reverse_?shell)(?:[_.-]|$)/i;
const LOCAL = /^(?:localhost|127\.|10\.|192\.168\.|0\.0\.0\.0|\[?::1)|\.(?:local|internal|lan|svc)$/;

export const settingsEndpoint: DocumentDetector = {
  id: "settings-endpoint",
  family: "metadata",
  reads: "document",
  languages: ["json", "yaml"],
  title: "Settings that name a place to send to",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0024", "CWE-200", "ATT&CK T1567"],
  docs: {
    finds:
      "Settings called webhook, callback, beacon, telemetry, upload, remote and their like whose value is an address over plain http, a bare network address or a drop site (high) or another address (low); settings called endpoint, server or API whose address is such a place (high) or over plain http at a public host (medium); keys that speak of exfiltration, a backdoor or a payload (high).",
    matters: "What loads the model, or a tool around it, sends there what it handles.",
    misses: "Addresses under ordinary keys, and those put together by the program that reads the settings.",
    remedy: "Remove the setting, or find out what sends there.",
  },
  inspect(document, report) {
    const hits: Hit[] = [];
    for (const { path, value } of leavesOf(settingsOf(document))) {
      if (typeof value !== "string") continue;
      const key = path.findLast((part) => typeof part === "string") ?? "";
      const found = judge(String(key), value);
      if (!found) continue;
      hits.push({
        message: `${quote(String(key))} ${found[1]}: ${quote(value, 100)}`,
        severity: found[0],
        lineNumber: lineOf(document.text, value),
        excerpt: value.slice(0, 300),
        group: `${key}`.slice(0, 100),
      });
    }
    reportAll(hits, report, "high");
  },
};

function judge(key: string, value: string): readonly ["high" | "medium" | "low", string] | undefined {
  if (SAYS_SO.test(key) && value.length > 3) return ["high", "says what it is for"];
  const isReport = REPORTS.test(key);
  if (!isReport && !SERVES.test(key)) return undefined;
  const odd = oddDestination(value);
  const [url] = urlsIn(value);
  if (!url || LOCAL.test(url.host)) return undefined;
  if (odd !== undefined) return ["high", `names ${odd}`];
  if (url.scheme === "http")
    return [isReport ? "high" : "medium", "names an address over a connection that anyone between can read"];
  return isReport ? ["low", "names an address to send to"] : undefined;
}
