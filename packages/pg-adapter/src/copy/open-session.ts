import type { PgScope } from "../scope.ts";
import { ApplySession } from "../write/apply-session.ts";

export interface SessionSource {
  readonly scope: PgScope;
  readonly label: string;
  readonly signal: AbortSignal;
}

/** A session of the target whose process is known, so that it can be stopped. It ends with the signal. */
export async function openSession({ scope, label, signal }: SessionSource): Promise<ApplySession> {
  const session = await ApplySession.open(scope.connection, label);
  try {
    const { rows } = await session.client.query<{ pid: string }>(
      "SELECT pg_catalog.pg_backend_pid()::pg_catalog.text AS pid",
    );
    session.pid = Number(rows[0]?.pid);
  } catch (error) {
    session.destroy();
    throw session.translate(error);
  }
  const stopWatching = session.stopOn(signal, null);
  session.client.once("end", stopWatching);
  return session;
}

/** Runs `work` on a session of its own, which is cut off when the work fails. */
export async function withSession<T>(
  source: SessionSource,
  work: (session: ApplySession) => Promise<T>,
): Promise<T> {
  const session = await openSession(source);
  try {
    return await work(session);
  } catch (error) {
    const translated = session.translate(error);
    session.destroy();
    throw translated;
  } finally {
    await session.close();
  }
}
