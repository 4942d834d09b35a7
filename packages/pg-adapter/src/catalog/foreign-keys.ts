import type { ForeignKeySpec, ReferentialAction } from "@syncline/core";
import type { ReadSession } from "../connection/read-session.ts";
import type { TableInfo } from "./table-info.ts";

/**
 * Foreign keys from or to the tables, in order of table and name. Of a partitioned table the constraint of the root is
 * told once; the copies that its partitions hold are left out. Reads the catalog as the session's transaction sees it.
 */
export async function readForeignKeys(
  session: ReadSession,
  infos: readonly TableInfo[],
): Promise<readonly ForeignKeySpec[]> {
  if (infos.length === 0) return [];
  const oids = `{${infos.map((info) => info.oid).join(",")}}`;
  const rows = await session.rows(QUERY, [oids], new AbortController().signal);
  return rows.map(([text]) => toForeignKey(JSON.parse(text ?? "") as CatalogForeignKey));
}

interface CatalogForeignKey extends Omit<ForeignKeySpec, "onDelete" | "onUpdate"> {
  readonly onDelete: string;
  readonly onUpdate: string;
}

const ACTIONS: Readonly<Record<string, ReferentialAction>> = {
  a: "no action",
  r: "restrict",
  c: "cascade",
  n: "set null",
  d: "set default",
};

function toForeignKey(found: CatalogForeignKey): ForeignKeySpec {
  const action = (letter: string) => ACTIONS[letter] ?? "no action";
  return { ...found, onDelete: action(found.onDelete), onUpdate: action(found.onUpdate) };
}

const COLUMNS = (relation: string, numbers: string) =>
  `(SELECT pg_catalog.json_agg(a.attname ORDER BY u.n) FROM pg_catalog.unnest(con.${numbers}) WITH ORDINALITY AS u(attnum, n)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = con.${relation} AND a.attnum = u.attnum)`;

/** A copy in a partition has a parent that is itself from or to one of the tables. */
const QUERY = `SELECT pg_catalog.json_build_object(
    'name', con.conname,
    'table', pg_catalog.json_build_object('schema', n.nspname, 'name', c.relname),
    'columns', ${COLUMNS("conrelid", "conkey")},
    'referenced', pg_catalog.json_build_object('schema', fn.nspname, 'name', f.relname),
    'referencedColumns', ${COLUMNS("confrelid", "confkey")},
    'operators', (SELECT pg_catalog.json_agg(pg_catalog.quote_ident(opn.nspname) || '.' || op.oprname ORDER BY u.n)
      FROM pg_catalog.unnest(con.conpfeqop) WITH ORDINALITY AS u(oper, n)
      JOIN pg_catalog.pg_operator op ON op.oid = u.oper JOIN pg_catalog.pg_namespace opn ON opn.oid = op.oprnamespace),
    'onDelete', con.confdeltype, 'onUpdate', con.confupdtype, 'deferrable', con.condeferrable,
    'matchFull', con.confmatchtype = 'f', 'validated', con.convalidated)::text
  FROM pg_catalog.pg_constraint con
  JOIN pg_catalog.pg_class c ON c.oid = con.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_class f ON f.oid = con.confrelid JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
  WHERE con.contype = 'f' AND (con.conrelid = ANY ($1::pg_catalog.oid[]) OR con.confrelid = ANY ($1::pg_catalog.oid[]))
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint up WHERE up.oid = con.conparentid
      AND (up.conrelid = ANY ($1::pg_catalog.oid[]) OR up.confrelid = ANY ($1::pg_catalog.oid[])))
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", con.conname COLLATE "C"`;
