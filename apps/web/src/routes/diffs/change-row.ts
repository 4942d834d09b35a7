import type { ChangeAnswer } from "./explorer-props.ts";

/** Typed texts by column; null: NULL. A value that is missing is not part of the change. */
export type RowTexts = Readonly<Record<string, string | null>>;
export type CutValue = ChangeAnswer["cut"][number];

/** A changed row as the explorer shows it. */
export interface ChangeRow {
  readonly n: number;
  readonly table: string;
  readonly kind: ChangeAnswer["kind"];
  readonly key: RowTexts;
  /** Changed columns of an update, all of other kinds, in the order of the patch. */
  readonly columns: readonly string[];
  readonly before: RowTexts | null;
  readonly after: RowTexts | null;
  readonly count: number;
  readonly cut: readonly CutValue[];
}

export function changeRow(change: ChangeAnswer): ChangeRow {
  const { n, table, kind, count, cut } = change;
  const [before, after] = [textsOf(change.before), textsOf(change.after)];
  return {
    n,
    table,
    kind,
    key: textsOf(change.key) ?? {},
    columns: kind === "update" ? change.columns : Object.keys(before ?? after ?? {}),
    before,
    after,
    count,
    cut,
  };
}

function textsOf(value: unknown): RowTexts | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return value as RowTexts;
}

/** A column's text; undefined where the row has none, whatever objects have by themselves. */
export function textOf(row: RowTexts | null, column: string): string | null | undefined {
  return row !== null && Object.hasOwn(row, column) ? row[column] : undefined;
}

/** Length of a value that is shown in part only; undefined: it is whole. */
export function cutLength(row: ChangeRow, side: CutValue["side"], column: string): number | undefined {
  return row.cut.length === 0
    ? undefined
    : row.cut.find((each) => each.side === side && each.column === column)?.length;
}

/** Short, for titles and for those who hear it: `id 42`, `order 7, line 2`. */
export function keyText({ key }: Pick<ChangeRow, "key">): string {
  const parts = Object.entries(key).map(([column, value]) => `${column} ${value ?? "NULL"}`);
  return parts.length === 0 ? "no key" : parts.join(", ");
}

/** Values of the key in order, as the API finds rows by; null where there is no whole key. */
export function keyValues({ key }: Pick<ChangeRow, "key">): readonly string[] | null {
  const values = Object.values(key);
  return values.length === 0 || values.includes(null) ? null : values.filter((value) => value !== null);
}
