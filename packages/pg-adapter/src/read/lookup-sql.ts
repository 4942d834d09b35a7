import { castName, type RowImage } from "@syncline/core";
import { addressTexts, column, fromTable, type TableSql } from "./row-sql.ts";

/** Rows by the texts of their key columns, compared by the operators and collations of the key's own index. */
export function lookupQuery(
  sql: TableSql,
  select: string,
  keys: readonly RowImage[],
): { readonly text: string; readonly values: readonly string[] } {
  const width = keys[0]?.length ?? 0;
  const arrays = Array.from({ length: width }, (_, index) => arrayLiteral(keys.map((key) => key[index] ?? null)));
  const unnested = arrays.map((_, index) => `pg_catalog.unnest($${index + 1}::pg_catalog.text[])`).join(", ");
  const names = arrays.map((_, index) => `k${index}`).join(", ");
  const scope = sql.scope === null ? "" : ` AND (${sql.scope})`;
  const row = `SELECT ${select} FROM ${fromTable(sql)} WHERE ${matches(sql)}${scope} LIMIT 1`;
  return {
    text: `SELECT w.n, r.* FROM ROWS FROM (${unnested}) WITH ORDINALITY AS w(${names}, n) CROSS JOIN LATERAL (${row}) AS r`,
    values: arrays,
  };
}

function matches(sql: TableSql): string {
  const { key } = sql.plan;
  if (key === null) return sameTexts(sql);
  return key.columns
    .map(({ name, operator, collation }, index) => {
      const type = sql.info.spec.columns.find((each) => each.name === name)?.type.base ?? "text";
      const value = `w.k${index}::${castName(type)}`;
      return `${column(name)} OPERATOR(${operator}) ${value}${collation === null ? "" : ` COLLATE ${collation}`}`;
    })
    .join(" AND ");
}

/** Rows without a key are found by all their texts. */
function sameTexts(sql: TableSql): string {
  return addressTexts(sql.plan)
    .map((text, index) => `(${text}) IS NOT DISTINCT FROM w.k${index}`)
    .join(" AND ");
}

export function arrayLiteral(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? "NULL" : `"${value.replace(/[\\"]/g, "\\$&")}"`)).join(",")}}`;
}
