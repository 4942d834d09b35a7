import type { TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import type { Random } from "./hostile-database.ts";

export const TABLES = 40;
export const ACCOUNTS = 20;
export const BALANCE = 1_000;

/** 40 tables of accounts, each with parents and children of its own; every transfer goes between two tables. */
export function moneySchema(): string {
  return Array.from({ length: TABLES }, (_, at) => {
    const accounts = `CREATE TABLE account_${at} (id int PRIMARY KEY, balance bigint NOT NULL)`;
    const fill = `INSERT INTO account_${at} SELECT i, ${BALANCE} FROM generate_series(1, ${ACCOUNTS}) i`;
    const parents = `CREATE TABLE parent_${at} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)`;
    const children = `CREATE TABLE child_${at} (id bigserial PRIMARY KEY, parent bigint NOT NULL REFERENCES parent_${at})`;
    return [accounts, fill, parents, children].join(";");
  }).join(";");
}

export interface MoneyLoad {
  /** Transfers so far. */
  readonly count: () => number;
  stop(): Promise<void>;
}

/** Writers that transfer money without pause until they are stopped. */
export async function startMoneyLoad(
  database: TestDatabase,
  { writers, random }: { writers: number; random: Random },
): Promise<MoneyLoad> {
  let stopped = false;
  let count = 0;
  const clients = await Promise.all(
    Array.from({ length: writers }, async () => {
      const client = new pg.Client({ connectionString: database.url, application_name: "writer" });
      await client.connect();
      return client;
    }),
  );
  const write = async (client: pg.Client) => {
    while (!stopped) {
      try {
        await client.query(transfer(random));
        count += 1;
      } catch (error) {
        await client.query("ROLLBACK");
        if ((error as { code?: string }).code !== "40P01") throw error;
      }
    }
    await client.end();
  };
  const running = Promise.all(clients.map(write));
  return {
    count: () => count,
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}

function transfer(random: Random): string {
  const any = (below: number) => Math.floor(random() * below);
  const [from, to, amount] = [any(TABLES), any(TABLES), 1 + any(50)];
  const account = () => 1 + any(ACCOUNTS);
  const [parent, other] = [any(TABLES), any(TABLES)];
  return `BEGIN; UPDATE account_${from} SET balance = balance - ${amount} WHERE id = ${account()};
    UPDATE account_${to} SET balance = balance + ${amount} WHERE id = ${account()};
    WITH p AS (INSERT INTO parent_${parent} DEFAULT VALUES RETURNING id) INSERT INTO child_${parent} (parent) SELECT id FROM p;
    INSERT INTO child_${other} (parent) SELECT id FROM parent_${other} ORDER BY id DESC LIMIT 1; COMMIT`;
}

/** Rows of every COPY block by the table's name. */
export function copiedRows(sql: string): Map<string, string[][]> {
  const tables = new Map<string, string[][]>();
  for (const [, name = "", body = ""] of sql.matchAll(
    /^COPY "public"\."([a-z_0-9]+)" \([^)]*\) FROM stdin;\n([\s\S]*?)^\\\.$/gm,
  )) {
    const lines = body.split("\n").filter((line) => line !== "");
    tables.set(
      name,
      lines.map((line) => line.split("\t")),
    );
  }
  return tables;
}

/** What is wrong with an export as one instant, or null. */
export function judgeInstant(tables: ReadonlyMap<string, readonly (readonly string[])[]>): string | null {
  let sum = 0;
  for (let at = 0; at < TABLES; at += 1) {
    for (const [, balance] of tables.get(`account_${at}`) ?? []) sum += Number(balance);
    const parents = new Set((tables.get(`parent_${at}`) ?? []).map(([id]) => id));
    const orphan = (tables.get(`child_${at}`) ?? []).find(([, parent]) => !parents.has(parent));
    if (orphan !== undefined) return `child_${at} refers to a parent that is not there`;
  }
  const expected = TABLES * ACCOUNTS * BALANCE;
  return sum === expected ? null : `the balances are ${sum}, expected ${expected}`;
}
