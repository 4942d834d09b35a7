import type { Client } from "pg";
import { sqlStateOf } from "../write/write-errors.ts";
import type { Definition } from "./definitions.ts";

/** Something else depends on it, or it is not ours. */
const KEPT = new Set(["2BP01", "42501"]);

/** Drops what can be dropped and returns that; the rest stays as it is. Inside a transaction. */
export async function dropDefinitions(
  client: Client,
  definitions: readonly Definition[],
): Promise<Definition[]> {
  const dropped: Definition[] = [];
  for (const definition of definitions) {
    await client.query("SAVEPOINT syncline_drop");
    try {
      await client.query(definition.drop);
      await client.query("RELEASE SAVEPOINT syncline_drop");
      dropped.push(definition);
    } catch (error) {
      if (!KEPT.has(sqlStateOf(error))) throw error;
      await client.query("ROLLBACK TO SAVEPOINT syncline_drop");
    }
  }
  return dropped;
}

const BUILD_MEMORY_KB = 256 * 1024;

/** Makes indexes and constraints again, with memory to sort in. Inside a transaction, under the session's own settings. */
export async function createDefinitions(client: Client, definitions: readonly Definition[]): Promise<void> {
  if (definitions.length === 0) return;
  await client.query(`SET LOCAL default_tablespace = '';
SELECT pg_catalog.set_config('maintenance_work_mem', GREATEST(s.setting::pg_catalog.int8, ${BUILD_MEMORY_KB})::pg_catalog.text, true)
FROM pg_catalog.pg_settings s WHERE s.name = 'maintenance_work_mem'`);
  for (const statement of definitions.flatMap((each) => each.create)) await client.query(statement);
}
