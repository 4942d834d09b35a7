/** Starts to read before anybody asks and stops at `maxBytes` until somebody does. */
export class ReadAhead {
  readonly #waiting: Uint8Array[] = [];
  readonly #maxBytes: number;
  readonly #signal: AbortSignal;
  #bytes = 0;
  #ended = false;
  #error: unknown = null;
  #wake: () => void = () => {};
  #resume: () => void = () => {};

  constructor(source: AsyncIterable<Uint8Array>, options: { maxBytes: number; signal: AbortSignal }) {
    this.#maxBytes = options.maxBytes;
    this.#signal = options.signal;
    void this.#fill(source);
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#waiting.shift();
      if (chunk !== undefined) {
        this.#bytes -= chunk.byteLength;
        this.#resume();
        yield chunk;
      } else if (this.#error !== null) throw this.#error;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async #fill(source: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of source) {
        this.#waiting.push(chunk);
        this.#bytes += chunk.byteLength;
        this.#wake();
        while (this.#bytes >= this.#maxBytes && !this.#signal.aborted) {
          await new Promise<void>((resolve) => {
            this.#resume = resolve;
            this.#signal.addEventListener("abort", () => resolve(), { once: true });
          });
        }
      }
    } catch (error) {
      this.#error = error;
    }
    this.#ended = true;
    this.#wake();
  }
}
