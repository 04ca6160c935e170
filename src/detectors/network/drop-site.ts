// Live addresses on hosts where anyone can collect data without a name: request bins, tunnels, raw pastes, file drops,
// chat webhooks with their token.
import type { RecordDetector } from "../../core/detector.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { urlsIn, type Url } from "./address.ts";
import { DROP_ANCHORS, dropHost } from "./drop-hosts.ts";

const BARE =
  /(?<![\w/@.-])(?:[a-z0-9-]{1,63}\.){0,3}(?:webhook\.site|ngrok(?:-free)?\.(?:io|app|dev)|trycloudflare\.com|oast\.(?:fun|live|me|online|pro|site)|interact\.sh|oastify\.com|transfer\.sh|0x0\.st|termbin\.com|bashupload\.com)(?:\/[\w./#!-]{0,120})?/gi;
const HITS_PER_FIELD_MAX = 8;

export const dropSite: RecordDetector = {
  id: "drop-site",
  family: "network",
  reads: "record",
  title: "A live address on an anonymous drop host",
  severity: "medium",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0025", "ATT&CK T1567", "ATT&CK T1102"],
  docs: {
    finds:
      "URLs with a live path on request bins, tunnels, out-of-band callback hosts, raw pastes, file drops and chat webhooks with a token. High in side fields and tool calls.",
    matters: "It is where stolen data goes and where second stages come from, because no account leads back.",
    misses: "Hosts it does not know, and an attacker's own domain. A mention without a live path is nothing.",
    remedy:
      "Remove the record unless the address is its subject. A live chat webhook is also somebody's secret: have it revoked.",
  },
  subject: { share: 0.02, severity: "low" },
  anchors: DROP_ANCHORS,
  inspect(record, report) {
    for (const field of record.fields) {
      const seen = new Set<string>();
      for (const url of found(field.text)) {
        const drop = dropHost(url);
        if (!drop || seen.size >= HITS_PER_FIELD_MAX) continue;
        const key = `${url.host}${url.rest}`;
        if (seen.has(key)) continue;
        seen.add(key);
        // A chat webhook's token is a credential; it is never printed whole.
        const shown = drop.kind === "webhook" && url.rest.length > 12 ? `${url.host}${url.rest.slice(0, 12)}…` : key;
        report({
          message: `points at ${quote(shown, 80)}, a ${drop.kind} host that needs no name`,
          field,
          start: url.start,
          end: url.end,
          excerpt: `${excerpt(field.text.slice(0, url.start), url.start, url.start)}${shown}`,
          severity: field.role === "metadata" || field.role === "tool" ? "high" : "medium",
          group: drop.name,
          payload: url.host,
          evidence: { host: url.host, kind: drop.kind },
        });
      }
    }
  },
};

function* found(text: string): Generator<Url> {
  yield* urlsIn(text);
  for (const match of text.matchAll(BARE)) {
    if (text.slice(Math.max(0, match.index - 3), match.index).endsWith("//")) continue;
    const slash = match[0].indexOf("/");
    const host = (slash === -1 ? match[0] : match[0].slice(0, slash)).toLowerCase();
    yield {
      start: match.index,
      end: match.index + match[0].length,
      scheme: "",
      userinfo: "",
      host,
      port: "",
      rest: slash === -1 ? "" : match[0].slice(slash),
    };
  }
}
