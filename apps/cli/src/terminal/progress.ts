import type { ProgressEvent } from "@syncline/engine";
import { formatProgress, type ProgressState } from "./progress-text.ts";

export interface Progress {
  readonly report: (event: ProgressEvent) => void;
  /** Removes a drawn line, so that other text can be written. */
  clear(): void;
  /** Draws nothing, so that somebody can type, until the returned function is called. */
  suspend(): () => void;
  stop(): void;
}

export const SILENT_PROGRESS: Progress = {
  report: () => {},
  clear: () => {},
  suspend: () => () => {},
  stop: () => {},
};

const REDRAW_MS = 100;
const FIRST_DRAW_MS = 300;
const LINE_MS = 10_000;
const RATE_WINDOW_MS = 5_000;

interface ProgressOptions {
  readonly write: (text: string) => void;
  /** Redraw one line (terminal), else print a line every ten seconds. */
  readonly redraw: boolean;
  readonly columns: number;
  readonly now: () => number;
}

/** Shows the newest progress event; nothing at all for work that ends at once. */
export class ProgressLine implements Progress {
  readonly #options: ProgressOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt: number;
  #state: ProgressState | null = null;
  #samples: { at: number; rows: number }[] = [];
  #drawn = false;
  #suspended = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#timer = setInterval(() => this.tick(), options.redraw ? REDRAW_MS : LINE_MS);
    this.#timer.unref();
  }

  readonly report = (event: ProgressEvent): void => {
    const now = this.#options.now();
    const same = this.#state?.event.table === event.table && this.#state.event.phase === event.phase;
    if (!same) this.#samples = [];
    this.#samples = [
      ...this.#samples.filter(({ at }) => now - at < RATE_WINDOW_MS).slice(-50),
      { at: now, rows: event.rows },
    ];
    this.#state = { event, rowsPerSecond: this.#rate(now), elapsedMs: now - this.#startedAt };
  };

  /** Called by the timer; public for tests with their own clock. */
  tick(): void {
    if (this.#state === null || this.#suspended > 0) return;
    const { redraw, columns, write, now } = this.#options;
    if (redraw && now() - this.#startedAt < FIRST_DRAW_MS) return;
    const text = formatProgress({ ...this.#state, elapsedMs: now() - this.#startedAt });
    write(redraw ? `\r\u001b[2K${text.slice(0, Math.max(10, columns - 1))}` : `${text}\n`);
    this.#drawn = redraw;
  }

  clear(): void {
    if (!this.#drawn) return;
    this.#options.write("\r\u001b[2K");
    this.#drawn = false;
  }

  suspend(): () => void {
    this.clear();
    this.#suspended += 1;
    return () => {
      this.#suspended -= 1;
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.clear();
    this.#state = null;
  }

  #rate(now: number): number | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || now - first.at < 200) return null;
    return ((last.rows - first.rows) * 1000) / (now - first.at);
  }
}
