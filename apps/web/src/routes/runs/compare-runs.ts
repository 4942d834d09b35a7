import { labelOf, textOf } from "./definition-facts.ts";
import type { Run } from "./runs-query.ts";
import { type TableRow, tableRows } from "./table-rows.ts";

export interface ComparedTable {
  readonly name: string;
  /** Null: the run says nothing of the table. */
  readonly a: TableRow["counts"];
  readonly b: TableRow["counts"];
  /** Rows that were written or differ, of b above a. */
  readonly change: number;
}

/** Tables of either run, those whose numbers are furthest apart first. */
export function compareTables(a: Run, b: Run): readonly ComparedTable[] {
  const [ofA, ofB] = [a, b].map((run) => new Map(tableRows(run).map((row) => [row.name, row.counts])));
  const names = [...new Set([...(ofA?.keys() ?? []), ...(ofB?.keys() ?? [])])];
  return names
    .map((name) => {
      const [one, other] = [ofA?.get(name) ?? null, ofB?.get(name) ?? null];
      return { name, a: one, b: other, change: total(other) - total(one) };
    })
    .sort((one, other) => Math.abs(other.change) - Math.abs(one.change) || (one.name < other.name ? -1 : 1));
}

export function total(
  counts: Pick<NonNullable<TableRow["counts"]>, "inserted" | "updated" | "deleted"> | null,
): number {
  return counts === null ? 0 : counts.inserted + counts.updated + counts.deleted;
}

export interface ComparedSetting {
  readonly name: string;
  readonly a: string | null;
  readonly b: string | null;
}

/** Settings that differ. The name of a definition that is run once says nothing. */
export function compareDefinitions(a: Run["definition"], b: Run["definition"]): readonly ComparedSetting[] {
  const [ofA, ofB] = [a, b] as unknown as readonly Readonly<Record<string, unknown>>[];
  const names = [...new Set([...Object.keys(ofA ?? {}), ...Object.keys(ofB ?? {})])].sort();
  return names
    .filter((name) => JSON.stringify(ofA?.[name]) !== JSON.stringify(ofB?.[name]))
    .map((name) => ({ name: labelOf(name), a: told(ofA?.[name]), b: told(ofB?.[name]) }));
}

const told = (value: unknown) => (value === undefined ? null : textOf(value));

/** "+12", "−3", "as many". */
export function changeText(change: number): string {
  if (change === 0) return "as many";
  return `${change > 0 ? "+" : "−"}${Math.abs(change).toLocaleString("en-US")}`;
}

/** How much longer b took, of a: null where one has not ended. */
export function lengthChange(a: Run, b: Run): number | null {
  const [one, other] = [a, b].map(({ startedAt, finishedAt }) =>
    startedAt === null || finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(startedAt),
  );
  return one == null || other == null || one === 0 ? null : other / one;
}
