import {
  type PatchRow,
  type PatchTable,
  patchOperation,
  type RowChange,
  type RowValue,
  type SideChange,
} from "@syncline/core";

/** A change of one side with what pairs it with the other side's. */
export interface KeyedChange {
  /** Equal for one row of both sides. */
  readonly name: string;
  /** Key as the compared target holds it; empty for a row without one. */
  readonly key: PatchRow;
  readonly change: SideChange;
  /** Rows without a key: by how many this side has more than the base, and the base's number when known. */
  readonly delta: number;
  readonly baseCount: number | null;
  /** The row of the base or of ours lies outside the scope. */
  readonly outside: boolean;
}

/** What theirs did, of a comparison of theirs (source) with the base (target). */
export function changeOfTheirs(table: PatchTable, change: RowChange): KeyedChange {
  const operation = patchOperation(table, change);
  const outside = change.kind === "update" && change.outside === true;
  const along = change.kind === "update" ? (change.along ?? []) : [];
  switch (operation.op) {
    case "insert": {
      const { key, new: row, count, of } = operation;
      return keyed({
        key,
        row,
        change: { kind: "insert", row },
        delta: count,
        baseCount: of ?? null,
        outside,
      });
    }
    case "delete": {
      const { key, old: before, count, of } = operation;
      const more = { delta: -count, baseCount: of ?? null };
      return keyed({ key, row: before, change: { kind: "delete", before }, ...more, outside });
    }
    case "update": {
      const told = new Map(along.map(({ column, before }) => [column, before]));
      const before = new Map([...told, ...operation.old]);
      const after = new Map([...told, ...operation.new]);
      const update: SideChange = { kind: "update", before, after };
      return keyed({ key: operation.key, row: before, change: update, delta: 0, baseCount: 1, outside });
    }
  }
}

/** What ours did, of a comparison of the base (source) with ours (target). */
export function changeOfOurs(table: PatchTable, change: RowChange): KeyedChange {
  const operation = patchOperation(table, change);
  const outside = change.kind === "update" && change.outside === true;
  const along = change.kind === "update" ? (change.along ?? []) : [];
  switch (operation.op) {
    case "insert": {
      const { key, new: before, count, of } = operation;
      const more = { delta: -count, baseCount: of === undefined ? null : of + count };
      return keyed({ key, row: before, change: { kind: "delete", before }, ...more, outside });
    }
    case "delete": {
      const { key, old: row, count, of } = operation;
      const more = { delta: count, baseCount: of === undefined ? null : of - count };
      return keyed({ key, row, change: { kind: "insert", row }, ...more, outside });
    }
    case "update": {
      const told = new Map(along.map(({ column, before }) => [column, before]));
      const before = new Map([...told, ...operation.new]);
      const after = new Map([...told, ...operation.old]);
      const update: SideChange = { kind: "update", before, after };
      return keyed({ key: operation.key, row: before, change: update, delta: 0, baseCount: 1, outside });
    }
  }
}

interface Parts extends Omit<KeyedChange, "name"> {
  /** The row whose key names the change: the base's where there is one. */
  readonly row: PatchRow;
}

/** Keys that are equal but written otherwise, such as 1.0 and 1.00, pair by the text that the base has. */
function keyed({ row, ...parts }: Parts): KeyedChange {
  const named: Iterable<readonly [string, RowValue]> =
    parts.key.size > 0
      ? [...parts.key].map(([column, value]) => [column, row.get(column) ?? value] as const)
      : row;
  const sorted = [...named].sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...parts, name: JSON.stringify([parts.key.size, sorted.map(([, value]) => value)]) };
}

/** A change as text, for a spool. */
export function packChange({ key, change, delta, baseCount, outside }: KeyedChange): string {
  const rows = (change.kind === "none" ? [] : Object.entries(change).slice(1)) as [string, PatchRow][];
  const images = rows.map(([name, row]) => [name, [...row.keys()], [...row.values()]]);
  return JSON.stringify([change.kind, images, [...key], delta, baseCount, outside]);
}

type Pairs = readonly (readonly [string, RowValue])[];
type Packed = readonly [
  kind: SideChange["kind"],
  images: readonly (readonly [image: string, columns: readonly string[], values: readonly RowValue[]])[],
  key: Pairs,
  delta: number,
  baseCount: number | null,
  outside: boolean,
];

export function unpackChange(name: string, text: string): KeyedChange {
  const [kind, images, key, delta, baseCount, outside] = JSON.parse(text) as Packed;
  const rows = Object.fromEntries(
    images.map(([image, columns, values]) => [
      image,
      new Map(columns.map((column, at) => [column, values[at] ?? null])),
    ]),
  );
  return { name, key: new Map(key), change: { kind, ...rows } as SideChange, delta, baseCount, outside };
}
