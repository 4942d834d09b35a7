import type { RowClosure } from "@syncline/core";
import { type ScopeParts, type ScopeRow, type ScopeTable, sameAddress } from "./scope-parts.ts";

interface ClosureTable {
  readonly table: ScopeTable;
  readonly seed: RowClosure["tables"][number]["seed"];
}

/** SELECT for EXISTS: the row is reached from the seeds. */
export function closureSql(compiler: ScopeParts, closure: RowClosure, row: ScopeRow, alias: string): string {
  const members = closureMembers(compiler, closure);
  if (members === null) return "SELECT WHERE false";
  const itself = row.table.hasRowAddresses
    ? sameAddress(alias, row.alias)
    : `${alias}.alike OPERATOR(pg_catalog.=) ${wholeText(row.alias)}`;
  return `SELECT FROM (${members}) AS ${alias} WHERE ${alias}.i = ${closure.table} AND ${itself}`;
}

/**
 * Everything that is reached, of all tables; null for nothing. The recursion runs over table number and row address, a
 * step for all rows of a round at once, and forgets what it has seen, so cycles end. Rows without an address are known by
 * their whole text: rows that are alike are reached alike.
 */
export function closureMembers(
  compiler: ScopeParts,
  closure: Pick<RowClosure, "tables" | "edges">,
): string | null {
  const tables = closure.tables.map(({ name, seed }) => ({ table: compiler.table(name), seed }));
  const seeds = tables.flatMap((each, index) => seedSql(compiler, each, index));
  if (seeds.length === 0) return null;
  const steps = closure.edges.map((edge) => stepSql(compiler, tables, edge));
  const [all, round] = [compiler.alias(), compiler.alias()];
  const step = `WITH ${round} AS MATERIALIZED (SELECT * FROM ${all}) ${steps.map((sql) => sql(round)).join(" UNION ALL ")}`;
  const recursion = steps.length === 0 ? "" : ` UNION (${step})`;
  return `WITH RECURSIVE ${all} (i, rel, at, alike) AS ((${seeds.join(" UNION ALL ")})${recursion}) SELECT * FROM ${all}`;
}

function seedSql(compiler: ScopeParts, { table, seed }: ClosureTable, index: number): string[] {
  if (seed.kind === "none") return [];
  const alias = compiler.alias();
  const where = compiler.where(table, alias, [compiler.condition(seed, { alias, table }, false)]);
  return [`SELECT ${identity(index, table, alias)} FROM ${table.from} AS ${alias}${where}`];
}

/** From the members of one table in the last round to the rows of another. */
function stepSql(
  compiler: ScopeParts,
  tables: readonly ClosureTable[],
  edge: RowClosure["edges"][number],
): (round: string) => string {
  const [member, reached] = [compiler.alias(), compiler.alias()];
  const [from, to] = [tables[edge.from]?.table, tables[edge.to]?.table];
  if (from === undefined || to === undefined)
    throw new RangeError("an edge leads to no table of its closure");
  const joined = compiler.joined(
    { columns: edge.fromColumns, otherColumns: edge.toColumns, operators: edge.operators },
    { alias: member, table: from },
    { alias: reached, table: to },
  );
  const where = compiler.where(to, reached, joined);
  return (round) => {
    const isMember = from.hasRowAddresses
      ? sameAddress(round, member)
      : `${round}.alike OPERATOR(pg_catalog.=) ${wholeText(member)}`;
    return `SELECT ${identity(edge.to, to, reached)} FROM ${round} JOIN ${from.from} AS ${member} ON ${round}.i = ${edge.from} AND ${isMember} CROSS JOIN ${to.from} AS ${reached}${where}`;
  };
}

function identity(index: number, table: ScopeTable, alias: string): string {
  const names = table.hasRowAddresses
    ? `${alias}.tableoid, ${alias}.ctid, NULL::pg_catalog.text`
    : `NULL::pg_catalog.oid, NULL::pg_catalog.tid, ${wholeText(alias)}`;
  return `${index}, ${names}`;
}

function wholeText(alias: string): string {
  return `(${alias}.*)::pg_catalog.text`;
}
