import { columnForm } from "../../patch/codec/column-codec.ts";
import type { PatchTable } from "../../patch/patch.ts";
import { formatIdentifier } from "../../values/qualified-name.ts";
import type { RowImage, RowValue } from "../../values/row-value.ts";
import { visibleText } from "./visible-text.ts";

const BARE = /^[-+0-9A-Za-z.:, /]+$/;
const BARE_TYPES = /^(uuid|date|time|timestamp|interval|inet|cidr|macaddr)/;
const LONGEST = 2000;
const CONTEXT = 20;

/** Columns and types of one table, looked up once. */
export class ValueDisplay {
  readonly #types: ReadonlyMap<string, string>;

  constructor(table: PatchTable) {
    this.#types = new Map(table.columns);
  }

  /**
   * A value as people read it, on one line: text in quotes, numbers and times bare, NULL as the bare word, so that no
   * two different kinds of value look alike. Cut after 2,000 characters.
   */
  value(column: string, value: RowValue): string {
    if (value === null) return "NULL";
    const type = this.#types.get(column) ?? "text";
    if (columnForm(type) === "boolean")
      return value === "t" ? "true" : value === "f" ? "false" : `'${visibleText(value)}'`;
    const bare =
      (columnForm(type) !== "text" || BARE_TYPES.test(type)) && !type.endsWith("[]") && BARE.test(value);
    if (bare) return value;
    const shown = value.length > LONGEST ? `${value.slice(0, LONGEST)}… (${value.length} characters)` : value;
    return `'${visibleText(shown)}'`;
  }

  /** The value's text as it is, booleans as words. */
  raw(column: string, value: RowValue): RowValue {
    const boolean = columnForm(this.#types.get(column) ?? "text") === "boolean";
    if (!boolean) return value;
    return value === "t" ? "true" : value === "f" ? "false" : value;
  }

  /** Both values of an update; of long ones the part from shortly before their first difference. */
  pair(
    column: string,
    before: RowValue,
    after: RowValue,
    longest = LONGEST,
  ): readonly [before: string, after: string] {
    if (before === null || after === null || Math.max(before.length, after.length) <= longest) {
      return [this.value(column, before), this.value(column, after)];
    }
    const start = firstDifference(before, after) - CONTEXT;
    const part = (value: string) => {
      const shown = value.slice(Math.max(0, start), Math.max(0, start) + longest - 2 * CONTEXT);
      const ends = start + longest - 2 * CONTEXT < value.length ? `… (${value.length} characters)` : "";
      return `'${start > 0 ? "…" : ""}${visibleText(shown)}${ends}'`;
    };
    return [part(before), part(after)];
  }

  /** `id=17`, `(tenant=4, id=17)`; empty for a table without a key. */
  key(columns: readonly string[], key: RowImage): string {
    const parts = columns.map(
      (column, index) => `${displayName(column)}=${this.value(column, key[index] ?? null)}`,
    );
    return parts.length > 1 ? `(${parts.join(", ")})` : parts.join("");
  }
}

/** A column's or table's name, in double quotes when it is not plain. */
export function displayName(name: string): string {
  return visibleText(formatIdentifier(name));
}

/** Offset of the first character that two texts do not share. */
export function firstDifference(a: string, b: string): number {
  let index = 0;
  while (index < a.length && a[index] === b[index]) index += 1;
  return index;
}
