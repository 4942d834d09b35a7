import { desc } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { read, SERVICE } from "../database/transact.ts";
import type { Worker } from "../records.ts";
import { workers } from "../schema/index.ts";

/** Processes that take or took work units, the most recently heard of first. They serve all organizations. */
export async function listWorkers(cp: ControlPlane): Promise<readonly Worker[]> {
  return read(cp, SERVICE, (db) => db.select().from(workers).orderBy(desc(workers.heartbeatAt)).limit(500));
}
