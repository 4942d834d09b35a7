import { CodedError } from "@syncline/core";
import type { BackupReceipt } from "@syncline/engine";
import type { Client } from "pg";

/** A table as it was before anything ran. */
interface TableBefore {
  readonly oid: string;
  readonly name: string;
  /** Another one holds other rows: the table was truncated or written anew. */
  readonly file: string;
  /** A table of no page has no row that could be destroyed. */
  readonly bytes: string;
  /** Numbers and types of its columns. */
  readonly columns: string;
  /** Rows changed and removed, as far as this session has counted. */
  readonly changed: string;
}

/**
 * Rows live in tables and in large objects; partitioned tables and views hold none. The ledger's count too: they are what
 * takes earlier writes back.
 */
const TABLES = `SELECT c.oid::pg_catalog.text AS oid, n.nspname || '.' || c.relname AS name,
  pg_catalog.pg_relation_filenode(c.oid)::pg_catalog.text AS file,
  pg_catalog.pg_relation_size(c.oid)::pg_catalog.text AS bytes,
  COALESCE((SELECT pg_catalog.string_agg(a.attnum || ':' || a.atttypid, ',' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
    WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0::pg_catalog.int2 AND NOT a.attisdropped), '') AS columns,
  (pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid))::pg_catalog.text AS changed
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.relkind OPERATOR(pg_catalog.=) 'r'::pg_catalog."char" AND c.relpersistence OPERATOR(pg_catalog.<>) 't'::pg_catalog."char"
  AND (n.nspname OPERATOR(pg_catalog.<>) ALL ('{pg_catalog,information_schema}'::pg_catalog.name[])
    OR c.oid OPERATOR(pg_catalog.=) 'pg_catalog.pg_largeobject'::pg_catalog.regclass)`;

const PINS = "SET LOCAL search_path = ''";

/**
 * Proves of statements that nobody has judged that no row that was there before them was changed or removed: by what the
 * server counted, by the files of the tables and by their columns. Whatever cannot be proven counts as destroyed.
 */
export class UntouchedProof {
  readonly #client: Client;
  readonly #label: string;
  readonly #before: readonly TableBefore[];

  private constructor(client: Client, label: string, before: readonly TableBefore[]) {
    this.#client = client;
    this.#label = label;
    this.#before = before;
  }

  /** Looks at the database, in the transaction and before anything runs. */
  static async begin(client: Client, label: string): Promise<UntouchedProof> {
    await client.query(PINS);
    const { rows } = await client.query<TableBefore>(TABLES);
    return new UntouchedProof(
      client,
      label,
      rows.filter(({ bytes }) => bytes !== "0"),
    );
  }

  /** What the proof rests on is not to be switched off in between. @throws CodedError `receipt.missing` */
  admit(sql: string): void {
    if (/track_counts/i.test(sql))
      throw this.#missing("it changes whether the server counts changes (track_counts)");
  }

  /** @throws CodedError `receipt.missing` */
  async end(): Promise<BackupReceipt> {
    // Triggers that wait for COMMIT run now: what they destroy is to be seen.
    await this.#client.query("SET CONSTRAINTS ALL IMMEDIATE");
    await this.#client.query(PINS);
    const { rows: settings } = await this.#client.query<{ counted: string }>(
      "SELECT pg_catalog.current_setting('track_counts') AS counted",
    );
    if (settings[0]?.counted !== "on")
      throw this.#missing("the server does not count changes (track_counts)");
    const { rows } = await this.#client.query<TableBefore>(TABLES);
    const after = new Map(rows.map((table) => [table.oid, table]));
    for (const table of this.#before) {
      const problem = destroyed(table, after.get(table.oid));
      if (problem !== null) throw this.#missing(`table "${table.name}" ${problem}`);
    }
    const counts = { inserts: 0, updates: 0, deletes: 0 };
    return { kind: "untouched", ledgerId: null, counts, digest: null, verified: true };
  }

  #missing(problem: string): CodedError {
    return new CodedError(
      "receipt.missing",
      `The file destroys what was in "${this.#label}" before, and nothing would bring it back: ${problem}. Nothing was written.`,
      {
        hint: "An SQL file may add rows and definitions. Change and delete rows by a patch or by importing rows, which keep what takes them back.",
        details: { target: this.#label },
      },
    );
  }
}

function destroyed(before: TableBefore, after: TableBefore | undefined): string | null {
  if (after === undefined) return "was dropped";
  if (after.file !== before.file) return "was emptied or written anew";
  if (after.changed !== before.changed) return "had rows changed or removed";
  const columns = new Set(after.columns.split(","));
  return before.columns.split(",").every((column) => columns.has(column))
    ? null
    : "lost a column, or got another type for one";
}
