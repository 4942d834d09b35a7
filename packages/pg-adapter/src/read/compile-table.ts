import {
  type CheckedFilter,
  CodedError,
  type ColumnSpec,
  castName,
  formatQualifiedName,
  type MaskRule,
  type RowScope,
} from "@syncline/core";
import type { SidePlan } from "@syncline/engine";
import type { TableInfo } from "../catalog/table-info.ts";
import type { ReadSession } from "../connection/read-session.ts";
import type { PgScope } from "../scope.ts";
import { compileFilter } from "../sql/filter-sql.ts";
import { compileMask } from "../sql/mask-sql.ts";
import { quoteIdentifier, quoteLiteral } from "../sql/quote.ts";
import { compileScope } from "../sql/scope-sql.ts";
import type { KeyLists } from "./key-lists.ts";
import type { ReachedRows } from "./reached-rows.ts";
import { column, type TableSql } from "./row-sql.ts";
import { type ScopeTables, tablesOf } from "./scope-tables.ts";

export interface CompileTableInput {
  readonly plan: SidePlan;
  readonly info: TableInfo;
  readonly filter: CheckedFilter | null;
  readonly scope: RowScope | null;
  readonly masks: ReadonlyMap<string, MaskRule>;
  /** Key list by column that it translates. */
  readonly keyMaps: ReadonlyMap<string, string>;
  readonly endpoint: PgScope;
  readonly lists: KeyLists;
  readonly tables: ScopeTables;
  readonly reached: ReachedRows;
  /** Has the settings of lists and masks. */
  readonly session: ReadSession;
  readonly signal: AbortSignal;
}

/** Tenant, scope, filter and masks of one table as SQL over `t`. */
export async function compileTable(input: CompileTableInput): Promise<TableSql> {
  const { plan, info, filter, endpoint } = input;
  const tenant = endpoint.tenantColumn;
  return {
    plan,
    info,
    tenant: tenant === null ? null : `t.${quoteIdentifier(tenant.name)} = ${quoteLiteral(tenant.value)}`,
    scope: await scopeSql(input),
    // COPY takes no parameters, so values are literals, each cast by the compiler.
    filter: filter === null ? null : compileFilter(filter, { alias: "t", placeholder: quoteLiteral }).sql,
    masks: maskExpressions(input),
  };
}

async function scopeSql(input: CompileTableInput): Promise<string | null> {
  const { scope, info, lists, session, signal } = input;
  if (scope === null || scope.kind === "all") return null;
  const { name } = info.spec;
  const table = await input.tables.load([name, ...tablesOf(scope)], signal);
  const context = { table, list: (list: string) => lists.from(list) };
  const reached = await input.reached.find(scope, session, context, signal);
  return compileScope(scope, { alias: "t", table: table(name) }, { ...context, reached });
}

function maskExpressions({ info, masks, keyMaps, lists }: CompileTableInput): Map<string, string> {
  const expressions = new Map<string, string>();
  for (const spec of info.spec.columns) {
    const list = keyMaps.get(spec.name);
    if (list !== undefined) expressions.set(spec.name, keyMapSql(spec, list, lists));
  }
  for (const { name, type } of info.spec.columns) {
    const rule = masks.get(name);
    if (rule === undefined) continue;
    try {
      expressions.set(name, compileMask(rule, { expression: column(name), type }));
    } catch (error) {
      throw error instanceof CodedError ? ofColumn(error, info, name) : error;
    }
  }
  return expressions;
}

/** The first column of the list ascends, so that a number is found by halving. */
function keyMapSql({ name, type }: ColumnSpec, list: string, lists: KeyLists): string {
  const value = `${column(name)}::pg_catalog.int8`;
  const [from, to] = [lists.numbers(list, 0), lists.numbers(list, 1)];
  const at = `pg_catalog.width_bucket(${value}, ${from})`;
  return `CASE WHEN (${from})[${at}] OPERATOR(pg_catalog.=) ${value} THEN (${to})[${at}]::${castName(type.name)} ELSE ${column(name)} END`;
}

function ofColumn(error: CodedError, info: TableInfo, name: string): CodedError {
  const message = `Column "${name}" of table "${formatQualifiedName(info.spec.name)}": ${error.message}`;
  return new CodedError(error.code, message, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}
