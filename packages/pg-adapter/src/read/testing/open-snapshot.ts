import type { CheckedFilter, QualifiedName, RowScope, TableSpec } from "@syncline/core";
import type { ReadSnapshot, RowSelection } from "@syncline/engine";
import { openSide, type Side } from "./compare-databases.ts";

/** Opens a snapshot of the side's tables, hands it over and closes everything. */
export async function withSnapshot<T>(
  side: Side,
  work: (snapshot: ReadSnapshot) => Promise<T>,
  connections = 2,
): Promise<T> {
  const endpoint = await openSide(side, "source");
  try {
    const { signal } = new AbortController();
    const locked = await endpoint.lock({ accept: () => true, connections, signal });
    return await work(await locked.begin(null));
  } finally {
    await endpoint.close();
  }
}

export function named(snapshot: ReadSnapshot, name: string): TableSpec {
  const found = snapshot.tables.find((table) => table.name.name === name);
  if (found === undefined) throw new Error(`no table ${name}`);
  return found;
}

export function inPublic(name: string): QualifiedName {
  return { schema: "public", name };
}

export function selection(
  table: TableSpec,
  narrowed: {
    readonly filter?: CheckedFilter;
    readonly scope?: RowScope;
    readonly columns?: readonly string[];
  } = {},
): RowSelection {
  const columns = narrowed.columns ?? table.columns.map((column) => column.name);
  return { table, columns, filter: narrowed.filter ?? null, scope: narrowed.scope ?? null, masks: new Map() };
}

/** All texts of a selection in key order. */
export async function textsOf(
  snapshot: ReadSnapshot,
  wanted: RowSelection,
  order: "key" | "physical" = "key",
): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = [];
  const { signal } = new AbortController();
  for await (const batch of snapshot.selectRows(wanted).texts({ order, signal }))
    for (const row of batch) rows.push([...row]);
  return rows;
}

/** The ids, in key order, of the rows of `table` in a scope. */
export async function idsIn(snapshot: ReadSnapshot, table: string, scope: RowScope): Promise<string[]> {
  const rows = await textsOf(snapshot, selection(named(snapshot, table), { scope, columns: ["id"] }));
  return rows.map(([id]) => id ?? "");
}
