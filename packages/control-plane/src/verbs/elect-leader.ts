import type { Sql } from "postgres";
import type { ControlPlane } from "../control-plane.ts";
import { translateDatabaseError } from "../database/translate-database-error.ts";

export interface Leadership {
  /** Grows with every election of this duty. */
  readonly term: bigint;
  /** Aborts when the session that holds the lock is gone. */
  readonly lost: AbortSignal;
  /** Asks the database whether it still is so; false, and `lost`, also when it does not answer in time. */
  check(): Promise<boolean>;
  release(): Promise<void>;
}

export interface ElectInput {
  readonly duty: string;
  readonly workerId: string;
  /** How long `check` waits. */
  readonly patienceMs?: number;
}

/** First half of the advisory lock of a duty; the second is the hash of its name. */
export const DUTY_LOCK = 0x53594e4c;
const PATIENCE_MS = 2_000;

/** Tries to become the one who does a duty; null when another one is. The lock ends with its session, whatever ends that. */
export async function electLeader(cp: ControlPlane, input: ElectInput): Promise<Leadership | null> {
  const { duty, workerId, patienceMs = PATIENCE_MS } = input;
  const gone = new AbortController();
  const session = cp.openSession({ onLost: () => gone.abort() });
  const end = async () => {
    gone.abort();
    await session.end();
  };
  try {
    const [lock] = await session.sql<{ taken: boolean }[]>`
      SELECT pg_try_advisory_lock(${DUTY_LOCK}::int, hashtext(${duty})) AS taken`;
    if (lock?.taken !== true) {
      await end();
      return null;
    }
    const term = await nextTerm(session.sql, { duty, workerId });
    return {
      term,
      lost: gone.signal,
      async check() {
        if (gone.signal.aborted) return false;
        const kept = await within(patienceMs, isTerm(session.sql, { duty, term })).catch(() => false);
        if (!kept) await end();
        return kept && !gone.signal.aborted;
      },
      release: end,
    };
  } catch (error) {
    await end();
    throw translateDatabaseError(error);
  }
}

async function nextTerm(
  session: Sql,
  { duty, workerId }: { duty: string; workerId: string },
): Promise<bigint> {
  const [row] = await session<{ term: string }[]>`
    INSERT INTO syncline_control.leader_terms AS terms (duty, term, worker) VALUES (${duty}, 1, ${workerId})
    ON CONFLICT (duty) DO UPDATE SET term = terms.term + 1, worker = excluded.worker, since = now()
    RETURNING term::text AS term`;
  if (row === undefined) throw new Error("an election returned no term");
  return BigInt(row.term);
}

async function isTerm(session: Sql, { duty, term }: { duty: string; term: bigint }): Promise<boolean> {
  const [row] = await session<{ term: string }[]>`
    SELECT term::text AS term FROM syncline_control.leader_terms WHERE duty = ${duty}`;
  return row !== undefined && BigInt(row.term) === term;
}

async function within<T>(patienceMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), patienceMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
