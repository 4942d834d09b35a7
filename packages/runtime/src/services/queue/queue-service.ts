import type { Service } from "../service.ts";
import type { WorkQueue } from "./work-queue.ts";

/** Keeps the queue open for the services behind it; the first one to start, the last one to stop. */
export class QueueService implements Service, Pick<WorkQueue, "send" | "receive" | "pause"> {
  readonly name = "queue";
  readonly #open: () => Promise<WorkQueue>;
  readonly #stopped = Promise.withResolvers<void>();
  readonly #opened = Promise.withResolvers<WorkQueue>();
  #ended: Promise<void> = Promise.resolve();

  constructor(open: () => Promise<WorkQueue>) {
    this.#open = open;
    this.#opened.promise.catch(() => {});
  }

  run(): Promise<void> {
    const running = this.#run();
    this.#ended = running.catch(() => {});
    return running;
  }

  async #run(): Promise<void> {
    const queue = await this.#open();
    this.#opened.resolve(queue);
    await this.#stopped.promise;
    await queue.close();
  }

  async send(unitIds: readonly string[]): Promise<void> {
    await (await this.#opened.promise).send(unitIds);
  }

  async receive(options: Parameters<WorkQueue["receive"]>[0]): Promise<void> {
    await (await this.#opened.promise).receive(options);
  }

  async pause(): Promise<void> {
    await (await this.#opened.promise).pause();
  }

  /** Others still give back what they have; nobody waits any more for a queue that was never open. */
  async drain(): Promise<void> {
    this.#opened.reject(new Error("the queue is closed"));
  }

  async stop(): Promise<void> {
    await this.drain();
    this.#stopped.resolve();
    await this.#ended;
  }
}
