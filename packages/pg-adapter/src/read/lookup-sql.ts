import { castName, type RowImage } from "@syncline/core";
import type { SidePlan } from "@syncline/engine";
import type { TableInfo } from "../catalog/table-info.ts";
import { addressTexts, column, fromTable, type TableSql } from "./row-sql.ts";

/** Rows by the texts of their key columns, compared by the operators and collations of the key's own index. */
export function lookupQuery(
  sql: TableSql,
  select: string,
  keys: readonly RowImage[],
): { readonly text: string; readonly values: readonly string[] } {
  const width = keys[0]?.length ?? 0;
  const arrays = Array.from({ length: width }, (_, index) =>
    arrayLiteral(keys.map((key) => key[index] ?? null)),
  );
  const unnested = arrays.map((_, index) => `pg_catalog.unnest($${index + 1}::pg_catalog.text[])`).join(", ");
  const names = arrays.map((_, index) => `k${index}`).join(", ");
  const scope = sql.scope === null ? "" : ` AND (${sql.scope})`;
  const wanted = `ROWS FROM (${unnested}) WITH ORDINALITY AS w(${names}, n)`;
  const condition = `${matches(sql)}${scope}`;
  if (needsScan(sql)) {
    return {
      text: `SELECT w.n, ${select} FROM ${wanted} JOIN ${fromTable(sql)} ON ${condition}`,
      values: arrays,
    };
  }
  const row = `SELECT ${select} FROM ${fromTable(sql)} WHERE ${condition} LIMIT 1`;
  return { text: `SELECT w.n, r.* FROM ${wanted} CROSS JOIN LATERAL (${row}) AS r`, values: arrays };
}

const INTEGERS = ["smallint", "integer", "bigint"];

/** Where a key column compares as another type no index helps, and one join is better than a scan for each key. */
function needsScan({ plan, info }: TableSql): boolean {
  return (plan.key?.columns ?? []).some(
    ({ name, form }) => form.cast !== null && !INTEGERS.includes(baseOf(info, name)),
  );
}

function baseOf(info: TableInfo, name: string): string {
  return info.spec.columns.find((each) => each.name === name)?.type.base ?? "text";
}

function matches({ plan, info }: TableSql): string {
  if (plan.key === null) return sameTexts(plan);
  return plan.key.columns
    .map(({ name, form, operator, collation }, index) => {
      const rule = collation === null ? "" : ` COLLATE ${collation}`;
      if (form.cast === null)
        return `${column(name)} OPERATOR(${operator}) w.k${index}::${castName(baseOf(info, name))}${rule}`;
      // The other side's values may not fit this column's type; their common type holds both.
      const indexed = form.cast === "bigint" && INTEGERS.includes(baseOf(info, name));
      const own = indexed ? column(name) : `${column(name)}::${form.cast}`;
      return `${own} OPERATOR(pg_catalog.=) w.k${index}::${form.cast}${rule}`;
    })
    .join(" AND ");
}

/** Rows without a key are found by all their texts. */
function sameTexts(plan: SidePlan): string {
  return addressTexts(plan)
    .map((text, index) => `(${text}) IS NOT DISTINCT FROM w.k${index}`)
    .join(" AND ");
}

export function arrayLiteral(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? "NULL" : `"${value.replace(/[\\"]/g, "\\$&")}"`)).join(",")}}`;
}
