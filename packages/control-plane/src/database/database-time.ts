import { sql } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { readAsLogin } from "./transact.ts";

/** What time it is by the control database's clock, the one that counts. */
export async function databaseTime(cp: ControlPlane): Promise<Date> {
  const rows = await readAsLogin(cp, (db) =>
    db.execute<{ ms: string }>(sql`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS ms`),
  );
  return new Date(Number(rows[0]?.ms));
}
