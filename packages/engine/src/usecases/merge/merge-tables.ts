import { CodedError, formatQualifiedName, type PatchTable } from "@syncline/core";
import type { DiffRun, DiffTable } from "../diff-contract.ts";

/** One table of the three places. */
export interface MergedTable {
  /** Place in the comparison of the base with ours. */
  readonly ours: number;
  /** As ours names it, with the columns that all three carry. */
  readonly table: DiffTable;
  /** The same names for reading either comparison's changes. */
  readonly readOurs: PatchTable;
  readonly readTheirs: PatchTable;
}

/** Aligned with the tables of `theirs`. Both runs name their tables of the base alike. */
export function pairMergeTables(ours: DiffRun, theirs: DiffRun): readonly MergedTable[] {
  return theirs.tables.map((theirTable) => {
    const base = formatQualifiedName(theirTable.target);
    const index = ours.tables.findIndex((table) => formatQualifiedName(table.source) === base);
    const ourTable = ours.tables[index];
    if (ourTable === undefined) throw notPaired(base);
    const carried = new Set(theirTable.patchTable.columns.map(([name]) => name));
    const columns = ourTable.patchTable.columns.filter(([name]) => carried.has(name));
    assertSameKey(ourTable.patchTable, theirTable.patchTable, columns.length);
    const patchTable = { ...ourTable.patchTable, columns };
    const compared = ourTable.compared.filter((name) => theirTable.compared.includes(name));
    return {
      ours: index,
      table: { source: theirTable.source, target: ourTable.target, patchTable, compared },
      readOurs: ourTable.patchTable,
      readTheirs: theirTable.patchTable,
    };
  });
}

function notPaired(base: string): CodedError {
  return new CodedError(
    "schema.mismatch",
    `Table "${base}" of the base is compared with the source but not with the target.`,
    { hint: "The base must have the target's table names; name the tables to merge with --schema." },
  );
}

function assertSameKey(ours: PatchTable, theirs: PatchTable, shared: number): void {
  const sorted = (names: readonly string[]) => JSON.stringify([...names].sort());
  const known = ours.key.length > 0 || (shared === ours.columns.length && shared === theirs.columns.length);
  if (sorted(ours.key) === sorted(theirs.key) && known) return;
  const say = (table: PatchTable) => table.key.map((name) => `"${name}"`).join(", ") || "no key";
  throw new CodedError(
    "schema.mismatch",
    `Rows of table "${ours.name}" cannot be paired in three places: the target is compared by ${say(ours)}, the source by ${say(theirs)}.`,
    { hint: "Name one key for all three with --key, and compare the same columns." },
  );
}
