import type { TestDatabase } from "@syncline/tooling-test-postgres";

/** A row of the model as text, by column; null when there is none. */
export type Row = Readonly<Record<string, string | null>>;
export type Relation = "account" | "entry" | "sample";

export const APPLIER = "guarantee-applier";
export const COLUMNS: Readonly<Record<Relation, readonly (readonly [string, string])[]>> = {
  account: [
    ["id", "integer"],
    ["a", "integer"],
    ["b", "text"],
    ["c", "integer"],
    ["u", "integer"],
  ],
  entry: [
    ["id", "integer"],
    ["account_id", "integer"],
    ["note", "text"],
  ],
  sample: [["v", "integer"]],
};
export const KEYS: Readonly<Record<Relation, readonly string[]>> = {
  account: ["id"],
  entry: ["id"],
  sample: [],
};
export const RELATIONS = Object.keys(COLUMNS) as readonly Relation[];

/** A trigger writes each change of a row down in the order in which the row's writers got it. */
export const ACCOUNTS_SCHEMA = `
CREATE SCHEMA audit;
CREATE TABLE audit.change (
  position bigint GENERATED ALWAYS AS IDENTITY, writer text NOT NULL, relation text NOT NULL, old jsonb, new jsonb,
  transaction text NOT NULL DEFAULT pg_current_xact_id()::text
);
CREATE FUNCTION audit.row_text(r jsonb) RETURNS jsonb LANGUAGE sql AS
  $$ SELECT jsonb_object_agg(key, value) FROM jsonb_each_text(r) $$;
CREATE FUNCTION audit.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit.change (writer, relation, old, new) VALUES (current_setting('application_name'), TG_TABLE_NAME,
    CASE WHEN TG_OP <> 'INSERT' THEN audit.row_text(to_jsonb(OLD)) END,
    CASE WHEN TG_OP <> 'DELETE' THEN audit.row_text(to_jsonb(NEW)) END);
  RETURN NULL;
END $$;
CREATE TABLE public.account (id integer PRIMARY KEY, a integer NOT NULL, b text, c integer, u integer UNIQUE);
CREATE TABLE public.entry (id integer PRIMARY KEY, account_id integer NOT NULL REFERENCES public.account, note text);
CREATE TABLE public.sample (v integer NOT NULL);
${["account", "entry", "sample"]
  .map(
    (table) =>
      `CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON public.${table} FOR EACH ROW EXECUTE FUNCTION audit.note();`,
  )
  .join("\n")}`;

const RESET = `
BEGIN;
TRUNCATE public.account, public.entry, public.sample, audit.change;
SET LOCAL session_replication_role = replica;
INSERT INTO public.account SELECT n, n * 100, CASE WHEN n % 4 > 0 THEN 'account ' || n END, n % 7, n + 1000 FROM generate_series(1, 20) n;
INSERT INTO public.entry SELECT n, n + 10, 'entry ' || n FROM generate_series(1, 10) n;
INSERT INTO public.sample SELECT n % 4 FROM generate_series(1, 12) n;
COMMIT`;

export interface AccountsState {
  readonly account: ReadonlyMap<string, Row>;
  readonly entry: ReadonlyMap<string, Row>;
  /** Rows without a key: how many of each value. */
  readonly sample: ReadonlyMap<string, number>;
}

/** One committed change, in the order of the row's writers. */
export interface Change {
  readonly writer: string;
  readonly relation: Relation;
  readonly old: Row | null;
  readonly new: Row | null;
  /** Its transaction's number. */
  readonly transaction: string;
}

export async function resetAccounts(database: TestDatabase): Promise<void> {
  await database.query(RESET);
}

export async function readAccounts(database: TestDatabase): Promise<AccountsState> {
  const rows = await database.query<{ relation: Relation; row: Row }>(
    RELATIONS.map(
      (each) => `SELECT '${each}' AS relation, audit.row_text(to_jsonb(t)) AS row FROM public.${each} t`,
    ).join(" UNION ALL "),
  );
  const of = (relation: Relation) => rows.filter((each) => each.relation === relation).map(({ row }) => row);
  const sample = new Map<string, number>();
  for (const { v } of of("sample")) sample.set(String(v), (sample.get(String(v)) ?? 0) + 1);
  return { account: byId(of("account")), entry: byId(of("entry")), sample };
}

export function readChanges(database: TestDatabase): Promise<Change[]> {
  return database.query<Change & Record<string, unknown>>(
    `SELECT writer, relation, old, new, transaction FROM audit.change ORDER BY position`,
  );
}

function byId(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [String(row["id"]), row]));
}
