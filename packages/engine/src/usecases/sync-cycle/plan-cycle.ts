import {
  type ConflictPlan,
  conflictPlan,
  type DiffCounts,
  formatQualifiedName,
  type MergeConflict,
  type PatchOperation,
  type PatchTable,
} from "@syncline/core";
import type { BasePlan } from "../../ports/base-store.ts";
import type { ChangeSpool } from "../../ports/change-spool.ts";
import { HeldBase } from "../merge/held-base.ts";
import { MemorySpool } from "../merge/memory-spool.ts";
import { packChange, unpackChange } from "../merge/side-changes.ts";
import type { AgreedPair, PairTable } from "./agree-pair.ts";
import { assertDeletes } from "./delete-limit.ts";
import { inTurns } from "./in-turns.ts";
import { OpenConflicts } from "./open-conflicts.ts";
import { packOperation, renamedOperation, unpackOperation } from "./row-operations.ts";
import { type SideName, SideRun } from "./side-run.ts";
import type { DecidedConflict, SyncConflict, SyncCycleInput, SyncTableResult } from "./sync-contract.ts";
import { type RowPlan, TableSettler } from "./table-settler.ts";

export interface Violation {
  readonly kind: MergeConflict["kind"];
  /** Also what people decided broke it. */
  readonly again: boolean;
}

/** Rows that broke a constraint when they were written, by table and name. */
export type Violations = ReadonlyMap<string, ReadonlyMap<string, Violation>>;

/** What one side is to be written, read as often as wanted. */
export interface SideOperations {
  readonly tables: readonly PatchTable[];
  readonly version: string | null;
  readonly count: number;
  /** In batches; `name` is the row's, as in conflicts. */
  each(): Iterable<{ readonly table: string; readonly name: string; readonly operation: PatchOperation }>;
}

/** Everything that a cycle will do, decided at one instant of each side. */
export interface CyclePlan {
  readonly target: SideOperations;
  readonly source: SideOperations;
  readonly tables: readonly SyncTableResult[];
  readonly open: readonly SyncConflict[];
  readonly left: number;
  readonly decided: readonly DecidedConflict[];
  close(): void;
}

export interface PlanRequest {
  readonly input: SyncCycleInput;
  readonly pair: AgreedPair;
  readonly names: ReadonlyMap<string, string>;
  readonly violations: Violations;
  readonly base: BasePlan;
}

/** Merges both sides over the base. Writes nothing but the plan for the base. */
export async function planCycle(request: PlanRequest): Promise<CyclePlan> {
  const { input, pair, names } = request;
  const { tables } = pair;
  const stored = tables.map((table) => names.get(table.base.name) ?? table.base.name);
  const held = new HeldBase(() => input.base.openEndpoint(stored));
  const target = await SideRun.open(input, "target", { tables, names, openBase: () => held.openFirst() });
  try {
    const source = await SideRun.open(input, "source", { tables, names, openBase: () => held.openAgain() });
    try {
      return await new CyclePlanner(request, target, source).plan();
    } finally {
      await source.close();
    }
  } finally {
    await target.close(); // holds the base's instant
  }
}

class CyclePlanner {
  readonly #request: PlanRequest;
  readonly #target: SideRun;
  readonly #source: SideRun;
  readonly #rules: ConflictPlan;
  readonly #ours: ChangeSpool;
  readonly #spools: { readonly target: ChangeSpool; readonly source: ChangeSpool };
  readonly #open: OpenConflicts;
  readonly #decided: DecidedConflict[] = [];

  constructor(request: PlanRequest, target: SideRun, source: SideRun) {
    this.#request = request;
    this.#target = target;
    this.#source = source;
    this.#open = new OpenConflicts(request.input.mostConflicts);
    this.#rules = conflictPlan(request.input.conflicts);
    const spool = () => request.input.createSpool?.() ?? new MemorySpool();
    this.#ours = spool();
    this.#spools = { target: spool(), source: spool() };
  }

  async plan(): Promise<CyclePlan> {
    try {
      await this.#keepOurs();
      const settlers = await this.#joinTheirs();
      const counts = { target: await this.#target.counts(), source: await this.#source.counts() };
      const tables = settlers.map((settler, at) => settler.result(counts.target[at]?.unchanged ?? 0));
      this.#checkDeletes(tables, counts);
      return {
        target: this.#operations("target"),
        source: this.#operations("source"),
        tables,
        open: this.#open.kept,
        left: this.#open.left,
        decided: this.#decided,
        close: () => this.#closeSpools(),
      };
    } catch (error) {
      this.#closeSpools();
      throw error;
    } finally {
      this.#ours.close();
    }
  }

  #closeSpools(): void {
    this.#spools.target.close();
    this.#spools.source.close();
  }

  async #keepOurs(): Promise<void> {
    for await (const { at, change } of this.#target.changes()) {
      this.#request.input.ctx.signal.throwIfAborted();
      this.#ours.put(at, change.name, packChange(change));
    }
  }

  /** Table by table, so that the base's plan is written that way. */
  async #joinTheirs(): Promise<TableSettler[]> {
    const { pair, input } = this.#request;
    const settlers = pair.tables.map((table) => this.#settler(table));
    const order = this.#source.order;
    let place = 0;
    for await (const { at, change } of this.#source.changes()) {
      input.ctx.signal.throwIfAborted();
      while (order[place] !== at) await this.#finish(order[place++] ?? -1, settlers);
      const text = this.#ours.take(at, change.name);
      const ours = text === undefined ? undefined : unpackChange(change.name, text);
      await this.#keep(at, settlers[at]?.settle(ours, change) ?? null);
    }
    while (place < order.length) await this.#finish(order[place++] ?? -1, settlers);
    return settlers;
  }

  /** What only the target changed. */
  async #finish(at: number, settlers: readonly TableSettler[]): Promise<void> {
    for await (const { key, value } of inTurns(this.#ours.left(at)))
      await this.#keep(at, settlers[at]?.settle(unpackChange(key, value), undefined) ?? null);
  }

  async #keep(at: number, plan: RowPlan | null): Promise<void> {
    if (plan === null) return;
    for (const change of plan.base) await this.#request.base.add(change);
    for (const side of ["target", "source"] as const) {
      const operation = plan[side];
      if (operation !== null) this.#spools[side].put(at, plan.name, packOperation(operation));
    }
  }

  #settler({ base, target }: PairTable): TableSettler {
    const { input, pair, violations } = this.#request;
    const table: PatchTable = {
      name: base.name,
      columns: base.columns.map(({ name, type }) => [name, type.name]),
      key: base.key,
      fingerprint: "",
    };
    return new TableSettler({
      input,
      table,
      plan: this.#rules,
      groups: pair.groups.get(formatQualifiedName(target)) ?? [],
      violations: violations.get(base.name) ?? new Map(),
      onConflict: (conflict) => this.#open.add(conflict),
      onDecided: (decided) => void this.#decided.push(decided),
    });
  }

  /** Each side against what the other one has left. */
  #checkDeletes(
    tables: readonly SyncTableResult[],
    counts: Readonly<Record<SideName, readonly DiffCounts[]>>,
  ): void {
    const { deleteLimit } = this.#request.input;
    if (deleteLimit === undefined) return;
    for (const side of ["target", "source"] as const) {
      const others = counts[side === "target" ? "source" : "target"];
      const planned = tables.map(({ name: table, [side]: { deleted: deletes } }, at) => ({
        table,
        deletes,
        agreed: others[at]?.sourceRows ?? 0,
        others: others[at]?.targetRows ?? 0,
      }));
      assertDeletes(deleteLimit, side, planned);
    }
  }

  #operations(side: "target" | "source"): SideOperations {
    const { pair } = this.#request;
    const spool = this.#spools[side];
    const patchTables = (side === "target" ? this.#target : this.#source).patchTables();
    const places = [...pair.tables.keys()].filter((at) => spool.count(at) > 0);
    return {
      tables: places.flatMap((at) => patchTables[at] ?? []),
      version: (side === "target" ? this.#target : this.#source).version,
      count: places.reduce((sum, at) => sum + spool.count(at), 0),
      *each() {
        for (const at of places) {
          const table = pair.tables[at];
          const patchTable = patchTables[at];
          if (table === undefined || patchTable === undefined) continue;
          const columns = side === "source" ? table.sourceColumns : new Map<string, string>();
          for (const { key, value } of spool.left(at))
            yield {
              table: table.base.name,
              name: key,
              operation: renamedOperation(unpackOperation(value), patchTable.name, columns),
            };
        }
      },
    };
  }
}
