import type pg from "pg";

/** So long a wait for a lock is told. */
const NOTICE_MS = 3_000;

export interface LockWait {
  /** The session that waits. */
  readonly holder: pg.Client;
  /** An idle session of the same server, to ask who is in the way. */
  readonly observer: pg.Client | undefined;
  readonly label: string;
  readonly notice: (message: string) => void;
}

/** Runs `work`, which waits for locks, and says once who it waits for when that takes long. */
export async function tellingOfLockWait<T>(wait: LockWait, work: () => Promise<T>): Promise<T> {
  let asking: Promise<void> = Promise.resolve();
  const timer = setTimeout(() => {
    asking = tell(wait).catch(() => {}); // the wait itself fails with what is wrong
  }, NOTICE_MS);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    await asking;
  }
}

async function tell({ holder, observer, label, notice }: LockWait): Promise<void> {
  const waiting = (holder as unknown as { processID: number | null }).processID;
  const blockers = observer === undefined || waiting === null ? [] : await findBlockers(observer, waiting);
  const names = blockers.map(({ pid, application, state }) => `process ${pid} ("${application}", ${state})`);
  const who = names.length === 0 ? "a neighbour" : names.join(", ");
  notice(`Waiting for a lock on the tables of ${label}, which ${who} holds. Ctrl-C ends the wait.`);
}

interface Blocker {
  readonly pid: string;
  readonly application: string;
  readonly state: string;
}

async function findBlockers(observer: pg.Client, waiting: number): Promise<Blocker[]> {
  const text = `SELECT b.pid, CASE WHEN a.application_name OPERATOR(pg_catalog.<>) '' THEN a.application_name ELSE '?' END AS application, COALESCE(a.state, '?') AS state
    FROM (SELECT DISTINCT pg_catalog.unnest(pg_catalog.pg_blocking_pids($1)) AS pid) b
    LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) b.pid ORDER BY 1 LIMIT 5`;
  return (await observer.query<Blocker>(text, [waiting])).rows;
}
