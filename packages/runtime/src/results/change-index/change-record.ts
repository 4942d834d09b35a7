import {
  CodedError,
  type PatchOperation,
  type PatchRow,
  type PatchTable,
  type RowValue,
} from "@syncline/core";

/**
 * One operation as a list of non-empty texts, which are joined by NUL, since no value of PostgreSQL holds one.
 * head · columns (`*` or places in the table, joined by comma) · key values · old values · new values.
 * A value starts with `V`; NULL is `N`.
 */
export type ChangeRecord = readonly string[];

const HEADS = { insert: "i", update: "u", delete: "d" } as const;
const KINDS = { i: "insert", u: "update", d: "delete" } as const;
const HEAD = /^([iud])([k-])(\d+),(\d*)$/;

export interface ValuePlace {
  readonly side: "key" | "old" | "new";
  readonly column: string;
}

/** Places of columns, looked up once a table. */
export class RecordCodec {
  readonly table: PatchTable;
  readonly #places: ReadonlyMap<string, number>;

  constructor(table: PatchTable) {
    this.table = table;
    this.#places = new Map(table.columns.map(([name], place) => [name, place]));
  }

  encode(operation: PatchOperation): ChangeRecord {
    const keyed = operation.key.size > 0;
    const row = operation.op === "insert" ? operation.new : operation.old;
    const record = [headOf(operation, keyed), this.#columns(row)];
    if (keyed) for (const column of this.table.key) record.push(encodeValue(operation.key.get(column)));
    for (const value of row.values()) record.push(encodeValue(value));
    if (operation.op === "update")
      for (const column of row.keys()) record.push(encodeValue(operation.new.get(column)));
    return record;
  }

  #columns(row: PatchRow): string {
    const places: number[] = [];
    let whole = row.size === this.table.columns.length;
    for (const column of row.keys()) {
      const place = this.place(column);
      if (place !== places.length) whole = false;
      places.push(place);
    }
    return whole ? "*" : places.length === 0 ? "-" : places.join(",");
  }

  place(column: string): number {
    const place = this.#places.get(column);
    if (place === undefined)
      throw new CodedError("internal", `Table "${this.table.name}" of the patch has no column "${column}".`);
    return place;
  }

  decode(record: ChangeRecord): PatchOperation {
    const [head = "", columns = ""] = record;
    const [, letter = "", keyed, count, of = ""] = HEAD.exec(head) ?? [];
    const kind = KINDS[letter as keyof typeof KINDS];
    if (kind === undefined)
      throw new CodedError("file.damaged", "An index holds a change that cannot be read.");
    const names = this.#names(columns);
    const keyNames = keyed === "k" ? this.table.key : [];
    let at = 2;
    const take = (wanted: readonly string[]): PatchRow =>
      new Map(wanted.map((name) => [name, decodeValue(record[at++])]));
    const common = { table: this.table.name, key: take(keyNames) };
    if (kind === "update") return { op: kind, ...common, old: take(names), new: take(names) };
    if (kind === "delete")
      return { op: kind, ...common, old: take(names), count: Number(count), of: Number(of) };
    return {
      op: kind,
      ...common,
      new: take(names),
      count: Number(count),
      ...(of === "" ? {} : { of: Number(of) }),
    };
  }

  /** What the values of a record are, from `FIRST_VALUE` on. */
  places(record: ChangeRecord): readonly ValuePlace[] {
    const names = this.#names(record[1] ?? "-");
    const on = (side: ValuePlace["side"], columns: readonly string[]) =>
      columns.map((column) => ({ side, column }));
    const key = record[0]?.[1] === "k" ? on("key", this.table.key) : [];
    const kind = kindOfRecord(record);
    const old = kind === "insert" ? [] : on("old", names);
    return [...key, ...old, ...(kind === "delete" ? [] : on("new", names))];
  }

  #names(columns: string): readonly string[] {
    if (columns === "-") return [];
    const all = this.table.columns;
    if (columns === "*") return all.map(([name]) => name);
    return columns.split(",").map((place) => all[Number(place)]?.[0] ?? "");
  }
}

function headOf(operation: PatchOperation, keyed: boolean): string {
  const counts = operation.op === "update" ? "1," : `${operation.count},${operation.of ?? ""}`;
  return `${HEADS[operation.op]}${keyed ? "k" : "-"}${counts}`;
}

function encodeValue(value: RowValue | undefined): string {
  return value === null || value === undefined ? "N" : `V${value}`;
}

function decodeValue(text: string | undefined): RowValue {
  if (text === undefined) throw new CodedError("file.damaged", "An index holds a change that is cut off.");
  return text === "N" ? null : text.slice(1);
}

export function kindOfRecord(record: ChangeRecord): PatchOperation["op"] {
  return KINDS[(record[0]?.[0] ?? "") as keyof typeof KINDS];
}

/** Values of the key; none for rows without one. */
export function keyOfRecord(record: ChangeRecord, keyColumns: number): readonly string[] {
  if (record[0]?.[1] !== "k") return [];
  return record.slice(2, 2 + keyColumns).map((value) => value.slice(1));
}

/** Places in the table of what an update changes. */
export function changedPlaces(record: ChangeRecord, columns: number): readonly number[] {
  const places = record[1] ?? "-";
  if (places === "-") return [];
  return places === "*"
    ? Array.from({ length: columns }, (_, place) => place)
    : places.split(",").map(Number);
}

/** Where values start in a record; what is before them is ours. */
export const FIRST_VALUE = 2;
