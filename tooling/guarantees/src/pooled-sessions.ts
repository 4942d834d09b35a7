import type { TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";

const OTHERS = "datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";

/** Advisory locks and temp tables that sessions of a pool still hold after their clients are gone. */
export async function leftInPool(target: TestDatabase): Promise<string[]> {
  const left = await target.query<{ what: string }>(`
    SELECT 'a lock stays in the pool: ' || locktype || ' ' || mode AS what FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE ${OTHERS} AND granted AND locktype <> 'virtualxid'
    UNION ALL
    SELECT 'a temp table stays in the pool: ' || relname FROM pg_class WHERE relpersistence = 't' AND relkind = 'r'`);
  return left.map(({ what }) => what);
}

export async function endPooledSessions(target: TestDatabase): Promise<void> {
  await target.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${OTHERS}`);
}

/** Settings and prepared statements that the next client of the pool would meet; the pooler itself passes the name on. */
export async function readSessionState(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ what: string }>(`
      SELECT name || ' = ' || setting AS what FROM pg_settings 
      WHERE name <> 'application_name' AND (source = 'session' OR (name = 'search_path' AND setting = ''))
      UNION ALL SELECT 'prepared statement ' || name FROM pg_prepared_statements
      UNION ALL SELECT 'cursor ' || name FROM pg_cursors WHERE name <> ''
      UNION ALL SELECT 'listening to ' || channel FROM pg_listening_channels() channel
      ORDER BY 1`);
    return rows.map(({ what }) => what);
  } finally {
    await client.end();
  }
}
