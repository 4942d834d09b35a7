import type { PatchTable } from "@syncline/core";
import type { ValueCondition } from "../result-contract.ts";
import { beginningOf, isCut } from "./block-codec.ts";
import type { BlockReader } from "./block-reader.ts";
import { type ChangeRecord, FIRST_VALUE } from "./change-record.ts";
import { foldCase } from "./text-grams.ts";

export interface Placed {
  readonly record: ChangeRecord;
  readonly rank: number;
}

/** Fields of a record that hold a column's value: before and after; null where the record does not say. */
export interface ValueFields {
  readonly old: number | null;
  readonly new: number | null;
}

const NOWHERE: ValueFields = { old: null, new: null };

/** Where a column's values are in a record; the key's value counts for both sides of an update that does not change it. */
export function fieldsOf(table: PatchTable, place: number, record: ChangeRecord): ValueFields {
  const [head = "", columns = "-"] = record;
  const keyFields = head[1] === "k" ? table.key.length : 0;
  const first = FIRST_VALUE + keyFields;
  const size = columns === "*" ? table.columns.length : columns === "-" ? 0 : columns.split(",").length;
  const at = columns === "*" ? place : columns === "-" ? -1 : columns.split(",").indexOf(String(place));
  if (head.startsWith("i")) return at < 0 ? NOWHERE : { old: null, new: first + at };
  if (head.startsWith("d")) return at < 0 ? NOWHERE : { old: first + at, new: null };
  if (at >= 0) return { old: first + at, new: first + size + at };
  const key = keyFields === 0 ? -1 : table.key.indexOf(table.columns[place]?.[0] ?? "");
  return key < 0 ? NOWHERE : { old: FIRST_VALUE + key, new: FIRST_VALUE + key };
}

/** Whether a change meets a condition on one column. */
export class ValueTest {
  readonly #table: PatchTable;
  readonly #condition: ValueCondition;
  readonly #place: number;
  readonly #folded: string;

  constructor(table: PatchTable, condition: ValueCondition) {
    this.#table = table;
    this.#condition = condition;
    this.#place = table.columns.findIndex(([name]) => name === condition.column);
    this.#folded = foldCase(condition.value ?? "");
  }

  accepts(placed: Placed, reader: BlockReader): boolean {
    if (this.#place < 0) return false;
    const fields = fieldsOf(this.#table, this.#place, placed.record);
    const { side } = this.#condition;
    return (
      (side !== "new" && this.#holds(placed, fields.old, reader)) ||
      (side !== "old" && this.#holds(placed, fields.new, reader))
    );
  }

  #holds({ record, rank }: Placed, field: number | null, reader: BlockReader): boolean {
    const value = field === null ? undefined : record[field];
    if (field === null || value === undefined) return false;
    const { value: wanted, test } = this.#condition;
    if (wanted === null || value === "N") return wanted === null && value === "N";
    if (test === "equals") {
      if (!isCut(value)) return value.length === wanted.length + 1 && value.endsWith(wanted);
      return beginningOf(value).length === wanted.length && reader.longValue(rank, field) === `V${wanted}`;
    }
    const shown = isCut(value) ? beginningOf(value).value : value;
    if (foldCase(shown).includes(this.#folded, 1)) return true;
    return isCut(value) && foldCase(reader.longValue(rank, field)).includes(this.#folded, 1);
  }
}
