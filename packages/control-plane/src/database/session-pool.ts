import { setTimeout as sleep } from "node:timers/promises";
import type { Executor } from "./open-database.ts";
import { openDatabase } from "./open-database.ts";
import { Session, type SessionOptions } from "./session.ts";
import { beginFor, type LOGIN, type Who } from "./who.ts";

interface Seat {
  readonly session: Session;
  readonly db: Executor;
}

const CLOSE_MS = 5_000;
const CLOSE_STEP_MS = 20;

/**
 * Sessions for verbs and queries: each is used by one at a time, in the order of asking, and is thrown away when its
 * connection is lost.
 */
export class SessionPool {
  readonly #options: SessionOptions;
  readonly #max: number;
  /** Used last first, so that a quiet process keeps few. */
  readonly #idle: Seat[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #used = new Set<Seat>();
  readonly #ending = new Set<Promise<void>>();
  /** Those who were told that they may come and have not taken their seat yet. */
  #coming = 0;
  #closed = false;

  constructor({ max, ...options }: SessionOptions & { readonly max: number }) {
    this.#options = options;
    this.#max = max;
  }

  /** As the login, without a transaction. */
  async bare<T>(body: (db: Executor) => Promise<T>): Promise<T> {
    return this.#use(({ db }) => body(db));
  }

  /** In a transaction that cannot write. It takes no more round trips than `body`. */
  async read<T>(who: Who, body: (db: Executor) => Promise<T>): Promise<T> {
    return this.#use(async ({ session, db }) => {
      const result = await within(session, {
        begin: beginFor(who, { readOnly: true }),
        body: () => body(db),
      });
      // Whatever comes next on this session is sent after it.
      void session.sql.unsafe("COMMIT").then(nothing, nothing);
      return result;
    });
  }

  /** Commits what `body` did when it resolves, and rolls it back when it rejects. */
  async transaction<T>(who: Who | typeof LOGIN, body: (tx: Executor) => Promise<T>): Promise<T> {
    return this.#use(async ({ session, db }) => {
      const begin = beginFor(who, { readOnly: false });
      const result = await within(session, { begin, body: () => body(db) });
      const { command } = await session.sql.unsafe("COMMIT");
      if (command !== "COMMIT")
        throw new Error("a statement failed unnoticed and the transaction was rolled back");
      return result;
    });
  }

  /** Takes no more work, and waits a little for what is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const seat of this.#idle.splice(0)) this.#discard(seat);
    const late = sleep(CLOSE_MS, undefined, { ref: false });
    while (this.#used.size > 0) {
      const ended = await Promise.race([late.then(() => false), sleep(CLOSE_STEP_MS).then(() => true)]);
      if (!ended) for (const seat of this.#used) this.#discard(seat);
      if (!ended) break;
    }
    await Promise.all(this.#ending);
  }

  async #use<T>(body: (seat: Seat) => Promise<T>): Promise<T> {
    const seat = await this.#take();
    try {
      return await body(seat);
    } finally {
      this.#giveBack(seat);
    }
  }

  async #take(): Promise<Seat> {
    if (this.#closed) throw ended();
    if (this.#used.size + this.#coming >= this.#max) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      this.#coming -= 1;
      if (this.#closed) throw ended();
    }
    const seat = this.#takeIdle() ?? this.#open();
    this.#used.add(seat);
    return seat;
  }

  #giveBack(seat: Seat): void {
    this.#used.delete(seat);
    if (this.#closed || seat.session.lost) this.#discard(seat);
    else this.#idle.push(seat);
    const next = this.#waiting.shift();
    if (next === undefined) return;
    // Its place is its own until it comes, so that nobody overtakes it.
    this.#coming += 1;
    next();
  }

  #takeIdle(): Seat | undefined {
    for (;;) {
      const seat = this.#idle.pop();
      if (seat === undefined || !seat.session.lost) return seat;
      this.#discard(seat);
    }
  }

  #open(): Seat {
    const session = new Session(this.#options);
    return { session, db: openDatabase(session.sql) };
  }

  #discard({ session }: Seat): void {
    const ending = session.end().catch(() => {});
    this.#ending.add(ending);
    void ending.then(() => this.#ending.delete(ending));
  }
}

/** Begins, and rolls back when something fails. The first statement of `body` is sent without waiting for the begin. */
async function within<T>(
  { sql }: Session,
  { begin, body }: { readonly begin: string; readonly body: () => Promise<T> },
): Promise<T> {
  const begun = sql.unsafe(begin).then(
    () => null,
    (error: unknown) => ({ error }),
  );
  try {
    const result = await body();
    const failed = await begun;
    if (failed !== null) throw failed.error;
    return result;
  } catch (error) {
    await sql.unsafe("ROLLBACK").then(nothing, nothing);
    // What failed first: the statements after it were refused for that alone.
    throw (await begun)?.error ?? error;
  }
}

const nothing = () => {};

function ended(): Error {
  return Object.assign(new Error("the control plane is closed"), { code: "CONNECTION_ENDED" });
}
