/** Whoever clicks again sooner means the same click. */
const ONE_CLICK_MS = 600;

interface Sent {
  readonly request: string;
  readonly key: string;
  readonly at: number;
}

/**
 * Lets a second click be the first one: the same request right after itself goes out under the idempotency key of the
 * first, so that the server does it once and answers both. With another request between them they are two.
 */
export class RepeatedClicks {
  #last: Sent | null = null;
  /** Requests are sent again under their own key while the server is busy. */
  readonly #meant = new Map<string, string>();

  /** The key to send; `request`: all that is sent, as one text. */
  keyFor({ request, key, at }: Sent): string {
    const meant = this.#meant.get(key);
    if (meant !== undefined) return meant;
    const last = this.#last;
    if (last !== null && last.request === request && at - last.at < ONE_CLICK_MS) {
      this.#meant.set(key, last.key);
      return last.key;
    }
    this.#last = { request, key, at };
    return key;
  }

  /** A request without a key. */
  forget(): void {
    this.#last = null;
  }
}
