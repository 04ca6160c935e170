// The library's front door: the scan that the command line runs, the renderers, and the shapes they share.
export { scan, cards, type Progress, type ScanOptions, type ScanOutcome } from "./cli/pipeline.ts";
export { renderHtml } from "./report/html.ts";
export { renderJson, renderRecords } from "./report/json.ts";
export { renderMarkdown } from "./report/markdown.ts";
export { renderSarif } from "./report/sarif.ts";
export { renderText, type TextOptions } from "./report/text.ts";
export { reportSchema } from "./report/schema.ts";
export { ToolError, type ToolErrorCode } from "./core/errors.ts";
export type {
  ArtifactReport,
  Finding,
  FindingLocation,
  Reason,
  RecordLine,
  Sample,
  ScanReport,
  Verdict,
} from "./core/report.ts";
export type { Card } from "./core/detector.ts";
export type { Limits } from "./base/limits.ts";
export type { Severity, Confidence } from "./core/severity.ts";
