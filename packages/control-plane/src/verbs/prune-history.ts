import { sql } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { SERVICE, transact } from "../database/transact.ts";
import { removeConflicts } from "./remove-conflicts.ts";
import { removePairsOfDeletedJobs } from "./remove-pairs.ts";

export interface PruneInput {
  /** Events, for those who resume watching. */
  readonly eventsMs: number;
  /** Answers to requests that may come again. */
  readonly idempotencyMs: number;
  /** Finished runs with their units and attempts, slots that were dealt with, and closed conflicts. Patches stay. */
  readonly runsMs: number;
  readonly deliveriesMs: number;
  /** Workers that were not heard of. */
  readonly workersMs: number;
  /** Sessions and links whose time has passed, and wrong passwords. Longer than an address counts as known. */
  readonly signInsMs: number;
}

const ROWS_A_TIME = 5_000;

interface Rule {
  readonly table: string;
  /** Columns that name a row. */
  readonly key: string;
  readonly when: string;
  readonly olderThanMs: number;
}

/** Removes what is old, a few thousand rows of each kind at a time, and bases of pairs whose job is gone; repeat while it gives a number above 0. */
export async function pruneHistory(cp: ControlPlane, input: PruneInput): Promise<number> {
  const rules: readonly Rule[] = [
    { table: "events", key: "id", when: "at", olderThanMs: input.eventsMs },
    {
      table: "idempotency_keys",
      key: "organization_id, key",
      when: "created_at",
      olderThanMs: input.idempotencyMs,
    },
    { table: "runs", key: "id", when: "finished_at", olderThanMs: input.runsMs },
    {
      table: "schedule_slots",
      key: "schedule_id, fire_at",
      when: "decided_at",
      olderThanMs: input.runsMs,
    },
    { table: "deliveries", key: "id", when: "created_at", olderThanMs: input.deliveriesMs },
    { table: "workers", key: "id", when: "heartbeat_at", olderThanMs: input.workersMs },
    { table: "sessions", key: "id", when: "expires_at", olderThanMs: input.signInsMs },
    { table: "invitations", key: "id", when: "expires_at", olderThanMs: input.signInsMs },
    { table: "sign_in_failures", key: "bucket", when: "last_at", olderThanMs: input.signInsMs },
  ];
  let removed = 0;
  for (const { table, key, when, olderThanMs } of rules)
    removed += await transact(cp, SERVICE, async ({ tx }) => {
      const name = sql`${sql.identifier("syncline_control")}.${sql.identifier(table)}`;
      const rows = await tx.execute(sql`
        DELETE FROM ${name} WHERE (${sql.raw(key)}) IN (
          SELECT ${sql.raw(key)} FROM ${name}
          WHERE ${sql.identifier(when)} < now() - ${olderThanMs}::bigint * interval '1 millisecond'
          LIMIT ${ROWS_A_TIME} FOR UPDATE SKIP LOCKED)`);
      return rows.count;
    });
  return removed + (await removeConflicts(cp, input.runsMs)) + (await removePairsOfDeletedJobs(cp));
}
