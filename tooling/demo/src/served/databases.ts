import { readFileSync } from "node:fs";
import { createShops, PRODUCTION, runSql, STAGING } from "../shop.ts";

type UrlOf = (database: string) => string;

const served = (name: string) => readFileSync(new URL(`../../served/${name}.sql`, import.meta.url), "utf8");

/** Databases beside the two shops, and what they are filled with, in order. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  finance_draft: ["finance", "finance-edits"],
  finance_books: ["finance"],
  archive: ["finance"],
  offices: ["offices"],
  saas: ["subscriptions"],
};

/** Name of the database in which the server keeps its own state. */
export const CONTROL = "syncline_control";

export async function createServedDatabases(url: UrlOf): Promise<void> {
  await createShops(url);
  for (const database of [CONTROL, ...Object.keys(OTHERS)])
    await runSql(url("postgres"), `CREATE DATABASE ${database}`);
  for (const [database, parts] of Object.entries(OTHERS))
    for (const part of parts) await runSql(url(database), served(part));
  for (const shop of [PRODUCTION, STAGING]) await runSql(url(shop), served("lab"));
  await runSql(url(STAGING), served("lab-edits"));
}

/** Two tables of which every row differs, for trying the explorer at its full size. */
export async function createMillion(url: UrlOf, rows: number): Promise<void> {
  await runSql(url(PRODUCTION), million(rows, "n % 997", "'open'"));
  await runSql(
    url(STAGING),
    million(rows, "n % 997 + 1", "CASE WHEN n % 3 = 0 THEN 'closed' ELSE 'open' END"),
  );
}

function million(rows: number, quantity: string, state: string): string {
  return `CREATE SCHEMA million;
    CREATE TABLE million.movements (id bigint PRIMARY KEY, sku text NOT NULL, quantity integer NOT NULL, state text NOT NULL, note text, moved_at timestamptz NOT NULL);
    INSERT INTO million.movements SELECT n, 'SKU-' || lpad((n % 2500)::text, 5, '0'), ${quantity}, ${state}, 'Movement ' || n, timestamptz '2026-01-01' + n * interval '3 seconds' FROM generate_series(1, ${rows}) AS n;
    ANALYZE million.movements`;
}
