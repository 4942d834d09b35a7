import type { Claim } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";

/** Why a unit at work was told to stop; `attempt`: another unit of the run has failed for good. */
export type StopReason = "pause" | "cancel" | "timeout" | "attempt" | "drain" | "lease";

/** A unit that this process does now, with its lease as this process's own clock sees it. */
export class LiveUnit {
  readonly claim: Claim;
  readonly #stop = new AbortController();
  #renewedAt: number;
  #reason: StopReason | null = null;

  /** `askedAt` is when the claim was sent, on the monotonic clock: the lease began no earlier. */
  constructor(claim: Claim, askedAt: number) {
    this.claim = claim;
    this.#renewedAt = askedAt;
  }

  get id(): string {
    return this.claim.unit.id;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get reason(): StopReason | null {
    return this.#reason;
  }

  renewed(askedAt: number): void {
    this.#renewedAt = Math.max(this.#renewedAt, askedAt);
  }

  /** A third of the lease is left for the work to end before another worker may begin. */
  get mustGiveUp(): boolean {
    return performance.now() - this.#renewedAt > (this.claim.leaseMs * 2) / 3;
  }

  /** The first reason counts, but that a lost lease outdoes every other: nothing may be told then. */
  stop(reason: StopReason): void {
    if (this.#reason === null || reason === "lease") this.#reason = reason;
    this.#stop.abort(new CodedError("interrupted", "The work was told to stop.", { details: { reason } }));
  }
}
