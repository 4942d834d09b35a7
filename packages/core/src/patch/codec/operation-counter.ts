import type { PatchCounts, PatchFooter, PatchOperation, PatchTable } from "../patch.ts";

interface MutableCounts {
  inserts: number;
  updates: number;
  deletes: number;
}

/** Counts operations by table and kind; an operation on several identical rows counts its rows. */
export class OperationCounter {
  readonly #tables: ReadonlyMap<string, MutableCounts>;

  constructor(tables: readonly PatchTable[]) {
    this.#tables = new Map(tables.map((table) => [table.name, { inserts: 0, updates: 0, deletes: 0 }]));
  }

  add(operation: PatchOperation): void {
    const counts = this.#tables.get(operation.table);
    if (counts === undefined) return;
    if (operation.op === "insert") counts.inserts += operation.count;
    else if (operation.op === "update") counts.updates += 1;
    else counts.deletes += operation.count;
  }

  summary(): PatchFooter["summary"] {
    const tables = [...this.#tables].map(([name, counts]) => ({ name, ...counts }));
    const total = (kind: keyof PatchCounts) => tables.reduce((sum, table) => sum + table[kind], 0);
    return { inserts: total("inserts"), updates: total("updates"), deletes: total("deletes"), tables };
  }
}

export function sameSummary(a: PatchFooter["summary"], b: PatchFooter["summary"]): boolean {
  const same = (x: PatchCounts, y: PatchCounts | undefined) =>
    x.inserts === y?.inserts && x.updates === y.updates && x.deletes === y.deletes;
  return same(a, b) && a.tables.every((table, index) => same(table, b.tables[index]));
}
