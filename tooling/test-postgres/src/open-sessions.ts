import { setTimeout as sleep } from "node:timers/promises";
import { queryOnce } from "./query-once.ts";

export interface OpenSession {
  readonly pid: number;
  readonly application: string;
  readonly state: string;
  readonly query: string;
}

/** A session needs a moment to vanish after its client has said goodbye. */
const PATIENCE_MS = 1_000;
const STEP_MS = 20;

const SESSIONS = `
  SELECT pid, application_name AS application, coalesce(state, '') AS state, left(query, 120) AS query
  FROM pg_stat_activity
  WHERE datname = $1 AND backend_type = 'client backend' AND pid <> pg_backend_pid()
  ORDER BY backend_start`;

/** Client sessions that stay open in a database. */
export async function openSessions(serverUrl: string, database: string): Promise<OpenSession[]> {
  for (let waited = 0; ; waited += STEP_MS) {
    const sessions = await queryOnce<OpenSession & Record<string, unknown>>(serverUrl, SESSIONS, [database]);
    if (sessions.length === 0 || waited >= PATIENCE_MS) return sessions;
    await sleep(STEP_MS);
  }
}

export class SessionLeakError extends Error {
  override readonly name = "SessionLeakError";

  constructor(database: string, sessions: readonly OpenSession[]) {
    const lines = sessions.map(
      (each) => `  pid ${each.pid} ${each.application} ${each.state}: ${each.query}`,
    );
    super(`database "${database}" still has ${sessions.length} open session(s):\n${lines.join("\n")}`);
  }
}
