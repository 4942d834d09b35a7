import type { RowChange } from "@syncline/core";
import type { CompareTable } from "./compare-table.ts";
import type { TableWork } from "./table-work.ts";

/** A table of this size on both sides can be held in memory with all its differences. */
const SMALL_BYTES = 4 * 1024 * 1024;

export interface RunningTable {
  readonly compare: CompareTable;
  readonly batches: AsyncIterable<RowChange[]> | Iterable<RowChange[]>;
}

interface StartedTable {
  readonly compare: CompareTable;
  readonly batches: Promise<RowChange[][]>;
}

/**
 * Runs neighbouring small tables at the same time, so that a schema of many of them does not wait for each answer in
 * turn. Large tables run alone and as fast as their changes are taken.
 */
export class SmallTablesAhead {
  readonly #tables: readonly TableWork[];
  readonly #compare: (work: TableWork) => CompareTable;
  readonly #atOnce: number;
  readonly #started = new Map<TableWork, StartedTable>();

  constructor(tables: readonly TableWork[], compare: (work: TableWork) => CompareTable, atOnce: number) {
    this.#tables = tables;
    this.#compare = compare;
    this.#atOnce = atOnce;
  }

  /** Tables are taken in their order. */
  take(work: TableWork): RunningTable {
    const at = this.#tables.indexOf(work);
    for (const next of this.#tables.slice(at, at + this.#atOnce)) {
      if (!isSmall(next)) break;
      this.#start(next);
    }
    const started = this.#started.get(work);
    this.#started.delete(work);
    if (started === undefined) {
      const compare = this.#compare(work);
      return { compare, batches: compare.changes() };
    }
    return { compare: started.compare, batches: whenDone(started.batches) };
  }

  /** Resolves when nothing runs any more; call after the run's signal was aborted or all tables were taken. */
  async ended(): Promise<void> {
    await Promise.allSettled([...this.#started.values()].map(({ batches }) => batches));
  }

  #start(work: TableWork): void {
    if (this.#started.has(work)) return;
    const compare = this.#compare(work);
    const batches = collect(compare.changes());
    batches.catch(() => {}); // told when the table is taken
    this.#started.set(work, { compare, batches });
  }
}

function isSmall({ source, target }: TableWork): boolean {
  const readsPages = (kind: string) => kind !== "view" && kind !== "foreign";
  return [source.table, target.table].every(
    (table) => readsPages(table.kind) && table.sizeBytes <= SMALL_BYTES,
  );
}

async function collect(batches: AsyncIterable<RowChange[]>): Promise<RowChange[][]> {
  const all: RowChange[][] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

async function* whenDone(batches: Promise<RowChange[][]>): AsyncGenerator<RowChange[]> {
  yield* await batches;
}
