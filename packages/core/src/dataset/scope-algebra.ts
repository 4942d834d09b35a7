import type { RowScope } from "./row-scope.ts";

export const ALL_ROWS: RowScope = { kind: "all" };
export const NO_ROWS: RowScope = { kind: "none" };

/** Rows of any of the scopes, in the shortest form. */
export function anyOf(scopes: readonly RowScope[]): RowScope {
  if (scopes.some(({ kind }) => kind === "all")) return ALL_ROWS;
  return combine("or", scopes, NO_ROWS);
}

/** Rows of all of the scopes. */
export function everyOf(scopes: readonly RowScope[]): RowScope {
  if (scopes.some(({ kind }) => kind === "none")) return NO_ROWS;
  return combine("and", scopes, ALL_ROWS);
}

export function outsideOf(scope: RowScope): RowScope {
  if (scope.kind === "all") return NO_ROWS;
  if (scope.kind === "none") return ALL_ROWS;
  return scope.kind === "not" ? scope.item : { kind: "not", item: scope };
}

function combine(kind: "and" | "or", scopes: readonly RowScope[], empty: RowScope): RowScope {
  const items = scopes.filter((scope) => scope.kind !== empty.kind);
  const [only] = items;
  if (only === undefined) return empty;
  return items.length === 1 ? only : { kind, items };
}

/** Nodes of a scope, for keeping statements small. */
export function scopeSize(scope: RowScope): number {
  switch (scope.kind) {
    case "and":
    case "or":
      return scope.items.reduce((sum, item) => sum + scopeSize(item), 1);
    case "not":
      return 1 + scopeSize(scope.item);
    case "related":
      return 1 + scopeSize(scope.where);
    case "closure":
      return scope.tables.reduce((sum, { seed }) => sum + scopeSize(seed), 1 + scope.edges.length);
    default:
      return 1;
  }
}
