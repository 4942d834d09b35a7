import { baseTable, conditions, fromTable, rangeColumn, type TableSql } from "./row-sql.ts";
import { formatDecimal } from "./sample-share.ts";

const SAMPLE_PER_BOUND = 8;
/** Fewer pages could well be none. */
const FEWEST_PAGES = 50;

/** Distinct ascending bounds that cut a table by columns of its key in about equal parts, from a sample of pages. */
export function sampleQuery(sql: TableSql, keyColumns: readonly number[], count: number): string {
  const { key } = sql.plan;
  if (key === null) throw new RangeError("rows without a key have no bounds");
  const values = keyColumns.map((column, at) => `${rangeColumn(key, column)} AS v${at}`).join(", ");
  const names = keyColumns.map((_, at) => `v${at}`).join(", ");
  const rows = Math.max(1, sql.info.spec.estimatedRows * (sql.plan.segment?.share ?? 1));
  const share = Math.max((count * SAMPLE_PER_BOUND) / rows, FEWEST_PAGES / Math.max(1, sql.info.pages)) * 100;
  const mayViewBeSampled = sql.info.hasRowAddresses && share < 50;
  const sample = mayViewBeSampled ? ` TABLESAMPLE SYSTEM (${formatDecimal(share)}) REPEATABLE (1)` : "";
  const unfiltered = { ...sql, filter: null };
  const from = fromTable(unfiltered, `${baseTable(sql)}${sample}`);
  const where = conditions(unfiltered, "keyed");
  return `SELECT DISTINCT ${names} FROM (
    SELECT ${names}, pg_catalog.row_number() OVER (ORDER BY ${names}) AS n, pg_catalog.count(*) OVER () AS total
    FROM (SELECT ${values} FROM ${from}${where}) s
  ) r WHERE total <= ${count} OR n % (total / ${count} + 1) = 0 ORDER BY ${names}`;
}
