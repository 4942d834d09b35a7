import { type PatchOperation, type PatchRow, type PatchTable, updateEffect } from "@syncline/core";

/** What turns one row into another, or null; rows have the names of `table`. */
export function rowOperation(
  table: PatchTable,
  from: PatchRow | null,
  to: PatchRow | null,
): PatchOperation | null {
  const keyOf = (row: PatchRow) => new Map(table.key.map((column) => [column, row.get(column) ?? null]));
  if (from === null && to === null) return null;
  if (from === null && to !== null)
    return { op: "insert", table: table.name, key: keyOf(to), new: to, count: 1 };
  if (from !== null && to === null)
    return { op: "delete", table: table.name, key: keyOf(from), old: from, count: 1, of: 1 };
  const [before, after] = [from as PatchRow, to as PatchRow];
  const effect = updateEffect(before, after, after.keys());
  return effect.kind === "update"
    ? { op: "update", table: table.name, key: keyOf(before), old: effect.old, new: effect.new }
    : null;
}

export function renamedRow(row: PatchRow, names: ReadonlyMap<string, string>): PatchRow {
  return new Map([...row].map(([column, value]) => [names.get(column) ?? column, value]));
}

/** An operation under the names of a side. */
export function renamedOperation(
  operation: PatchOperation,
  table: string,
  names: ReadonlyMap<string, string>,
): PatchOperation {
  const own = { table, key: renamedRow(operation.key, names) };
  switch (operation.op) {
    case "insert":
      return { ...operation, ...own, new: renamedRow(operation.new, names) };
    case "delete":
      return { ...operation, ...own, old: renamedRow(operation.old, names) };
    case "update":
      return {
        ...operation,
        ...own,
        old: renamedRow(operation.old, names),
        new: renamedRow(operation.new, names),
      };
  }
}

type Pairs = readonly (readonly [string, string | null])[];
type Packed = readonly [
  op: PatchOperation["op"],
  table: string,
  key: Pairs,
  old: Pairs | null,
  new_: Pairs | null,
  count: number,
  of: number | null,
];

export function packOperation(operation: PatchOperation): string {
  const old = operation.op === "insert" ? null : [...operation.old];
  const fresh = operation.op === "delete" ? null : [...operation.new];
  const counts = operation.op === "update" ? [1, null] : [operation.count, operation.of ?? null];
  return JSON.stringify([operation.op, operation.table, [...operation.key], old, fresh, ...counts]);
}

export function unpackOperation(text: string): PatchOperation {
  const [op, table, key, old, fresh, count, of] = JSON.parse(text) as Packed;
  const own = { table, key: new Map(key) };
  if (op === "insert") return { op, ...own, new: new Map(fresh), count, ...(of === null ? {} : { of }) };
  if (op === "delete") return { op, ...own, old: new Map(old), count, of: of ?? count };
  return { op, ...own, old: new Map(old), new: new Map(fresh) };
}
