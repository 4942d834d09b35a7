import { count, sql } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { read, SERVICE } from "../database/transact.ts";
import type { RunState } from "../run-machine/run-states.ts";
import { runs } from "../schema/index.ts";

/** Unfinished runs by state, of all organizations, for metrics. */
export async function countLiveRuns(cp: ControlPlane): Promise<ReadonlyMap<RunState, number>> {
  const rows = await read(cp, SERVICE, (db) =>
    db
      .select({ state: runs.state, count: count() })
      .from(runs)
      .where(sql`finished_at IS NULL`)
      .groupBy(runs.state),
  );
  return new Map(rows.map((row) => [row.state, row.count]));
}
