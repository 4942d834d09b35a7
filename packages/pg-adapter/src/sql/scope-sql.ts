import type { QualifiedName, RowScope } from "@syncline/core";
import { closureSql } from "./closure-sql.ts";
import { compileFilter } from "./filter-sql.ts";
import { quoteIdentifier, quoteLiteral } from "./quote.ts";
import {
  type CollationFact,
  type ColumnPairs,
  type ScopeContext,
  type ScopeParts,
  type ScopeRow,
  type ScopeTable,
  sameAddress,
} from "./scope-parts.ts";

/**
 * A scope as one SQL condition that is true or false, never unknown, over a row of a table. Built of EXISTS over hashable
 * equalities, so that the planner joins whole sets whatever their size. Takes no parameters, as COPY takes none.
 */
export function compileScope(scope: RowScope, row: ScopeRow, context: ScopeContext): string {
  return new ScopeCompiler(context).condition(scope, row, false);
}

/** Compiles the conditions of one statement; aliases are never used twice. */
export class ScopeCompiler implements ScopeParts {
  readonly #context: ScopeContext;
  #aliases = 0;

  constructor(context: ScopeContext) {
    this.#context = context;
  }

  alias(): string {
    this.#aliases += 1;
    return `s${this.#aliases}`;
  }

  table(name: QualifiedName): ScopeTable {
    return this.#context.table(name);
  }

  /** Negations are moved down to the leaves: a negated EXISTS is an anti join, a negated group is none. */
  condition(scope: RowScope, row: ScopeRow, negated: boolean): string {
    switch (scope.kind) {
      case "all":
      case "none":
        return (scope.kind === "all") === negated ? "false" : "true";
      case "not":
        return this.condition(scope.item, row, !negated);
      case "and":
      case "or":
        return (scope.kind === "and") === negated
          ? this.#some(scope.items, row, negated)
          : this.#every(scope.items, row, negated);
      case "filter": {
        const { sql } = compileFilter(scope.filter, { alias: row.alias, placeholder: quoteLiteral });
        return `(${sql}) IS ${negated ? "NOT " : ""}TRUE`;
      }
      default:
        return `${negated ? "NOT " : ""}EXISTS (${this.#exists(scope, row)})`;
    }
  }

  #every(items: readonly RowScope[], row: ScopeRow, negated: boolean): string {
    if (items.length === 0) return "true";
    return items.map((item) => `(${this.condition(item, row, negated)})`).join(" AND ");
  }

  /** An EXISTS under OR cannot become a join, but each alternative by itself can: their rows are put together. */
  #some(items: readonly RowScope[], row: ScopeRow, negated: boolean): string {
    if (items.length === 0) return "false";
    const [only] = items;
    if (items.length === 1 && only !== undefined) return this.condition(only, row, negated);
    if (!row.table.hasRowAddresses || !items.some(readsOtherRows))
      return items.map((item) => `(${this.condition(item, row, negated)})`).join(" OR ");
    const branches = items.map((item) => {
      const alias = this.alias();
      const where = this.where(row.table, alias, [this.condition(item, { ...row, alias }, negated)]);
      return `SELECT ${alias}.tableoid AS rel, ${alias}.ctid AS at FROM ${row.table.from} AS ${alias}${where}`;
    });
    const alias = this.alias();
    return `EXISTS (SELECT FROM (${branches.join(" UNION ALL ")}) AS ${alias} WHERE ${sameAddress(alias, row.alias)})`;
  }

  #exists(scope: Extract<RowScope, { kind: "keys" | "related" | "closure" }>, row: ScopeRow): string {
    const alias = this.alias();
    if (scope.kind === "closure") {
      const reached = this.#context.reached?.(scope) ?? null;
      if (reached === null) return closureSql(this, scope, row, alias);
      return `SELECT FROM ${reached} AS ${alias} WHERE ${sameAddress(alias, row.alias)}`;
    }
    if (scope.kind === "keys") {
      const list = this.#context.list(scope.list);
      if (list.columns !== scope.columns.length)
        throw new RangeError(
          `key list "${scope.list}" has ${list.columns} columns, not ${scope.columns.length}`,
        );
      const equal = scope.columns.map((name, index) =>
        equality(
          columnOf(row, name),
          `${alias}.c${index}`,
          scope.operators[index],
          collationOf(row.table, name),
        ),
      );
      return `SELECT FROM ${list.from} AS ${alias} WHERE ${equal.join(" AND ")}`;
    }
    const other = { alias, table: this.table(scope.table) };
    const where = this.where(other.table, alias, [
      ...this.joined(scope, row, other),
      this.condition(scope.where, other, false),
    ]);
    return `SELECT FROM ${other.table.from} AS ${alias}${where}`;
  }

  /** `columns` of one row equal `otherColumns` of another. NULL equals nothing. */
  joined(edge: ColumnPairs, row: ScopeRow, other: ScopeRow): string[] {
    const { columns, otherColumns, operators } = edge;
    if (columns.length === 0 || columns.length !== otherColumns.length)
      throw new RangeError("the columns of a relation must come in pairs");
    return columns.map((name, index) => {
      const otherName = otherColumns[index] ?? "";
      const collation = commonCollation(collationOf(row.table, name), collationOf(other.table, otherName));
      return equality(columnOf(other, otherName), columnOf(row, name), operators[index], collation);
    });
  }

  /** WHERE of the tenant and the conditions. */
  where(table: ScopeTable, alias: string, conditions: readonly string[]): string {
    const all = [...(table.tenant === null ? [] : [table.tenant(alias)]), ...conditions];
    return all.length === 0 ? "" : ` WHERE ${all.map((each) => `(${each})`).join(" AND ")}`;
  }
}

function readsOtherRows(scope: RowScope): boolean {
  if (scope.kind === "not") return readsOtherRows(scope.item);
  if (scope.kind === "and" || scope.kind === "or") return scope.items.some(readsOtherRows);
  return scope.kind === "keys" || scope.kind === "related" || scope.kind === "closure";
}

function columnOf(row: ScopeRow, name: string): string {
  return `${row.alias}.${quoteIdentifier(name)}`;
}

function collationOf(table: ScopeTable, column: string): CollationFact | null {
  return table.collations.get(column) ?? null;
}

/** Two collations of columns are ambiguous for the server; of those only a nondeterministic one changes what is equal. */
function commonCollation(a: CollationFact | null, b: CollationFact | null): CollationFact | null {
  if (a === null || b === null || a.name === b.name) return null;
  return [a, b].find((each) => !each.deterministic) ?? a;
}

function equality(
  left: string,
  right: string,
  operator: string | undefined,
  collation: CollationFact | null,
): string {
  if (operator === undefined) throw new RangeError("every pair of columns needs an operator");
  const rule = collation === null ? "" : ` COLLATE ${collation.name}`;
  return `${left} OPERATOR(${operator}) ${right}${rule}`;
}
