import type { TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";

const hashOf = (tables: readonly string[]) =>
  tables
    .map(
      (table) => `(SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM ${table} t)`,
    )
    .join(" || ");

/** Hashes of one moment: the tables that an import replaces, and all others. */
const STATE = `SELECT ${hashOf(["users", "groups", "identities", "user_groups"])} AS replaced, ${hashOf(["sessions", "unrelated"])} AS others`;

export interface State {
  readonly replaced: string;
  readonly others: string;
}

export async function readState(node: TestDatabase): Promise<State> {
  const [state] = await node.query<State & pg.QueryResultRow>(STATE);
  if (state === undefined) throw new Error("a select without FROM gave no row");
  return state;
}

export interface StateReader {
  readonly counts: { readings: number; deviations: number };
  stop(): Promise<void>;
}

/** Reads everything twice in one snapshot, again and again: each time a state that is allowed, the same both times. */
export async function startStateReader(
  node: TestDatabase,
  allowed: { readonly replaced: ReadonlySet<string>; readonly others: string },
): Promise<StateReader> {
  const client = new pg.Client({ connectionString: node.url });
  await client.connect();
  const counts = { readings: 0, deviations: 0 };
  let stopped = false;
  const read = async () => (await client.query<State & pg.QueryResultRow>(STATE)).rows[0];
  const loop = async () => {
    while (!stopped) {
      await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      const first = await read();
      await client.query("SELECT pg_sleep(0.02)");
      const second = await read();
      await client.query("COMMIT");
      const known = first !== undefined && allowed.replaced.has(first.replaced);
      const same = first?.replaced === second?.replaced && first?.others === second?.others;
      if (!known || !same || first.others !== allowed.others) counts.deviations += 1;
      counts.readings += 1;
    }
  };
  const running = loop().finally(() => client.end());
  running.catch(() => {}); // told by stop
  return {
    counts,
    stop: () => {
      stopped = true;
      return running;
    },
  };
}
