import { CodedError } from "@syncline/core";

interface Bucket {
  tokens: number;
  at: number;
}

const MAX_CALLERS = 50_000;
const SECONDS_PER_MINUTE = 60;

/** Token buckets by caller: a minute's worth at once, refilled evenly. Of this process alone. */
export class RateLimit {
  readonly #perMinute: number;
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  constructor({
    perMinute,
    now = () => performance.now() / 1000,
  }: { perMinute: number; now?: () => number }) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** @throws CodedError `request.rate_exceeded` with `retryAfterSeconds` in its details */
  take(caller: string): void {
    const now = this.#now();
    const rate = this.#perMinute / SECONDS_PER_MINUTE;
    const found = this.#buckets.get(caller);
    const tokens =
      found === undefined
        ? this.#perMinute
        : Math.min(this.#perMinute, found.tokens + (now - found.at) * rate);
    this.#buckets.delete(caller);
    this.#buckets.set(caller, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
    if (this.#buckets.size > MAX_CALLERS) this.#forgetOldest();
    if (tokens >= 1) return;
    throw new CodedError("request.rate_exceeded", `More than ${this.#perMinute} requests a minute.`, {
      retryable: true,
      details: { retryAfterSeconds: (1 - tokens) / rate },
    });
  }

  #forgetOldest(): void {
    const oldest = this.#buckets.keys().next();
    if (!oldest.done) this.#buckets.delete(oldest.value);
  }
}
