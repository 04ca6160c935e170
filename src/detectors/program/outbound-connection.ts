// Where a program connects to: every network call, by resolved name, with the destination its text gives. Fetching a
// data file is everyday work and stays at info; loaders that send, and addresses without a name, do not.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { quote, visible } from "../../base/escape.ts";
import { destinationOf, hitAt, oddDestination, reportAll, sends } from "./payload.ts";
import { kindOf } from "./names.ts";
import { programOf } from "./program.ts";
import { isConstant } from "./value.ts";

export const outboundConnection: DocumentDetector = {
  id: "outbound-connection",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Program that opens network connections",
  severity: "info",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0025", "CWE-829", "ATT&CK T1071"],
  docs: {
    finds:
      "Calls of requests, urllib, httpx, aiohttp, http.client, sockets, FTP, mail, SSH and web sockets, with where they go. Info for a fetch from a named host; low for one that sends; medium for a loading script that sends or opens sockets and for a bare network address, a tunnel or a paste site; high for both.",
    matters:
      "A loading script has a download manager with checksums. One that talks to the network by itself can fetch what nobody reviewed, or tell somebody what it sees.",
    misses:
      "Connections made by packages that the program calls, by processes it starts, and destinations that are computed.",
    remedy: "Check each destination. Put the data into the repository, or let the download manager fetch it.",
  },
  inspect(document, report) {
    const program = programOf(document);
    const hits: Hit[] = [];
    for (const call of program.calls) {
      const kind = kindOf(call.name);
      if (
        (kind !== "fetch" && kind !== "send") ||
        /recv|makefile|getresponse|\.login$|\.Request$/.test(call.name) ||
        sends(call)
      )
        continue;
      const destination = destinationOf(call);
      const odd = oddDestination(destination);
      const mayStay = kind === "fetch" && !/^(?:socket|telnetlib)/.test(call.name);
      const inLoader = program.isBuilder || program.isSetup;
      const severity: Severity = odd
        ? inLoader
          ? "high"
          : /webhook/.test(odd) || /slack|discord|telegram/.test(odd)
            ? "low"
            : "medium"
        : mayStay
          ? inLoader
            ? "low"
            : "info"
          : inLoader
            ? "medium"
            : "low";
      const where = isConstant(destination) && destination !== "" ? ` to ${quote(destination)}` : "";
      hits.push(
        hitAt(
          program,
          call.node,
          `Line ${program.lineOf(call.node)} calls ${visible(call.name)}${where}${odd ? `: ${odd}` : ""}.`,
          { severity, group: odd === undefined ? call.name : destination },
        ),
      );
    }
    reportAll(hits, report, "info");
  },
};
