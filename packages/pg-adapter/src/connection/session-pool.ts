import type { ReadSession } from "./read-session.ts";

/** Up to `limit` sessions of one snapshot, opened when first needed, handed out in order of asking. */
export class SessionPool {
  /** Whether rows are read by cursor, because others use the session in between. */
  readonly byCursor: boolean = false;
  readonly #open: () => Promise<ReadSession>;
  readonly #equip: (session: ReadSession) => Promise<void>;
  readonly #limit: number;
  readonly #idle: ReadSession[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #all = new Set<ReadSession>();
  #opened = 0;
  #closed = false;

  /** `equip` is called before a session is handed out. */
  constructor(
    limit: number,
    open: () => Promise<ReadSession>,
    equip: (session: ReadSession) => Promise<void> = async () => {},
  ) {
    this.#limit = Math.max(1, limit);
    this.#open = open;
    this.#equip = equip;
  }

  async acquire(): Promise<ReadSession> {
    const session = await this.#next();
    try {
      await this.#equip(session);
      return session;
    } catch (error) {
      this.release(session);
      throw error;
    }
  }

  async #next(): Promise<ReadSession> {
    for (;;) {
      const idle = this.#idle.pop();
      if (idle?.broken === true) this.#forget(idle);
      else if (idle !== undefined) return idle;
      if (this.#opened < this.#limit) return this.#add();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  release(session: ReadSession): void {
    if (session.broken || this.#closed) this.#forget(session);
    else this.#idle.push(session);
    this.#waiting.shift()?.();
  }

  async use<T>(work: (session: ReadSession) => Promise<T>): Promise<T> {
    const session = await this.acquire();
    try {
      return await work(session);
    } finally {
      this.release(session);
    }
  }

  /** Ends idle sessions politely and cuts off those at work. */
  async close(): Promise<void> {
    this.#closed = true;
    const idle = new Set(this.#idle.splice(0));
    await Promise.all(
      [...this.#all].map((session) => (idle.has(session) ? session.end() : session.abandon())),
    );
    this.#all.clear();
  }

  async #add(): Promise<ReadSession> {
    this.#opened += 1;
    try {
      const session = await this.#open();
      this.#all.add(session);
      return session;
    } catch (error) {
      this.#opened -= 1;
      this.#waiting.shift()?.();
      throw error;
    }
  }

  #forget(session: ReadSession): void {
    this.#all.delete(session);
    this.#opened -= 1;
    void session.end().catch(() => {});
  }
}
