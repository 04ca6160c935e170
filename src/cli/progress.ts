// One line on a terminal that shows how far a long scan is: share, rate, time left. Nothing in a pipe, nothing for work
// that ends before a person would wonder.
import type { Progress } from "./pipeline.ts";

const SHOW_AFTER_MS = 500;
const REDRAW_MS = 100;
const BAR_WIDTH = 24;

export class ProgressLine {
  readonly #out: NodeJS.WriteStream;
  readonly #begun = performance.now();
  #drawn = 0;
  #shown = false;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  update(progress: Progress): void {
    const now = performance.now();
    if (!this.#out.isTTY || now - this.#begun < SHOW_AFTER_MS || now - this.#drawn < REDRAW_MS) return;
    this.#drawn = now;
    this.#shown = true;
    this.#out.write(`\r\x1b[2K${progressText(progress, (now - this.#begun) / 1000)}`);
  }

  end(): void {
    if (this.#shown) this.#out.write("\r\x1b[2K");
    this.#shown = false;
  }
}

export function progressText({ bytes, records, totalBytes }: Progress, seconds: number): string {
  const share = totalBytes > 0 ? Math.min(1, bytes / totalBytes) : 0;
  const filled = Math.round(share * BAR_WIDTH);
  const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  const rate = bytes / Math.max(seconds, 0.001);
  const left = share > 0.01 ? ` · ${duration((seconds * (1 - share)) / share)} left` : "";
  return `${bar} ${Math.round(share * 100)} % · ${records.toLocaleString("en")} records · ${Math.round(rate / 1e6)} MB/s${left}`;
}

const duration = (seconds: number): string =>
  seconds < 60 ? `${Math.ceil(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
