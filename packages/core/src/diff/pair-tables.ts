import { CodedError } from "../errors/coded-error.ts";
import type { TableSpec } from "../schema/table-spec.ts";
import { formatQualifiedName } from "../values/qualified-name.ts";
import { suggestNames } from "./nearest-names.ts";
import { isNamed, matchesPattern, nameInTenant } from "./table-names.ts";

/** The tables of one side: what its locator selects. */
export interface TableSide {
  readonly label: string;
  readonly tenantSchema: string;
  /** Whether the locator named its tables, rather than meaning all of them. */
  readonly named: boolean;
  readonly tables: readonly TableSpec[];
}

export interface TablePair {
  readonly source: TableSpec;
  readonly target: TableSpec;
}

export interface PairingOptions {
  /** Target table by source table, as the user named them. */
  readonly tableMap: ReadonlyMap<string, string>;
  /** Patterns on either side's names; empty means all. */
  readonly tablePatterns: readonly string[];
  /** Tables that only the target has: refused (default), or left out. */
  readonly targetOnly?: "refuse" | "leave";
}

const ONLY_IN_SOURCE = " (only in the source)";

/**
 * Pairs tables by the map, then by name; one named table a side are a pair whatever their names.
 * Refuses a table without a partner unless the other side was named.
 */
export function pairTables(source: TableSide, target: TableSide, options: PairingOptions): TablePair[] {
  const mapped = mappedPairs(source, target, options.tableMap);
  const [first, second] = [source, target].map(({ named, tables }) =>
    named && tables.length === 1 ? tables[0] : undefined,
  );
  if (first !== undefined && second !== undefined) {
    return selectPairs([{ source: first, target: second }], options.tablePatterns, source, target);
  }
  const taken = new Set(mapped.flatMap((pair) => [pair.source, pair.target]));
  const byName = new Map(
    free(target, taken).map((table) => [nameInTenant(table.name, target.tenantSchema), table]),
  );
  const alone: string[] = [];
  const pairs = [...mapped];
  for (const table of free(source, taken)) {
    const name = nameInTenant(table.name, source.tenantSchema);
    const partner = byName.get(name);
    if (partner !== undefined) pairs.push({ source: table, target: partner });
    else if (wanted(table, options) && !(target.named && !source.named))
      alone.push(`"${name}"${ONLY_IN_SOURCE}`);
    byName.delete(name);
  }
  for (const [name, table] of byName) {
    if (options.targetOnly === "leave" && !target.named) continue;
    if (wanted(table, options) && !(source.named && !target.named))
      alone.push(`"${name}" (only in the target)`);
  }
  if (alone.length > 0) throw tablesAlone(alone);
  return selectPairs(pairs, options.tablePatterns, source, target);
}

function free(side: TableSide, taken: ReadonlySet<TableSpec>): TableSpec[] {
  return side.tables.filter((table) => !taken.has(table));
}

function wanted(table: TableSpec, { tablePatterns }: PairingOptions): boolean {
  return tablePatterns.length === 0 || tablePatterns.some((pattern) => matchesPattern(table.name, pattern));
}

function mappedPairs(source: TableSide, target: TableSide, map: ReadonlyMap<string, string>): TablePair[] {
  const pairs = [...map].map(([from, to]) => ({
    source: findTable(source, from),
    target: findTable(target, to),
  }));
  for (const side of ["source", "target"] as const) {
    const twice = pairs.find((pair, at) => pairs.findIndex((each) => each[side] === pair[side]) < at);
    if (twice !== undefined) throw mappedTwice(twice[side], side);
  }
  return pairs;
}

function mappedTwice(table: TableSpec, side: "source" | "target"): CodedError {
  const message = `--map-table names table "${formatQualifiedName(table.name)}" of the ${side} twice.`;
  return new CodedError("usage.invalid", message, { hint: "Each table can have one partner." });
}

/** The table that a user's name means. Refuses a name that none has. */
export function findTable(side: TableSide, text: string): TableSpec {
  const own = side.tables.find(
    (table) => table.name.schema === side.tenantSchema && isNamed(table.name, text),
  );
  const found = own ?? side.tables.find((table) => isNamed(table.name, text));
  if (found !== undefined) return found;
  const names = side.tables.map((table) => nameInTenant(table.name, side.tenantSchema));
  throw new CodedError("table.not_found", `There is no table "${text}" in ${side.label}.`, {
    hint: suggestNames(text, names, "tables"),
  });
}

function selectPairs(
  pairs: readonly TablePair[],
  patterns: readonly string[],
  source: TableSide,
  target: TableSide,
): TablePair[] {
  const matches = (pair: TablePair, pattern: string) =>
    matchesPattern(pair.source.name, pattern) || matchesPattern(pair.target.name, pattern);
  const unmatched = patterns.find((pattern) => !pairs.some((pair) => matches(pair, pattern)));
  if (unmatched !== undefined) {
    const names = pairs.map((pair) => nameInTenant(pair.target.name, target.tenantSchema));
    throw new CodedError(
      "table.not_found",
      `No table of ${source.label} and ${target.label} matches "${unmatched}".`,
      {
        hint: suggestNames(unmatched, names, "tables"),
      },
    );
  }
  return pairs.filter((pair) => patterns.length === 0 || patterns.some((pattern) => matches(pair, pattern)));
}

function tablesAlone(alone: readonly string[]): CodedError {
  const shown = alone.slice(0, 8).join(", ");
  const rest = alone.length > 8 ? ` and ${alone.length - 8} more` : "";
  const missing = alone.some((each) => each.endsWith(ONLY_IN_SOURCE));
  const make = missing ? " `syncline copy --include-schemas` makes tables that the target lacks." : "";
  return new CodedError("schema.mismatch", `Tables without a partner on the other side: ${shown}${rest}.`, {
    hint: `Choose the tables to compare with --schema, or pair tables of different names with --map-table source=target.${make}`,
    details: { tables: alone },
  });
}
