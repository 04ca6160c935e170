// What all columns of one read share: the memory they hold now, and their output against the size of the file (CWE-409).
// Sizes in columnar files are claims; they are counted here before memory is taken by them.
import type { Limits } from "../../base/limits.ts";
import { overLimit } from "./fault.ts";

export class Budget {
  private readonly limits: Limits;
  private readonly sizeBytes: number;
  private held = 0;
  private expanded = 0;
  constructor(limits: Limits, sizeBytes: number) {
    this.limits = limits;
    this.sizeBytes = sizeBytes;
  }
  hold(bytes: number): void {
    this.held += bytes;
    if (this.held > this.limits.rowGroupBytesMax)
      throw overLimit("rowGroupBytesMax", "the pages of one row group that belong together are too large");
  }
  /** Lets go of everything held. */
  release(): void {
    this.held = 0;
  }
  /** Counts decoded bytes, an entry as one more byte: a run of a thousand million nulls is a bomb too. */
  expand(bytes: number): void {
    this.expanded += bytes;
    const { expandedBytesMax, expandedFreeBytes, expansionRatioMax } = this.limits;
    if (this.expanded > expandedBytesMax) throw overLimit("expandedBytesMax", "the data grows too large");
    if (this.expanded > expandedFreeBytes && this.expanded > this.sizeBytes * expansionRatioMax) {
      throw overLimit("expansionRatioMax", `the data grows to more than ${expansionRatioMax} times the file`);
    }
  }
}
