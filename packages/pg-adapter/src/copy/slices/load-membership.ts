import { CodedError } from "@syncline/core";
import type { LoadName } from "@syncline/engine";
import type { Client } from "pg";
import type { ApplySession } from "../../write/apply-session.ts";
import { joinFence } from "../../write/fence.ts";
import { runLock } from "../copy-ledger.ts";
import { openSession, type SessionSource, withSession } from "../open-session.ts";
import { type Settlement, settleRun } from "../settle-run.ts";

const SETTLE_LOCK_TIMEOUT_MS = 60_000;

/**
 * Part in a load: a session that holds the load's lock together with those of the others, so that nobody takes the load
 * for dead. A later owner of the target ends it.
 */
export class LoadMembership {
  readonly #source: SessionSource;
  readonly #name: LoadName;
  #session: ApplySession | null = null;
  #left = false;

  constructor(source: Omit<SessionSource, "signal">, name: LoadName) {
    this.#source = { ...source, signal: new AbortController().signal }; // it puts things in order after an interruption too
    this.#name = name;
  }

  /** The session that holds the lock; a new one where it was lost. */
  async session(): Promise<ApplySession> {
    if (this.#left) throw gone(this.#source.label);
    if (this.#session !== null && !this.#session.lost) return this.#session;
    const session = await openSession(this.#source);
    try {
      await session.client.query("SET idle_session_timeout = 0; SET lock_timeout = 60000");
      await session.client.query(`SELECT pg_catalog.pg_advisory_lock_shared(${runLock(this.#name.id)})`);
      await joinFence(session.client, this.#name.fence);
    } catch (error) {
      session.destroy();
      throw session.translate(error);
    }
    this.#session = session;
    return session;
  }

  /** Takes part in what another began. Rejects with `run.instant_lost` where nothing is written down of it. */
  async join(): Promise<void> {
    const session = await this.session();
    if (await isWrittenDown(session.client, this.#name.id)) return;
    await this.#end();
    throw gone(this.#source.label);
  }

  /** Lets go of the lock, and unless it is kept brings the load to its end if nobody else holds it. Null where it did not. */
  async leave({ keep } = { keep: false }): Promise<Settlement | null> {
    this.#left = true;
    await this.#end();
    if (keep) return null;
    return withSession(this.#source, (session) => settleRun(session, this.#name.id, SETTLE_LOCK_TIMEOUT_MS));
  }

  async #end(): Promise<void> {
    await this.#session?.close();
    this.#session = null;
  }
}

async function isWrittenDown(client: Client, id: string): Promise<boolean> {
  const { rows } = await client.query<{ there: string }>(
    "SELECT EXISTS (SELECT FROM syncline.copy_part p WHERE p.run_id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid) AS there",
    [id],
  );
  return rows[0]?.there === "t";
}

export function gone(label: string): CodedError {
  return new CodedError(
    "run.instant_lost",
    `The load of "${label}" was given up; nothing of it is left there.`,
    {
      hint: "It is planned anew by the next attempt.",
      retryable: true,
    },
  );
}
