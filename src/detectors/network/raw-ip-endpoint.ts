// Endpoints that are bare addresses: a URL or a host and port with a routable IP, in any notation. Services have names;
// an address in training text is a machine that somebody rents. Lessons on networks and logs are full of them.
import type { RecordDetector } from "../../core/detector.ts";
import type { DataRecord, Field } from "../../core/record.ts";
import type { Severity } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { addressesIn, addressKind, dotted, ipv4, urlsIn } from "./address.ts";

const LESSON =
  /\bsubnet|\bcidr\b|ip address|ipv[46]|\brouter\b|\bgateway\b|\bdns\b|\bnetmask|\bfirewall|\bnmap\b|\bping\b|\btraceroute|wireshark|packet|iptables|\bvpn\b|\bnginx\b|\bproxy\b|\bproxies\b|access[._ ]log|user-agent|\binterface\b|\btunnel\b|\beth\d|"get \/|\bsyslog|ip地址|路由|子网|адрес|dirección ip|adresse ip|ip-adresse|endereço ip/i;
const HITS_PER_FIELD_MAX = 8;

// A host that is a number begins with a digit or a bracket, behind the scheme or behind a name that poses as a host.
const DIGITS = [..."0123456789"];
const POSING = [".com@", ".org@", ".net@", ".co@", ".io@", ".ai@", ".dev@", ".gov@", ".edu@"];

interface Endpoint {
  readonly start: number;
  readonly end: number;
  readonly host: string;
  readonly port: string;
  readonly shown: string;
}

export const rawIpEndpoint: RecordDetector = {
  id: "raw-ip-endpoint",
  family: "network",
  reads: "record",
  title: "An endpoint that is a bare IP address",
  severity: "medium",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "ATT&CK T1071", "https://www.rfc-editor.org/rfc/rfc6890"],
  docs: {
    finds:
      "URLs and host:port pairs whose host is a routable IPv4 or IPv6 address, also written in decimal, octal or hexadecimal. An address in an odd notation is high: nobody writes it by accident.",
    matters: "Payloads call home by address, because a name can be taken away.",
    misses:
      "Addresses without scheme or port, and private, loopback or well-known resolver addresses. In records that speak about networks an address is low.",
    remedy: "Look at what the record does with the address. If it is not the record's subject, remove the record.",
  },
  subject: { share: 0.02, severity: "info" },
  anchors: [{ bytes: "raw-ip" }, "://[", ...DIGITS.map((digit) => `://${digit}`), { all: ["://", POSING] }],
  inspect(record, report) {
    for (const field of record.fields) {
      const seen = new Set<string>();
      for (const endpoint of endpoints(field.text)) {
        if (seen.has(endpoint.host) || seen.size >= HITS_PER_FIELD_MAX) continue;
        seen.add(endpoint.host);
        const kind = addressKind(endpoint.host);
        if (kind !== "public" && kind !== "documentation") continue;
        const value = ipv4(endpoint.host);
        const plain = value === undefined ? endpoint.host : dotted(value);
        const disguised = value !== undefined && plain !== endpoint.host;
        report({
          message: disguised
            ? `points at ${plain}, written as ${quote(endpoint.shown, 60)}`
            : `points at the bare address ${quote(endpoint.shown, 60)}`,
          field,
          start: endpoint.start,
          end: endpoint.end,
          excerpt: excerpt(field.text, endpoint.start, endpoint.end),
          severity: disguised ? "high" : severityOf(record, field, endpoint),
          payload: plain,
          evidence: { address: plain, ...(endpoint.port === "" ? {} : { port: endpoint.port }) },
        });
      }
    }
  },
};

function* endpoints(text: string): Generator<Endpoint> {
  for (const url of urlsIn(text)) {
    if (!/^[0-9:]/.test(url.host) && !url.host.includes(":")) continue;
    const value = ipv4(url.host);
    // `http://5/` or `http://1.5`: a number that nobody meant as an address.
    if (value !== undefined && value < 2 ** 24) continue;
    yield { start: url.start, end: url.end, host: url.host, port: url.port, shown: text.slice(url.start, url.end) };
  }
  for (const address of addressesIn(text)) {
    if (address.port !== "") yield { ...address, shown: text.slice(address.start, address.end) };
  }
}

const AROUND = 200;
function severityOf(record: DataRecord, field: Field, endpoint: Endpoint): Severity {
  const around = field.text.slice(Math.max(0, endpoint.start - AROUND), endpoint.end + AROUND);
  const asked = record.fields.some((f) => f !== field && f.role === "prompt" && LESSON.test(f.text.slice(0, 1_000)));
  return asked || LESSON.test(around) ? "low" : "medium";
}
