import { randomBytes } from "node:crypto";
import pg from "pg";
import { openSessions, SessionLeakError } from "./open-sessions.ts";
import { queryOnce } from "./query-once.ts";
import { testServerUrl, withDatabaseName } from "./server-url.ts";

/** An empty database of its own for one test file. */
export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Runs statements (several may be joined by `;` when there are no values) on a session of its own. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** @throws SessionLeakError when a session is still open; the database is dropped all the same */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Server to make it on. Default: the test server. */
  readonly serverUrl?: string;
  /** Database to clone; nobody may be connected to it. */
  readonly template?: string;
  /** Further words of CREATE DATABASE, for example `LOCALE_PROVIDER icu ICU_LOCALE 'und' TEMPLATE template0`. */
  readonly options?: string;
}

const MAX_LABEL = 40;

/** Call `drop` in `afterAll`. The name is made unique, `label` only helps to read it. */
export async function createTestDatabase(
  label = "test",
  { serverUrl, template, options = "" }: TestDatabaseOptions = {},
): Promise<TestDatabase> {
  const server = serverUrl ?? (await testServerUrl());
  const name = `${label.slice(0, MAX_LABEL)}_${randomBytes(5).toString("hex")}`;
  const quoted = pg.escapeIdentifier(name);
  const source = template === undefined ? "" : `TEMPLATE ${pg.escapeIdentifier(template)}`;
  await queryOnce(server, `CREATE DATABASE ${quoted} ${source} ${options}`);
  const url = withDatabaseName(server, name);
  return {
    url,
    name,
    query: (text, values) => queryOnce(url, text, values),
    drop: async () => {
      const left = await openSessions(server, name);
      await queryOnce(server, `DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
      if (left.length > 0) throw new SessionLeakError(name, left);
    },
  };
}

/** Runs `use` with a database of its own, dropped afterwards. */
export async function withDatabase<T>(
  use: (database: TestDatabase) => Promise<T>,
  options: TestDatabaseOptions = {},
): Promise<T> {
  const database = await createTestDatabase("with", options);
  let result: T;
  try {
    result = await use(database);
  } catch (error) {
    await database.drop().catch(() => {});
    throw error;
  }
  await database.drop();
  return result;
}
