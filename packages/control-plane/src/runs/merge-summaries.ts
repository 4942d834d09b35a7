import type { RowCounts, RunSummary } from "../run-records.ts";

const NO_ROWS: RowCounts = { inserted: 0, updated: 0, deleted: 0, unchanged: 0, skipped: 0, conflicts: 0 };
const SEVERITY = ["succeeded", "conflicted", "partial"] as const;
type TableSummary = RunSummary["tables"][number];

const EMPTY: RunSummary = {
  outcome: "succeeded",
  counts: NO_ROWS,
  tables: [],
  bytes: 0,
  ledgerIds: [],
  receipts: [],
  patchId: null,
  files: [],
  notes: [],
};

/** What several units did, as one: counts add up, per table too, and the worst outcome is the outcome. */
export function mergeSummaries(summaries: readonly RunSummary[]): RunSummary {
  return summaries.reduce(
    (sum, each) => ({
      outcome: SEVERITY.indexOf(each.outcome) > SEVERITY.indexOf(sum.outcome) ? each.outcome : sum.outcome,
      counts: addCounts(sum.counts, each.counts),
      tables: mergeTables(sum.tables, each.tables),
      bytes: sum.bytes + each.bytes,
      ledgerIds: distinct(sum.ledgerIds, each.ledgerIds),
      receipts: [...(sum.receipts ?? []), ...(each.receipts ?? [])],
      patchId: each.patchId ?? sum.patchId,
      files: distinct(sum.files, each.files),
      notes: distinct(sum.notes, each.notes),
    }),
    EMPTY,
  );
}

const distinct = (one: readonly string[], other: readonly string[]) => [...new Set([...one, ...other])];

function addCounts(one: Partial<RowCounts>, other: Partial<RowCounts>): RowCounts {
  const names = Object.keys(NO_ROWS) as (keyof RowCounts)[];
  return Object.fromEntries(
    names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]),
  ) as unknown as RowCounts;
}

function mergeTables(one: readonly TableSummary[], other: readonly TableSummary[]): TableSummary[] {
  const merged = new Map(one.map((table) => [table.name, table]));
  for (const table of other) {
    const before = merged.get(table.name);
    const error = before?.error ?? table.error ?? null;
    merged.set(
      table.name,
      before === undefined ? table : { ...addCounts(before, table), name: table.name, error },
    );
  }
  return [...merged.values()];
}
