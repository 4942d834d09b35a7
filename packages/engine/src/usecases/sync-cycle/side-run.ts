import {
  type DiffCounts,
  formatQualifiedName,
  NO_COUNTS,
  type PatchTable,
  type RowChange,
} from "@syncline/core";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { DiffRun } from "../diff-contract.ts";
import { diffEndpoints } from "../diff-endpoints.ts";
import { changeOfOurs, type KeyedChange } from "../merge/side-changes.ts";
import type { PairTable } from "./agree-pair.ts";
import type { SyncCycleInput } from "./sync-contract.ts";

export type SideName = "target" | "source";

/** Most rows are as they were: a table of some thousand rows is not worth two steps, a larger one shall not be sent. */
const MOST_STREAMED_BYTES = 256 * 1024;

/** Compares one side with the base; rows go by the target's column names, whatever the side calls them. */
export class SideRun {
  readonly #run: DiffRun;
  /** By place in the run: the pair's table, and the side's table under the target's column names. */
  readonly #tables: readonly {
    readonly at: number;
    readonly read: PatchTable;
    readonly columns: ReadonlyMap<string, string>;
  }[];

  private constructor(run: DiffRun, side: SideName, { tables, names }: Opened) {
    this.#run = run;
    this.#tables = run.tables.map(({ source: base, patchTable }) => {
      const at = tables.findIndex((table) => names.get(table.base.name) === base.name);
      const table = tables[at];
      if (table === undefined) throw new Error(`no table of the pair lies in "${base.name}"`);
      const columns = new Map(
        side === "target" ? [] : [...table.sourceColumns].map(([target, source]) => [source, target]),
      );
      return { at, columns, read: renamedTable(patchTable, columns) };
    });
  }

  static async open(input: SyncCycleInput, side: SideName, opened: Opened): Promise<SideRun> {
    const { ctx, diff } = input;
    const { tables, names } = opened;
    const base = await opened.openBase();
    const target = await input[side].openRows(tables.map((table) => table[side])).catch(async (error) => {
      await base.close();
      throw error;
    });
    const baseName = (table: PairTable) => names.get(table.base.name) ?? table.base.name;
    const own = (table: PairTable, column: string) =>
      side === "target" ? column : (table.sourceColumns.get(column) ?? column);
    const columns = tables.flatMap(({ base: { columns: all }, ...table }) =>
      all.map(({ name }) => (side === "target" ? name : (table.sourceColumns.get(name) ?? name))),
    );
    const run = await diffEndpoints({
      ctx,
      source: base,
      target,
      options: {
        tableMap: new Map(tables.map((table) => [baseName(table), formatQualifiedName(table[side])])),
        columnMap: new Map(
          tables.map((table) => [
            baseName(table),
            new Map(table.base.columns.map(({ name }) => [name, own(table, name)])),
          ]),
        ),
        tablePatterns: [],
        filter: null,
        fields: null,
        ignoreFields: [],
        tolerance: new Map(),
        keys: new Map(
          tables
            .filter((table) => table.base.key.length > 0)
            .map((table) => [
              formatQualifiedName(table[side]),
              table.base.key.map((column) => own(table, column)),
            ]),
        ),
        maxDifferences: null,
        maxPercent: null,
        maxTimeMs: null,
        recheckAfterMs: null,
        images: "all",
        path: "auto",
        mostStreamedBytes: MOST_STREAMED_BYTES,
        parallel: diff.parallel,
        unpairedColumns: "keep",
        // Every update carries the whole row, for whoever decides conflicts.
        carryAlong: new Map([["*", [...new Set(columns)]]]),
      },
    });
    return new SideRun(run, side, opened);
  }

  /** As the side names its tables and columns, aligned with the pair's: what a patch for it says. */
  patchTables(): readonly (PatchTable | undefined)[] {
    const byPair: (PatchTable | undefined)[] = [];
    this.#tables.forEach(({ at }, index) => {
      byPair[at] = this.#run.tables[index]?.patchTable;
    });
    return byPair;
  }

  get version(): string | null {
    return this.#run.versions.target;
  }

  /** What the side did since the base; tables one after another. */
  async *changes(): AsyncGenerator<{ readonly at: number; readonly change: KeyedChange }> {
    for await (const change of this.#run.changes) {
      const table = this.#tables[change.table];
      if (table === undefined) continue;
      yield { at: table.at, change: changeOfOurs(table.read, renamedChange(change, table.columns)) };
    }
    await this.#run.result;
  }

  /** Places of the pair's tables in the order in which their changes come. */
  get order(): readonly number[] {
    return this.#tables.map(({ at }) => at);
  }

  /** Rows of the base (`sourceRows`), of the side (`targetRows`) and alike in both, by the pair's table; after `changes`. */
  async counts(): Promise<readonly DiffCounts[]> {
    const { tables } = await this.#run.result;
    const counts: DiffCounts[] = [];
    this.#tables.forEach(({ at }, index) => {
      counts[at] = tables[index]?.counts ?? NO_COUNTS;
    });
    return counts;
  }

  close(): Promise<void> {
    return this.#run.close();
  }
}

export interface Opened {
  readonly tables: readonly PairTable[];
  /** The base's tables by the target's. */
  readonly names: ReadonlyMap<string, string>;
  readonly openBase: () => Promise<Endpoint>;
}

function renamedTable(table: PatchTable, names: ReadonlyMap<string, string>): PatchTable {
  if (names.size === 0) return table;
  const renamed = (name: string) => names.get(name) ?? name;
  return {
    ...table,
    columns: table.columns.map(([name, type]) => [renamed(name), type]),
    key: table.key.map(renamed),
  };
}

function renamedChange(change: RowChange, names: ReadonlyMap<string, string>): RowChange {
  if (names.size === 0 || change.kind !== "update") return change;
  const rename = <Cell extends { readonly column: string }>(cell: Cell): Cell => ({
    ...cell,
    column: names.get(cell.column) ?? cell.column,
  });
  return {
    ...change,
    changes: change.changes.map(rename),
    ...(change.along === undefined ? {} : { along: change.along.map(rename) }),
  };
}
