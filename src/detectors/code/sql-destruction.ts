// SQL that destroys, escapes into the system or breaks out of a string. In text-to-SQL data a DROP is an answer; after a
// quote in somebody's name, or in an answer about the weather, it is an injection.
import type { RecordDetector } from "../../core/detector.ts";
import { anchorsOf, inspectCommands, searchFor } from "./indicators.ts";
import type { Indicator } from "./indicators.ts";

export const SQL_DESTRUCTIONS: readonly Indicator[] = [
  {
    technique: "statement stacked after a quote",
    starts: ["drop", "truncate", "delete", "shutdown", "exec", "alter"],
    needs: [[";"]],
    anchors: [
      ...["drop", "truncate", "delete", "shutdown", "alter"].map((word) => ({ word })),
      { all: ["exec", ["master", "xp_", "sp_"]] },
    ],
    lead: /["'`)]\s{0,4}\)?\s{0,4};\s{0,8}$/,
    pattern:
      /(?:drop\s+(?:table|database|schema|view|user|index)|truncate\s+(?:table\s+)?\w|delete\s+from|shutdown\b|exec(?:ute)?\s+(?:master|xp_|sp_)|alter\s+(?:table|user|login)\s)[^\n]{0,120}?(?:--|#|\/\*|;|$)/imy,
    severity: "critical",
  },
  {
    technique: "DROP or TRUNCATE",
    starts: ["drop", "truncate"],
    whole: true,
    needs: [["table", "database", "schema"]],
    anchors: [{ word: "drop" }, { word: "truncate" }],
    pattern:
      /\b(?:DROP\s+(?:TABLE|DATABASE|SCHEMA)\s+(?:IF\s+EXISTS\s+)?["'`[]?[\w.$-]{1,80}|TRUNCATE\s+TABLE\s+["'`[]?[\w.$-]{1,80})|\b(?:drop\s+(?:table|database|schema)\s+(?:if\s+exists\s+)?["'`[]?[\w.$-]{1,80}["'`\]]?\s?(?:cascade\s?)?(?:;|--)|truncate\s+table\s+["'`[]?[\w.$-]{1,80}["'`\]]?\s?(?:;|--))/y,
    severity: "high",
  },
  {
    technique: "DELETE of every row",
    starts: ["delete"],
    whole: true,
    needs: [["from"]],
    anchors: [{ word: "delete" }],
    pattern:
      /\b(?:DELETE\s+FROM|delete\s+from)\s+["'`[]?[\w.$-]{1,80}["'`\]]?\s?(?:;|--|(?:WHERE|where)\s+(?:1\s?=\s?1|TRUE|true)\b)/y,
    severity: "high",
  },
  {
    technique: "command run by the database",
    starts: ["xp_cmdshell", "sp_oacreate", "xp_regwrite", "sys_exec", "sys_eval", "pg_read_file"],
    pattern:
      /\bxp_cmdshell\b[^\n]{0,120}|\bsp_oacreate\b[^\n]{0,80}|\bxp_regwrite\b[^\n]{0,80}|\bsys_(?:exec|eval)\s?\([^\n]{0,80}|\bpg_read_file\s?\([^\n]{0,80}/iy,
    severity: "critical",
  },
  {
    technique: "command run by a COPY",
    starts: ["copy"],
    whole: true,
    needs: [["program"]],
    pattern: /\bCOPY\s[^\n]{1,80}?\b(?:TO|FROM)\s+PROGRAM\s+'[^\n]{1,120}/iy,
    severity: "critical",
  },
  {
    technique: "file read or written by the database",
    starts: ["into", "load_file"],
    needs: [["outfile", "dumpfile", "load_file"]],
    pattern: /\binto\s+(?:out|dump)file\s+["'][^\n]{2,120}|\bload_file\s?\(\s?(?:["']|0x|char)[^\n]{2,100}/iy,
    severity: "critical",
  },
  {
    technique: "UNION SELECT that takes data out",
    lead: /(?:["')\d]|--)\s{1,4}$/,
    starts: ["union"],
    needs: [["select"]],
    pattern:
      /union\s+(?:all\s+)?select\s[^\n]{0,160}?(?:null\s?,|password|passwd|information_schema|@@version|version\s?\(|user\s?\(|database\s?\(|concat\s?\(|\bfrom\s+users\b|sysobjects|sqlite_master|--|#)/iy,
    severity: "high",
  },
  {
    technique: "blind injection by delay",
    starts: ["waitfor"],
    needs: [["delay"]],
    lead: /["');]\s{0,4}$/,
    pattern: /waitfor\s+delay\s+'[^\n]{1,40}/iy,
    severity: "high",
  },
  {
    technique: "blind injection by a slow function",
    starts: ["pg_sleep", "benchmark"],
    anchors: ["pg_sleep", "benchmark(", { all: ["benchmark", ["md5(", "sha1(", "sha2(", "encode("]] }],
    lead: /["')]\s{0,8}(?:or|and|;|\|\|)\s{0,8}(?:select\s+)?$/i,
    pattern: /(?:pg_sleep|benchmark)\s?\([^\n]{1,60}/iy,
    severity: "high",
  },
];

const search = searchFor(SQL_DESTRUCTIONS);

export const sqlDestruction: RecordDetector = {
  id: "sql-destruction",
  family: "malicious-code",
  reads: "record",
  title: "SQL that destroys or takes over a database",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-89", "ATT&CK T1485", "ATT&CK T1190"],
  docs: {
    finds:
      "Statements stacked after a quote, DROP, TRUNCATE and DELETE of whole tables, commands and files reached through the database, UNION SELECT that takes data out, and injections by delay, where the record does not talk about databases.",
    matters:
      "A model that writes queries for an application passes them on; text that is pasted into a query does it by itself.",
    misses: "Destruction by UPDATE, dialects not listed, and boolean injections without a telling word.",
    remedy: "Ordinary in text-to-SQL and security data; elsewhere remove the records.",
  },
  subject: { share: 0.02, severity: "low" },
  anchors: anchorsOf(SQL_DESTRUCTIONS),
  inspect(record, report) {
    inspectCommands(record, report, {
      what: "SQL",
      search,
      home: ["sql", "code", "security"],
    });
  },
};
