import type { ReadSession } from "../connection/read-session.ts";
import { SessionPool } from "../connection/session-pool.ts";

/**
 * A pool of one session that all readers share, because temporary tables exist in it alone. Statements queue; rows are
 * read by cursor, so that no stream keeps the others waiting.
 */
export class SharedSession extends SessionPool {
  override readonly byCursor = true;
  readonly #session: ReadSession;

  constructor(session: ReadSession) {
    super(1, async () => session);
    this.#session = session;
  }

  override async acquire(): Promise<ReadSession> {
    return this.#session;
  }

  override release(): void {}

  override async close(): Promise<void> {}
}
