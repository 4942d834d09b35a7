import { CodedError } from "@syncline/core";
import type { DiffOptions } from "../diff-contract.ts";

export type StopReason = "max-differences" | "max-percent" | "max-time";

/** Counts differences of the whole run and says when a limit ends it. */
export class RunLimits {
  readonly #options: DiffOptions;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #outer: AbortSignal;
  readonly #forward = () => this.#controller.abort(this.#outer.reason);
  #differences = 0;
  stopped: StopReason | null = null;

  constructor(options: DiffOptions, signal: AbortSignal) {
    this.#options = options;
    this.#outer = signal;
    if (signal.aborted) this.#forward();
    signal.addEventListener("abort", this.#forward, { once: true });
    if (options.maxTimeMs !== null) this.#timer = setTimeout(() => this.#timeIsUp(), options.maxTimeMs);
  }

  /** Aborted by the caller, or when time is up. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** How many of `found` further differences may be reported; less means that the run stops after them. */
  admit(found: number, table: { readonly differences: number; readonly mostRows: number | null }): number {
    const { maxDifferences, maxPercent } = this.#options;
    const byCount = maxDifferences === null ? found : Math.min(found, maxDifferences - this.#differences);
    const byShare =
      maxPercent === null || table.mostRows === null
        ? found
        : Math.min(found, Math.floor((table.mostRows * maxPercent) / 100) - table.differences);
    const admitted = Math.max(0, Math.min(byCount, byShare));
    this.#differences += admitted;
    if (admitted < found) this.stopped = byCount <= byShare ? "max-differences" : "max-percent";
    return admitted;
  }

  /** Ends everything that still runs. */
  abort(): void {
    this.#controller.abort(new CodedError("interrupted", "The comparison was closed."));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#forward);
  }

  #timeIsUp(): void {
    this.stopped = "max-time";
    this.#controller.abort(new CodedError("interrupted", "The comparison reached its time limit."));
  }
}
