import type { RunAnswer } from "@syncline/api";

/** Counts of a patch, as records keep them. */
export interface PatchCounts {
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
}

export interface PatchSummary extends PatchCounts {
  readonly tables: readonly (PatchCounts & { readonly name: string })[];
}

/** The summary of a stored patch; null when it has none that is known. */
export function patchSummary(summary: unknown): PatchSummary | null {
  if (typeof summary !== "object" || summary === null) return null;
  const { inserts, updates, deletes, tables } = summary as Record<string, unknown>;
  if (typeof inserts !== "number" || typeof updates !== "number" || typeof deletes !== "number") return null;
  return { inserts, updates, deletes, tables: Array.isArray(tables) ? tables : [] };
}

/** What became of the operations on one table in a trial, or in the write itself. */
export interface TableDrift {
  readonly name: string;
  readonly operations: number;
  /** Written, or would be. */
  readonly applied: number;
  /** Whose result stands in the target already. */
  readonly already: number;
  /** Rows that are not as the patch says, left as they are. */
  readonly skipped: number;
  /** Rows that are not as the patch says; nothing is written because of them. */
  readonly conflicts: number;
}

export interface Drift {
  readonly tables: readonly TableDrift[];
  readonly applied: number;
  readonly already: number;
  readonly skipped: number;
  readonly conflicts: number;
}

/**
 * What a trial found, by table. Runs tell conflicts in one number: by table they are the operations that nothing else
 * became of.
 */
export function driftOf(summary: NonNullable<RunAnswer["summary"]>, patch: PatchSummary | null): Drift {
  const { counts } = summary;
  const seen = new Map(summary.tables.map((table) => [table.name, table]));
  const names = new Set([...(patch?.tables.map(({ name }) => name) ?? []), ...seen.keys()]);
  const tables = [...names].map((name): TableDrift => {
    const { inserted = 0, updated = 0, deleted = 0, unchanged = 0, skipped = 0 } = seen.get(name) ?? {};
    const applied = inserted + updated + deleted;
    const own = patch?.tables.find((table) => table.name === name);
    const accounted = applied + unchanged + skipped;
    const operations = own === undefined ? accounted : own.inserts + own.updates + own.deletes;
    const conflicts = counts.conflicts === 0 ? 0 : Math.max(0, operations - accounted);
    return { name, operations, applied, already: unchanged, skipped, conflicts };
  });
  return {
    tables,
    applied: counts.inserted + counts.updated + counts.deleted,
    already: counts.unchanged,
    skipped: counts.skipped,
    conflicts: counts.conflicts,
  };
}
