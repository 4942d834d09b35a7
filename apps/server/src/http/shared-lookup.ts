/**
 * Asks once for many who want the same at the same time. Who comes while an answer is on its way shares the next one, so
 * nobody gets an answer that is older than their question.
 */
export class SharedLookup<T> {
  readonly #ask: (key: string) => Promise<T>;
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #next = new Map<string, Promise<T>>();

  constructor(ask: (key: string) => Promise<T>) {
    this.#ask = ask;
  }

  get(key: string): Promise<T> {
    const running = this.#running.get(key);
    if (running === undefined) return this.#start(key);
    const next = this.#next.get(key) ?? running.then(() => this.#startNext(key));
    this.#next.set(key, next);
    return next;
  }

  #startNext(key: string): Promise<T> {
    this.#next.delete(key);
    return this.#start(key);
  }

  #start(key: string): Promise<T> {
    const answer = this.#ask(key);
    const ended: Promise<void> = answer
      .then(
        () => {},
        () => {},
      )
      .then(() => {
        // Unless the next one has begun.
        if (this.#running.get(key) === ended) this.#running.delete(key);
      });
    this.#running.set(key, ended);
    return answer;
  }
}
