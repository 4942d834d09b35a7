import { sql } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { read, readAsLogin, SERVICE } from "./transact.ts";

/** Tells whoever listens to a channel. @throws CodedError when the control database is away */
export async function notifyChannel(cp: ControlPlane, channel: string): Promise<void> {
  await readAsLogin(cp, (db) => db.execute(sql`SELECT pg_notify(${channel}, '')`));
}

/** Whether the control database answers, with its own tables and those of the queue. @throws CodedError where one does not */
export async function askDatabase(cp: ControlPlane, about: "control" | "queue"): Promise<void> {
  if (about === "queue") await readAsLogin(cp, (db) => db.execute(sql`SELECT FROM syncline_queue.version`));
  else await read(cp, SERVICE, (db) => db.execute(sql`SELECT FROM syncline_control.identity`));
}
