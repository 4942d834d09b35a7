import type { ApplyCounts } from "../apply-contract.ts";
import type { DiffResult, DiffTable } from "../diff-contract.ts";
import type { MoveCounts } from "../move-contract.ts";

interface Held {
  skipped: number;
  conflicts: number;
}

/** What one attempt decided besides writing, table by table. */
export class MoveTally {
  readonly #held: Held[];
  readonly #tables: readonly DiffTable[];
  undecided = 0;

  constructor(tables: readonly DiffTable[]) {
    this.#tables = tables;
    this.#held = tables.map(() => ({ skipped: 0, conflicts: 0 }));
  }

  skipped(table: number): void {
    const held = this.#held[table];
    if (held !== undefined) held.skipped += 1;
  }

  conflict(table: number): void {
    const held = this.#held[table];
    if (held !== undefined) held.conflicts += 1;
  }

  /** Counts by table, those that foreign keys changed besides the compared ones last; `written` is null when nothing is. */
  tables(diff: DiffResult | null, written: readonly ({ readonly name: string } & ApplyCounts)[] | null) {
    const compared = this.#tables.map(({ patchTable: { name } }, index) => ({
      name,
      ...writtenOf(written?.find((each) => each.name === name)),
      unchanged: diff?.tables[index]?.counts.unchanged ?? 0,
      skipped: this.#held[index]?.skipped ?? 0,
      conflicts: this.#held[index]?.conflicts ?? 0,
    }));
    const names = new Set(compared.map(({ name }) => name));
    const cascaded = (written ?? []).filter(({ name }) => !names.has(name));
    return [...compared, ...cascaded.map((each) => ({ ...NO_MOVE, name: each.name, ...writtenOf(each) }))];
  }
}

function writtenOf(counts: ApplyCounts | undefined) {
  const { inserted = 0, updated = 0, deleted = 0 } = counts ?? {};
  return { inserted, updated, deleted };
}

export const NO_MOVE: MoveCounts = {
  inserted: 0,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  skipped: 0,
  conflicts: 0,
};

export function addMoveCounts(a: MoveCounts, b: MoveCounts): MoveCounts {
  return {
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    deleted: a.deleted + b.deleted,
    unchanged: a.unchanged + b.unchanged,
    skipped: a.skipped + b.skipped,
    conflicts: a.conflicts + b.conflicts,
  };
}
