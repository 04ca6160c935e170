// One line on a terminal that shows how far a long scan is: share, rate, time left. Nothing in a pipe, nothing for work
// that ends before a person would wonder.
import { count } from "../report/figures.ts";
import type { Progress } from "./pipeline.ts";

const SHOW_AFTER_MS = 500;
const REDRAW_MS = 100;
const BAR_WIDTH = 24;
const BAR_WIDTH_MIN = 6;

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
    this.#out.write(`\r\x1b[2K${progressText(progress, (now - this.#begun) / 1000, this.#out.columns)}`);
  }

  end(): void {
    if (this.#shown) this.#out.write("\r\x1b[2K");
    this.#shown = false;
  }
}

/** The same line for work that only reads: as callbacks of hashing. */
export class HashProgress {
  readonly #line: ProgressLine;
  readonly #on: boolean;
  #bytes = 0;
  #totalBytes = 0;

  constructor(out: NodeJS.WriteStream, on: boolean) {
    this.#line = new ProgressLine(out);
    this.#on = on;
  }

  watch(): { onBytes?: (bytes: number) => void; onTotal?: (bytes: number) => void } {
    if (!this.#on) return {};
    return {
      onTotal: (bytes) => {
        this.#totalBytes += bytes;
      },
      onBytes: (bytes) => {
        this.#bytes += bytes;
        this.show({ bytes: this.#bytes, records: 0, totalBytes: this.#totalBytes });
      },
    };
  }

  show(progress: Progress): void {
    this.#line.update(progress);
  }

  end(): void {
    this.#line.end();
  }
}

/** As much of it as fits on the line: the share and the time left matter most. */
export function progressText({ bytes, records, totalBytes }: Progress, seconds: number, width = 120): string {
  const share = totalBytes > 0 ? Math.min(1, bytes / totalBytes) : 0;
  const rate = bytes / Math.max(seconds, 0.001);
  const percent = `${Math.round(share * 100)} %`;
  const left = share > 0.01 ? [`${duration((seconds * (1 - share)) / share)} left`] : [];
  const speed = rate >= 10e6 ? `${Math.round(rate / 1e6)} MB/s` : `${(rate / 1e6).toFixed(1)} MB/s`;
  const found = `${count(records)} records`;
  for (const parts of [
    [percent, found, speed, ...left],
    [percent, speed, ...left],
    [percent, ...left],
  ]) {
    const text = parts.join(" · ");
    const room = Math.min(BAR_WIDTH, width - text.length - 2);
    if (room < BAR_WIDTH_MIN) continue;
    const filled = Math.round(share * room);
    return `${"█".repeat(filled)}${"░".repeat(room - filled)} ${text}`;
  }
  return percent;
}

const duration = (seconds: number): string =>
  seconds < 60 ? `${Math.ceil(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
