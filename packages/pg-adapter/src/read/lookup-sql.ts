import { castName, type RowImage } from "@syncline/core";
import type { SidePlan } from "@syncline/engine";
import type { TableInfo } from "../catalog/table-info.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { type FetchShape, fetchShape, type RowFacts } from "./fetch-rows.ts";
import { addressTexts, baseTable, column, fromTable, type TableSql } from "./row-sql.ts";

export interface Lookup {
  readonly text: string;
  readonly values: readonly string[];
  readonly shape: FetchShape;
}

/**
 * Rows by the texts of their key columns, compared by the operators and collations of the key's own index: number of the
 * key, address where rows have one, then the row. Only the tenant narrows it. Whether a row with an address lies in the
 * scope is for `inScopeQuery` to tell; here it would be asked row by row.
 */
export function lookupQuery(sql: TableSql, keys: readonly RowImage[]): Lookup {
  const width = keys[0]?.length ?? 0;
  const arrays = Array.from({ length: width }, (_, index) =>
    arrayLiteral(keys.map((key) => key[index] ?? null)),
  );
  const unnested = arrays.map((_, index) => `pg_catalog.unnest($${index + 1}::pg_catalog.text[])`).join(", ");
  const names = arrays.map((_, index) => `k${index}`).join(", ");
  const wanted = `ROWS FROM (${unnested}) WITH ORDINALITY AS w(${names}, n)`;
  const { from, tenant, facts } = lookupSource(sql);
  const shape = fetchShape(sql, facts);
  const condition = `${matches(sql)}${tenant === null ? "" : ` AND (${tenant})`}`;
  const select = `${sql.info.hasRowAddresses ? "t.tableoid, t.ctid" : "NULL, NULL"}, ${shape.select}`;
  if (needsScan(sql)) {
    return {
      text: `SELECT w.n, ${select} FROM ${wanted} JOIN ${from} ON ${condition}`,
      values: arrays,
      shape,
    };
  }
  const row = `SELECT ${select} FROM ${from} WHERE ${condition} LIMIT 1`;
  return { text: `SELECT w.n, r.* FROM ${wanted} CROSS JOIN LATERAL (${row}) AS r`, values: arrays, shape };
}

/** Which of some rows lie in the scope: relation and ctid. The planner starts from these rows. */
export function inScopeQuery(sql: TableSql): string {
  const where = [sql.tenant, sql.scope].flatMap((each) => (each === null ? [] : [` AND (${each})`])).join("");
  return `SELECT t.tableoid, t.ctid FROM ${baseTable(sql)} WHERE t.ctid = ANY ($1::pg_catalog.tid[])${where}`;
}

/** Filter and scope see the original values, so with masks they are told by the derived table. */
function lookupSource(sql: TableSql): {
  readonly from: string;
  readonly tenant: string | null;
  readonly facts: RowFacts;
} {
  const holds = (condition: string | null) => (condition === null ? "true" : `(${condition}) IS TRUE`);
  const passes = holds(sql.filter);
  const inScope = sql.info.hasRowAddresses ? "true" : holds(sql.scope);
  const all = { ...sql, scope: null, filter: null };
  if (sql.masks.size === 0) return { from: fromTable(all), tenant: sql.tenant, facts: { passes, inScope } };
  const [passesName, inScopeName] = ["passes", "in scope"].map((name) => freeName(sql, name)) as [
    string,
    string,
  ];
  const extra = [
    `${passes} AS ${quoteIdentifier(passesName)}`,
    `${inScope} AS ${quoteIdentifier(inScopeName)}`,
  ];
  const facts = { passes: column(passesName), inScope: column(inScopeName) };
  return { from: fromTable(all, baseTable(sql), extra), tenant: null, facts };
}

/** A name that no column has. */
function freeName({ info }: TableSql, wanted: string): string {
  const taken = (name: string) => info.spec.columns.some((each) => each.name === name);
  let name = wanted;
  for (let number = 1; taken(name); number += 1) name = `${wanted} ${number}`;
  return name;
}

const INTEGERS = ["smallint", "integer", "bigint"];

/** Where a key column is masked or compares as another type no index helps, and one join is better than a scan for each key. */
function needsScan({ plan, info, masks }: TableSql): boolean {
  return (plan.key?.columns ?? []).some(
    ({ name, form }) => masks.has(name) || (form.cast !== null && !INTEGERS.includes(baseOf(info, name))),
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
