import { readFileSync } from "node:fs";
import pg from "pg";

const PARTS = ["schema", "rows", "keys"] as const;

export const STAGING = "shop_staging";
export const PRODUCTION = "shop_production";

/** Makes the shop twice, then edits staging. Returns the rows of one shop. */
export async function createShops(url: (database: string) => string): Promise<number> {
  await runSql(url("postgres"), `CREATE DATABASE ${PRODUCTION}`);
  for (const part of PARTS) await runSql(url(PRODUCTION), sql(part));
  await runSql(url("postgres"), `CREATE DATABASE ${STAGING} TEMPLATE ${PRODUCTION}`);
  const rows = await countRows(url(PRODUCTION));
  await runSql(url(STAGING), sql("edits"));
  return rows;
}

function sql(part: string): string {
  return readFileSync(new URL(`../shop/${part}.sql`, import.meta.url), "utf8");
}

async function countRows(url: string): Promise<number> {
  const [row] = await runSql(
    url,
    "SELECT sum(reltuples)::bigint AS rows FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
  );
  return Number(row?.rows);
}

/** Runs statements on a session of their own; the rows of a single one. */
export async function runSql(url: string, statements: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statements)).rows ?? [];
  } finally {
    await client.end();
  }
}
