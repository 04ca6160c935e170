// A payload that waits: code that connects, starts a process or runs text only after a date, only on one machine, or only
// where certain secrets are. What an honest program does differently on another system is not looked at.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { atLeast } from "../../core/severity.ts";
import { quote, visible } from "../../base/escape.ts";
import { hitAt, payloadSeverity, reportAll } from "./payload.ts";
import { kindOf } from "./names.ts";
import { programOf, type Guard } from "./program.ts";
import { LABEL } from "./value.ts";

const CALLS_MAX = 64;
const DATE =
  /\b20[2-9]\d\b|\.(?:month|day|hour|year|weekday|isoweekday|timetuple)\b|\b(?:date|datetime|Timestamp|fromisoformat|strptime|strftime)\b|\b\d{9,}\b/;
const INTERVAL = /elapsed|duration|timeout|start|begin|interval|last|previous|ago|age|delta|deadline_s|budget|-/i;

export const conditionalActivation: DocumentDetector = {
  id: "conditional-activation",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Payload that waits for a date, a machine or a secret",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0018", "CWE-511", "ATT&CK T1480", "ATT&CK T1497"],
  docs: {
    finds:
      "A process, a computed exec, a send, or anything worse, that runs only under a condition on the date, the host or user name, a debugger, or the presence of a secret; also behind an early return, a wait, or in a function that is called under such a condition. High when the payload is itself high, else medium.",
    matters:
      "A time bomb passes every test that is run before its day, and a payload that knows its victim passes everywhere else.",
    misses: "Conditions computed from data or fetched, counters kept in files, and payloads that look ordinary.",
    remedy: "Do not run it before the guarded code is understood.",
  },
  inspect(document, report) {
    const program = programOf(document);
    const hits: Hit[] = [];
    let asked = 0;
    for (const call of program.calls) {
      const severity =
        payloadSeverity(call, program) ?? (program.isBuilder && kindOf(call.name) === "send" ? "medium" : undefined);
      if (severity === undefined || !atLeast(severity, "medium")) continue;
      if (++asked > CALLS_MAX) break;
      const isBad = atLeast(severity, "high");
      const guard = program.guards(call.node).find((one) => conditionOf(one, isBad) !== undefined);
      if (!guard) continue;
      const what = conditionOf(guard, isBad) ?? "";
      hits.push(
        hitAt(
          program,
          call.node,
          `Line ${program.lineOf(call.node)} calls ${visible(call.name)} only under a condition on ${what}: ${quote(guard.source, 100)}.`,
          { severity: isBad ? "high" : "medium", group: call.name },
        ),
      );
    }
    reportAll(hits, report, "high");
  },
};

function conditionOf({ value, source }: Guard, isBad: boolean): string | undefined {
  if ((value.labels & LABEL.clock) !== 0 && (DATE.test(source) || !INTERVAL.test(source))) return "the date";
  if ((value.labels & LABEL.host) !== 0) return "the machine or its user";
  const isSecret =
    (value.labels & (LABEL.token | LABEL.wholeEnvironment)) !== 0 ||
    /\b(?:CI|GITHUB_ACTIONS|GITLAB_CI|JENKINS_URL|KUBERNETES_SERVICE_HOST)\b/.test(source);
  return isBad && isSecret && (value.labels & (LABEL.environment | LABEL.wholeEnvironment)) !== 0
    ? "what is in the environment"
    : undefined;
}
