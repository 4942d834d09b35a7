import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { Change } from "./change.ts";
import type { Executor } from "./open-database.ts";
import { sqlStateOf, translateDatabaseError } from "./translate-database-error.ts";
import { actAs, assertJoins, type Who } from "./who.ts";
import { writeNotes } from "./write-notes.ts";

export { SERVICE, type Who } from "./who.ts";

/** Serialization failure and deadlock: nothing happened, and the same may well succeed now. */
const REPEATABLE: ReadonlySet<string> = new Set(["40001", "40P01"]);
const TRIES = 6;
const FIRST_PAUSE_MS = 10;

/**
 * Runs a verb for somebody as one transaction and writes its audit entries and events at the end; within a transaction
 * that was begun already it joins that one. `body` may run several times and must have no effect outside of the database.
 * @throws CodedError `connection.lost`, `control.unavailable` (both retryable), and what `body` throws
 */
export async function transact<T>(
  cp: ControlPlane,
  who: Who,
  body: (change: Change) => Promise<T>,
): Promise<T> {
  if (cp.joined !== null) {
    assertJoins(cp.joined.who, who);
    return body(cp.joined);
  }
  for (let tries = 1; ; tries += 1) {
    try {
      return await cp.sessions.transaction(who, async (tx) => {
        const change = new Change(tx, who);
        const result = await body(change);
        await writeNotes(change);
        return result;
      });
    } catch (error) {
      if (tries >= TRIES || !REPEATABLE.has(sqlStateOf(error))) throw translateDatabaseError(error);
      await sleep(FIRST_PAUSE_MS * 2 ** tries * (0.5 + Math.random()));
    }
  }
}

/** Runs a query for somebody, which cannot write, within the transaction that was begun if there is one. */
export async function read<T>(cp: ControlPlane, who: Who, body: (db: Executor) => Promise<T>): Promise<T> {
  try {
    if (cp.joined !== null) assertJoins(cp.joined.who, who);
    return await (cp.joined === null ? cp.sessions.read(who, body) : body(cp.joined.tx));
  } catch (error) {
    throw translateDatabaseError(error);
  }
}

/** Runs a statement that is about no rows of organizations as the role that connects, outside of any transaction. */
export async function readAsLogin<T>(cp: ControlPlane, body: (db: Executor) => Promise<T>): Promise<T> {
  try {
    return await cp.sessions.bare(body);
  } catch (error) {
    throw translateDatabaseError(error);
  }
}

/** Runs statements about what the role that connects owns, such as the schema of a base, within a transaction. */
export async function asLogin<T>({ tx, who }: Change, body: () => Promise<T>): Promise<T> {
  await tx.execute(sql.raw("SET LOCAL role TO DEFAULT"));
  const result = await body();
  await tx.execute(sql.raw(actAs(who)));
  return result;
}

/** The same control plane, whose verbs and queries join a transaction. */
export function joining(cp: ControlPlane, change: Change): ControlPlane {
  return { ...cp, joined: change };
}
