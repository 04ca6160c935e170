// Follows XML tokens and tells where records begin and end, and what lies outside of them. Damaged nesting is repaired
// the way that loses least: a closing tag closes the nearest element of its name, one without such an element is text.
import type { XmlPlan } from "./xml-plan.ts";
import type { XmlScanner } from "./xml-tokens.ts";

export type XmlFault = "bad" | "deep" | "long" | "unclosed" | "entities";

export interface XmlEvents {
  /** A record; `blank` is where the white space before it begins. */
  record(start: number, end: number, blank: number): void;
  /** Something outside of records that a person may have written. */
  outside(start: number, end: number): void;
  fault(kind: XmlFault, at: number): void;
}

export class XmlCutter {
  /** Start of the record that is open, or -1. */
  recordStart = -1;
  private recordEnd = -1;
  private recordBlank = -1;
  /** Start of the white space before the next token, or -1. */
  private blank = -1;
  private outsideStart = 0;
  private outsideMatters = false;
  private doctype = false;
  private deeper = 0;
  private readonly stack: string[] = [];
  private readonly plan: XmlPlan;
  private readonly depthMax: number;
  private readonly events: XmlEvents;

  constructor(plan: XmlPlan, depthMax: number, events: XmlEvents) {
    this.plan = plan;
    this.depthMax = depthMax;
    this.events = events;
  }

  token(bytes: Buffer, at: number, scanner: XmlScanner): void {
    const { kind, end } = scanner;
    if (kind === "text" && isBlank(bytes, at, end)) {
      if (this.blank < 0) this.blank = at;
      return;
    }
    if (kind === "open" || kind === "empty") this.open(at, scanner);
    else if (kind === "close") this.close(at, scanner);
    else {
      if (kind === "bad") this.events.fault("bad", at);
      if (kind === "doctype" && !this.doctype) {
        this.doctype = true;
        if (bytes.subarray(at, end).includes("<!ENTITY")) this.events.fault("entities", at);
      }
      if (kind !== "instruction" || !bytes.subarray(at, at + 6).equals(DECLARATION)) this.outsideMatters = true;
    }
    this.blank = -1;
  }

  /** Nothing follows. */
  finish(at: number): void {
    if (this.recordStart >= 0 || this.stack.length > 0) this.events.fault("unclosed", at);
    if (this.recordStart >= 0) this.endRecord(this.plan.mode === "flat" ? this.recordEnd : at);
    this.flush(at);
  }

  /** Hands over what lies outside so far. */
  flush(at: number): void {
    if (this.recordStart >= 0) return;
    if (this.outsideMatters) this.events.outside(this.outsideStart, at);
    this.outsideMatters = false;
    this.outsideStart = at;
  }

  /** The open record is too long to be one: it is searched as text. */
  giveUp(at: number): void {
    this.events.fault("long", this.recordStart);
    this.outsideStart = this.recordStart;
    this.outsideMatters = true;
    this.recordStart = -1;
    this.flush(at);
  }

  /** Indexes count from `count` bytes later. */
  rebase(count: number): void {
    this.recordStart = Math.max(-1, this.recordStart - count);
    this.recordEnd -= count;
    this.recordBlank = Math.max(-1, this.recordBlank - count);
    this.blank = Math.max(-1, this.blank - count);
    this.outsideStart -= count;
  }

  private open(at: number, scanner: XmlScanner): void {
    const { plan, stack } = this;
    const level = this.deeper === 0 && stack.length === plan.depth && plan.mode !== "none";
    const named = scanner.name === plan.name;
    if (level && plan.mode === "flat" && named && this.recordStart >= 0) this.endRecord(this.recordEnd);
    if (level && this.recordStart < 0 && (named || plan.mode === "flat")) {
      this.flush(at);
      this.recordStart = at;
      this.recordEnd = scanner.end;
      this.recordBlank = this.blank;
    }
    if (scanner.attributes) this.outsideMatters = true;
    if (scanner.kind === "empty") this.closed(scanner.end);
    else if (stack.length < this.depthMax) stack.push(scanner.name);
    else {
      this.deeper++;
      this.events.fault("deep", at);
    }
  }

  private close(at: number, scanner: XmlScanner): void {
    const { stack } = this;
    if (this.deeper > 0) {
      this.deeper--;
      return;
    }
    if (stack.at(-1) !== scanner.name) {
      this.events.fault("bad", at);
      const found = stack.lastIndexOf(scanner.name);
      if (found < 0) {
        this.outsideMatters = true;
        return;
      }
      // The elements in between end here, and a record among them before this tag.
      stack.length = found + 1;
      if (this.plan.mode === "element" && stack.length <= this.plan.depth) this.endRecord(at);
    }
    stack.pop();
    this.closed(scanner.end);
  }

  /** An element has ended; the stack is that of its parent. */
  private closed(end: number): void {
    const { plan, stack } = this;
    if (this.recordStart < 0 || this.deeper > 0) return;
    if (plan.mode === "element") {
      if (stack.length <= plan.depth) this.endRecord(end);
    } else if (stack.length === plan.depth) {
      this.recordEnd = end;
      this.outsideMatters = false;
    } else if (stack.length < plan.depth) this.endRecord(this.recordEnd);
  }

  private endRecord(end: number): void {
    if (this.recordStart < 0) return;
    this.events.record(this.recordStart, end, this.recordBlank < 0 ? this.recordStart : this.recordBlank);
    this.recordStart = -1;
    this.outsideStart = end;
    // In a flat run, what has come after its last element belongs to nothing: it stays to be looked at.
    if (this.plan.mode !== "flat") this.outsideMatters = false;
  }
}

const DECLARATION = Buffer.from("<?xml ");

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte !== 0x20 && (byte < 9 || byte > 13)) return false;
  }
  return true;
}
