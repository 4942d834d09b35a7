import type { RowValue } from "../values/row-value.ts";
import type { DeleteOperation, InsertOperation, PatchOperation, PatchRow, UpdateOperation } from "./patch.ts";

/** What two operations on one row are together; `gap` tells where the second does not follow the first. */
export type CombinedOperation =
  | { readonly kind: "operation"; readonly operation: PatchOperation }
  | { readonly kind: "nothing" }
  | { readonly kind: "gap"; readonly reason: string; readonly columns: readonly string[] };

const NOTHING: CombinedOperation = { kind: "nothing" };
const EXISTS = "it adds a row that is there already";
const GONE = "it changes or deletes a row that is gone";
const OTHER = "it expects other values than the patches before it leave";

/** One operation instead of two on the same row, the second after the first. */
export function combineOperations(first: PatchOperation, second: PatchOperation): CombinedOperation {
  if (first.key.size === 0 && first.op !== "update" && second.op !== "update") return addUp(first, second);
  if (first.op === "delete") return second.op === "insert" ? replaced(first, second) : gap(GONE);
  if (second.op === "insert") return gap(EXISTS);
  const expected = second.old;
  const differing = [...expected.keys()].filter(
    (column) => first.new.has(column) && first.new.get(column) !== expected.get(column),
  );
  if (differing.length > 0) return gap(OTHER, differing);
  if (first.op === "insert")
    return second.op === "delete" ? NOTHING : operation({ ...first, new: joined(first.new, second.new) });
  if (second.op === "delete")
    return operation({ ...second, key: first.key, old: joined(second.old, first.old) });
  return update(first.key, first.table, joined(second.old, first.old), joined(first.new, second.new));
}

/** A row that goes and comes back is an update of what differs. */
function replaced(first: DeleteOperation, second: InsertOperation): CombinedOperation {
  return update(first.key, first.table, first.old, second.new);
}

function update(key: PatchRow, table: string, from: PatchRow, to: PatchRow): CombinedOperation {
  const changed = [...to.keys()].filter((column) => from.get(column) !== to.get(column));
  if (changed.length === 0) return NOTHING;
  const pick = (row: PatchRow) => new Map(changed.map((column) => [column, row.get(column) ?? null]));
  const combined: UpdateOperation = { op: "update", table, key, old: pick(from), new: pick(to) };
  return operation(combined);
}

/** Identical rows without a key: counts add up, where the second expects the number that the first leaves. */
function addUp(
  first: InsertOperation | DeleteOperation,
  second: InsertOperation | DeleteOperation,
): CombinedOperation {
  const left = first.of === undefined ? undefined : first.of + delta(first);
  if (left !== undefined && second.of !== undefined && second.of !== left)
    return gap("it expects another number of identical rows than the patches before it leave");
  const sum = delta(first) + delta(second);
  if (sum === 0) return NOTHING;
  const row = first.op === "insert" ? first.new : first.old;
  const of = first.of ?? (second.of === undefined ? undefined : second.of - delta(first));
  const common = { table: first.table, key: first.key, count: Math.abs(sum) };
  if (sum < 0) return operation({ op: "delete", ...common, old: row, of: of ?? -sum });
  return operation({ op: "insert", ...common, new: row, ...(of === undefined ? {} : { of }) });
}

function delta(operation: InsertOperation | DeleteOperation): number {
  return operation.op === "insert" ? operation.count : -operation.count;
}

function operation(operation: PatchOperation): CombinedOperation {
  return { kind: "operation", operation };
}

function gap(reason: string, columns: readonly string[] = []): CombinedOperation {
  return { kind: "gap", reason, columns };
}

/** Later values win. */
function joined(first: PatchRow, second: PatchRow): PatchRow {
  return new Map([...first, ...second]);
}

/** Name of the row that an operation finds; `after` the one that it leaves. Equal for operations on one row. */
export function rowIdentity(operation: PatchOperation, when: "before" | "after"): string {
  const { key } = operation;
  const row = operation.op === "insert" ? operation.new : operation.old;
  const changed = operation.op === "update" && when === "after" ? operation.new : new Map<string, RowValue>();
  const named =
    key.size > 0 ? [...key].map(([column, value]) => [column, changed.get(column) ?? value]) : [...row];
  return JSON.stringify([key.size, named.sort(([a], [b]) => ((a ?? "") < (b ?? "") ? -1 : 1))]);
}

type Pairs = readonly (readonly [string, RowValue])[];
type Packed = readonly [
  PatchOperation["op"],
  string,
  Pairs,
  Pairs | null,
  Pairs | null,
  number,
  number | null,
];

/** An operation as text, for keeping it meanwhile. */
export function packOperation(operation: PatchOperation): string {
  const { op, table, key } = operation;
  const old = operation.op === "insert" ? null : [...operation.old];
  const fresh = operation.op === "delete" ? null : [...operation.new];
  const count = operation.op === "update" ? 1 : operation.count;
  const of = operation.op === "update" ? null : (operation.of ?? null);
  const packed: Packed = [op, table, [...key], old, fresh, count, of];
  return JSON.stringify(packed);
}

export function unpackOperation(text: string): PatchOperation {
  const [op, table, keyPairs, old, fresh, count, of] = JSON.parse(text) as Packed;
  const key = new Map(keyPairs);
  const [before, after] = [new Map(old ?? []), new Map(fresh ?? [])];
  if (op === "update") return { op, table, key, old: before, new: after };
  if (op === "delete") return { op, table, key, old: before, count, of: of ?? count };
  return { op, table, key, new: after, count, ...(of === null ? {} : { of }) };
}
