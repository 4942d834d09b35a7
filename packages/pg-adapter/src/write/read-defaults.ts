import type { PatchRow, QualifiedName } from "@syncline/core";
import type { Client } from "pg";
import { openConnection } from "../connection/connect.ts";
import { translateError } from "../connection/translate-error.ts";
import type { PgScope } from "../scope.ts";
import { parsePatchTableName } from "./patch-table-name.ts";

/** Values of one table's columns that an insert leaves out, evaluated now, as text. */
export interface DefaultsReader {
  read(table: string, columns: readonly string[]): Promise<PatchRow>;
  close(): Promise<void>;
}

/** Connects when it is first asked. Always `close()`. */
export function openDefaultsReader(scope: PgScope, label: string): DefaultsReader {
  let client: Promise<Client> | null = null;
  return {
    read: async (table, columns) => {
      try {
        client ??= openConnection(scope.connection);
        const connected = await client;
        return await readDefaults(connected, parsePatchTableName(table, scope.schema), columns);
      } catch (error) {
        throw translateError(error, `defaults of table "${table}" of "${label}"`);
      }
    },
    close: async () => {
      const opened = await client?.catch(() => null);
      await opened?.end();
    },
  };
}

interface DefaultRow {
  readonly name: string;
  readonly expression: string | null;
  readonly sequence: string | null;
}

/** With an empty search path expressions name everything by its schema. */
async function readDefaults(
  client: Client,
  table: QualifiedName,
  columns: readonly string[],
): Promise<PatchRow> {
  await client.query("BEGIN");
  try {
    await client.query("SET LOCAL search_path = ''");
    const { rows } = await client.query<DefaultRow>(EXPRESSIONS, [table.schema, table.name, columns]);
    const known = rows.filter(({ expression, sequence }) => expression !== null || sequence !== null);
    if (known.length === 0) return new Map();
    await client.query(TEXT_FORMS);
    const values = known.map(
      ({ expression, sequence }, at) =>
        `(${expression ?? `pg_catalog.nextval(${sequence})`})::pg_catalog.text AS c${at}`,
    );
    const found = await client.query<Record<string, string | null>>(`SELECT ${values.join(", ")}`);
    await client.query("COMMIT");
    return new Map(known.map(({ name }, at) => [name, found.rows[0]?.[`c${at}`] ?? null]));
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** The time zone stays the session's own: today is its today, as in an INSERT. */
const TEXT_FORMS = `SET LOCAL DateStyle = 'ISO'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 1;
SET LOCAL bytea_output = 'hex'; SET LOCAL lc_monetary = 'C'`;

const EXPRESSIONS = `SELECT a.attname::pg_catalog.text AS name,
  CASE WHEN a.attgenerated OPERATOR(pg_catalog.=) '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS expression,
  CASE WHEN a.attidentity OPERATOR(pg_catalog.<>) '' THEN pg_catalog.quote_literal(
    pg_catalog.pg_get_serial_sequence(pg_catalog.quote_ident(n.nspname) OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(c.relname), a.attname::pg_catalog.text)
  ) END AS sequence
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid OPERATOR(pg_catalog.=) c.oid AND d.adnum OPERATOR(pg_catalog.=) a.attnum
WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND c.relname OPERATOR(pg_catalog.=) $2
  AND a.attname::pg_catalog.text OPERATOR(pg_catalog.=) ANY ($3::pg_catalog.text[])`;
