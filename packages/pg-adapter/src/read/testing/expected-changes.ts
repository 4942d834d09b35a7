import type { RowChange } from "@syncline/core";
import type { DiffTable } from "@syncline/engine";
import pg from "pg";
import { pinStatements } from "../../connection/pins.ts";
import { quoteIdentifier, quoteTable } from "../../sql/quote.ts";

type Row = readonly (string | null)[];

const RAW = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;

/** Every row of a table as texts, read in the plainest way. */
export async function readRows(
  url: string,
  table: DiffTable["target"],
  columns: readonly string[],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, types: RAW });
  await client.connect();
  try {
    await client.query(`BEGIN; ${pinStatements(150_000)}`);
    const only = table.name.startsWith("part") ? "" : "ONLY ";
    const text = `SELECT ${columns.map(quoteIdentifier).join(", ")} FROM ${only}${quoteTable(table)}`;
    return (await client.query({ text, rowMode: "array" })).rows as unknown as Row[];
  } finally {
    await client.end();
  }
}

/** What a comparison must say, found by reading everything; as sorted texts that are easy to compare. */
export function expectedChanges(source: readonly Row[], target: readonly Row[], table: DiffTable): string[] {
  const names = table.patchTable.columns.map(([name]) => name);
  const key = table.patchTable.key.map((name) => names.indexOf(name));
  const keyOf = (row: Row) => key.map((at) => row[at] ?? null);
  const isKeyed = (row: Row) => key.length > 0 && !keyOf(row).includes(null);
  const index = (rows: readonly Row[]) =>
    new Map(rows.filter(isKeyed).map((row) => [JSON.stringify(keyOf(row)), row]));
  const [ours, theirs] = [index(target), index(source)];
  const changes: unknown[] = [];
  for (const [id, row] of theirs) {
    const before = ours.get(id);
    if (before === undefined) changes.push({ kind: "insert", key: keyOf(row), after: row, count: 1 });
    else if (JSON.stringify(before) !== JSON.stringify(row))
      changes.push({ kind: "update", key: keyOf(row), changes: changed(names, before, row) });
  }
  for (const [id, row] of ours) {
    if (!theirs.has(id)) changes.push({ kind: "delete", key: keyOf(row), before: row, count: 1, of: 1 });
  }
  const unkeyed = (rows: readonly Row[]) => rows.filter((row) => !isKeyed(row));
  return [...changes, ...multisetChanges(unkeyed(source), unkeyed(target))]
    .map((change) => JSON.stringify(change))
    .sort();
}

export function multisetChanges(source: readonly Row[], target: readonly Row[]): unknown[] {
  const count = (rows: readonly Row[]) => {
    const counts = new Map<string, number>();
    for (const row of rows) counts.set(JSON.stringify(row), (counts.get(JSON.stringify(row)) ?? 0) + 1);
    return counts;
  };
  const [theirs, ours] = [count(source), count(target)];
  return [...new Set([...theirs.keys(), ...ours.keys()])].flatMap((text): unknown[] => {
    const [there, here] = [theirs.get(text) ?? 0, ours.get(text) ?? 0];
    const row = JSON.parse(text) as Row;
    if (there > here) return [{ kind: "insert", key: [], after: row, count: there - here }];
    if (here > there) return [{ kind: "delete", key: [], before: row, count: here - there, of: here }];
    return [];
  });
}

function changed(names: readonly string[], before: Row, after: Row): unknown[] {
  return names.flatMap((column, at) =>
    before[at] === after[at] ? [] : [{ column, before: before[at], after: after[at] }],
  );
}

/** The changes of one table in the same form. */
export function foundChanges(changes: readonly RowChange[], table: number): string[] {
  return changes
    .filter((change) => change.table === table)
    .map((change) => {
      const { key } = change;
      if (change.kind === "insert") return { kind: "insert", key, after: change.after, count: change.count };
      if (change.kind === "update") return { kind: "update", key, changes: change.changes };
      return { kind: "delete", key, before: change.before, count: change.count, of: change.of };
    })
    .map((change) => JSON.stringify(change))
    .sort();
}
