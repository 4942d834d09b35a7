import { type ControlPlane, DUTY_LOCK, translateDatabaseError } from "@syncline/control-plane";

/** A leader asks its session something every two seconds. */
const SILENT_MS = 10_000;

/**
 * Ends the session that holds a duty's lock when it was idle for too long: its process stands still or its network is
 * gone, and the server would keep the connection, and the lock with it, for hours. Returns whether there was one.
 */
export async function endSilentLeader({ sql }: ControlPlane, duty: string): Promise<boolean> {
  try {
    const ended = await sql`
      SELECT pg_terminate_backend(a.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
        AND l.classid = ${DUTY_LOCK}::int::oid AND l.objid = hashtext(${duty})::oid
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND a.state = 'idle' AND a.state_change < now() - ${SILENT_MS}::int * interval '1 millisecond'`;
    return ended.length > 0;
  } catch (error) {
    throw translateDatabaseError(error);
  }
}
