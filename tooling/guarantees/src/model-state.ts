import type { TestDatabase } from "@syncline/tooling-test-postgres";

const TABLES = ["customer", "purchase", "purchase_line", "reading", "coupon"];

const ROWS = TABLES.map(
  (table) =>
    `SELECT '${table}' AS relation, count(*)::int AS rows,
       md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text) COLLATE "C"), '')) AS digest
     FROM public.${table} t`,
).join(" UNION ALL ");

const SEQUENCES = `
  SELECT (SELECT last_value FROM public.purchase_number) >= (SELECT max(id) FROM public.purchase)
     AND (SELECT last_value FROM public.customer_id_seq) >= (SELECT max(id) FROM public.customer) AS ahead`;

/** The rows of all tables of the model as a multiset, in words that compare. */
export async function readRows(database: TestDatabase): Promise<string> {
  const tables = await database.query<{ relation: string; rows: number; digest: string }>(ROWS);
  return tables.map(({ relation, rows, digest }) => `${relation} ${rows} ${digest}`).join("\n");
}

/** How often each kind of change happened to each table since the database was made. */
export async function readFirings(database: TestDatabase): Promise<string> {
  const counts = await database.query<{ relation: string; op: string; times: number }>(
    "SELECT relation, op, count(*)::int AS times FROM audit.firing GROUP BY 1, 2 ORDER BY 1, 2",
  );
  return counts.map(({ relation, op, times }) => `${relation} ${op} ${times}`).join("\n");
}

/** Whether the next value of each sequence is free. */
export async function sequencesAreAhead(database: TestDatabase): Promise<boolean> {
  const [row] = await database.query<{ ahead: boolean }>(SEQUENCES);
  return row?.ahead === true;
}

export interface Ledger {
  readonly applied: number;
  readonly undone: number;
  /** Inverse operations without a ledger entry, and entries without operations. */
  readonly torn: number;
}

/** Zeros where nothing was ever applied. */
export async function readLedger(database: TestDatabase): Promise<Ledger> {
  const [there] = await database.query<{ there: boolean }>(
    "SELECT to_regclass('syncline.ledger') IS NOT NULL AND to_regclass('syncline.patch_operation') IS NOT NULL AS there",
  );
  if (there?.there !== true) return { applied: 0, undone: 0, torn: 0 };
  const [ledger] = await database.query<{ applied: number; undone: number; torn: number }>(
    `SELECT count(*) FILTER (WHERE kind = 'apply')::int AS applied, count(*) FILTER (WHERE kind = 'undo')::int AS undone,
       (count(*) FILTER (WHERE NOT EXISTS (SELECT FROM syncline.patch_operation o WHERE o.ledger_id = l.id))
        + (SELECT count(*) FROM syncline.patch_operation o
           WHERE NOT EXISTS (SELECT FROM syncline.ledger x WHERE x.id = o.ledger_id)))::int AS torn
     FROM syncline.ledger l`,
  );
  return ledger ?? { applied: 0, undone: 0, torn: 0 };
}
