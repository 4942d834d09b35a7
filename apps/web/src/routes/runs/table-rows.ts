import type { Run } from "./runs-query.ts";

type Summary = NonNullable<Run["summary"]>;
type Told = Summary["tables"][number];

export interface TableRow {
  readonly name: string;
  readonly phase: string | null;
  readonly rows: number;
  readonly bytes: number;
  readonly estimatedRows: number | null;
  /** Of the end; null while it is at work, or where nothing is counted. */
  readonly counts: Pick<
    Summary["counts"],
    "inserted" | "updated" | "deleted" | "unchanged" | "conflicts"
  > | null;
  readonly error: NonNullable<Told["error"]> | null;
}

/** One line for each table: what is heard of it while the run goes on, and what came of it. What failed comes first. */
export function tableRows({ progress, summary }: Pick<Run, "progress" | "summary">): readonly TableRow[] {
  const rows = new Map<string, TableRow>();
  for (const { name, phase, rows: done, bytes, estimatedRows } of progress?.tables ?? [])
    rows.set(name, { name, phase, rows: done, bytes, estimatedRows, counts: null, error: null });
  for (const told of summary?.tables ?? []) {
    const { name, error } = told;
    const known = rows.get(name);
    rows.set(name, {
      name,
      phase: error == null ? "done" : "failed",
      rows: known?.rows ?? 0,
      bytes: known?.bytes ?? 0,
      estimatedRows: known?.estimatedRows ?? null,
      counts: countsOf(told),
      error: error ?? null,
    });
  }
  return [...rows.values()].sort((one, other) => Number(other.error !== null) - Number(one.error !== null));
}

function countsOf(told: Told): TableRow["counts"] {
  const { inserted, updated, deleted, unchanged, conflicts } = told;
  if ([inserted, updated, deleted, unchanged, conflicts].every((count) => count === undefined)) return null;
  return {
    inserted: inserted ?? 0,
    updated: updated ?? 0,
    deleted: deleted ?? 0,
    unchanged: unchanged ?? 0,
    conflicts: conflicts ?? 0,
  };
}
