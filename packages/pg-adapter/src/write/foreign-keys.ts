import type { Client } from "pg";

export type ReferentialAction = "no action" | "restrict" | "cascade" | "set null" | "set default";

export interface ForeignKey {
  readonly name: string;
  readonly childOid: number;
  /** Quoted and qualified. */
  readonly childTable: string;
  readonly childSchema: string;
  readonly childName: string;
  readonly childPartitioned: boolean;
  readonly childColumns: readonly string[];
  readonly parentOid: number;
  readonly parentColumns: readonly string[];
  /** `parent operator child`, one a column pair, schema-qualified. */
  readonly operators: readonly string[];
  readonly deferrable: boolean;
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  /** Columns that SET NULL or SET DEFAULT on delete touches; all of `childColumns` unless a list was given. */
  readonly deleteSetColumns: readonly string[];
}

const ACTIONS: Readonly<Record<string, ReferentialAction>> = {
  a: "no action",
  r: "restrict",
  c: "cascade",
  n: "set null",
  d: "set default",
};

const QUERY = `SELECT c.conname AS name, c.conrelid::pg_catalog.text AS child_oid, cn.nspname AS child_schema, cc.relname AS child_name, cc.relkind AS child_kind,
  pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(cc.relname) AS child_table,
  c.confrelid::pg_catalog.text AS parent_oid, c.condeferrable AS deferrable, c.confdeltype AS on_delete, c.confupdtype AS on_update,
  pg_catalog.to_json(names.child) AS child_columns, pg_catalog.to_json(names.parent) AS parent_columns,
  pg_catalog.to_json(names.operators) AS operators,
  (SELECT pg_catalog.json_agg(a.attname) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.conrelid
    AND a.attnum = ANY (ARRAY(SELECT pg_catalog.jsonb_array_elements_text(NULLIF(pg_catalog.to_jsonb(c) -> 'confdelsetcols', 'null')))::pg_catalog.int2[])) AS set_columns
FROM pg_catalog.pg_constraint c
JOIN pg_catalog.pg_class cc ON cc.oid = c.conrelid JOIN pg_catalog.pg_namespace cn ON cn.oid = cc.relnamespace
CROSS JOIN LATERAL (
  SELECT pg_catalog.array_agg(ca.attname ORDER BY u.n) AS child, pg_catalog.array_agg(pa.attname ORDER BY u.n) AS parent,
    pg_catalog.array_agg(pg_catalog.quote_ident(opn.nspname) || '.' || op.oprname ORDER BY u.n) AS operators
  FROM ROWS FROM (pg_catalog.unnest(c.conkey), pg_catalog.unnest(c.confkey), pg_catalog.unnest(c.conpfeqop)) WITH ORDINALITY AS u(child, parent, operator, n)
  JOIN pg_catalog.pg_attribute ca ON ca.attrelid = c.conrelid AND ca.attnum = u.child
  JOIN pg_catalog.pg_attribute pa ON pa.attrelid = c.confrelid AND pa.attnum = u.parent
  JOIN pg_catalog.pg_operator op ON op.oid = u.operator JOIN pg_catalog.pg_namespace opn ON opn.oid = op.oprnamespace
) names
WHERE c.contype = 'f' AND (c.conrelid = ANY ($1::pg_catalog.oid[]) OR c.confrelid = ANY ($1::pg_catalog.oid[]))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint root WHERE root.oid = c.conparentid AND root.confrelid = c.confrelid
    AND NOT c.conrelid = ANY ($1::pg_catalog.oid[]))
ORDER BY 1, 2`;

/** Foreign keys that start or end in one of the tables. Those of partitions stand under the table that declares them. */
export async function readForeignKeys(client: Client, tableOids: readonly number[]): Promise<ForeignKey[]> {
  const { rows } = await client.query<Record<string, string | null>>(QUERY, [`{${tableOids.join(",")}}`]);
  return rows.map(toForeignKey);
}

function toForeignKey(row: Record<string, string | null>): ForeignKey {
  const childColumns = names(row["child_columns"]);
  const setColumns = names(row["set_columns"]);
  return {
    name: row["name"] ?? "",
    childOid: Number(row["child_oid"]),
    childTable: row["child_table"] ?? "",
    childSchema: row["child_schema"] ?? "",
    childName: row["child_name"] ?? "",
    childPartitioned: row["child_kind"] === "p",
    childColumns,
    parentOid: Number(row["parent_oid"]),
    parentColumns: names(row["parent_columns"]),
    operators: names(row["operators"]),
    deferrable: row["deferrable"] === "t",
    onDelete: ACTIONS[row["on_delete"] ?? "a"] ?? "no action",
    onUpdate: ACTIONS[row["on_update"] ?? "a"] ?? "no action",
    deleteSetColumns: setColumns.length > 0 ? setColumns : childColumns,
  };
}

function names(json: string | null | undefined): string[] {
  return json === null || json === undefined ? [] : (JSON.parse(json) as string[]);
}
