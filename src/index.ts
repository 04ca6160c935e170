// The library's front door.
export type { ScanReport, Finding, ArtifactReport, RecordLine } from "./core/report.ts";
