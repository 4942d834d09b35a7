import type { PatchOperation } from "@syncline/core";
import { CodedError } from "@syncline/core";
import type { ChangeSpool } from "../../ports/change-spool.ts";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";
import type { DiffOptions, DiffRun } from "../diff-contract.ts";
import { diffEndpoints } from "../diff-endpoints.ts";
import { MergeTranslation } from "../renumber/merge-translation.ts";
import type { Renumbering } from "../renumber/renumbering.ts";
import { HeldBase } from "./held-base.ts";
import { InsertScreen, tablesToScreen } from "./insert-screen.ts";
import { MemorySpool } from "./memory-spool.ts";
import type { MergeInput, MergeResult, MergeRun, MergeTableResult } from "./merge-contract.ts";
import { TableMerge } from "./merge-table.ts";
import { type MergedTable, pairMergeTables } from "./merge-tables.ts";
import { assertGroups, foreignKeyGroups, mergeUnits } from "./merge-units.ts";
import { changeOfOurs, changeOfTheirs, packChange, unpackChange } from "./side-changes.ts";

const BATCH = 256;

/**
 * Merges what ours and theirs did since the base: ours is the target, theirs the source. Changes of ours are read and
 * kept first, then those of theirs are joined to them while they stream. Writes nothing.
 */
export async function mergeEndpoints(input: MergeInput): Promise<MergeRun> {
  const base = new HeldBase(input.openBase);
  const told = new Told(input.diff, input.renumbering);
  const places = await openAll(base.openFirst(), input.openOurs());
  const ours = await compareWith(input, told.options("ours"), places);
  try {
    const others = await openAll(base.openAgain(), input.openTheirs());
    const theirs = await compareWith(input, told.options("theirs"), [others[1], others[0]]);
    const labels = { source: others[1].label, target: places[1].label };
    return await startMerge(input, {
      ours,
      theirs,
      foreignKeys: told.foreignKeys,
      screened: told.screened,
      labels,
    });
  } catch (error) {
    await ours.close();
    throw error;
  }
}

/** Both, or neither. */
async function openAll(first: Promise<Endpoint>, second: Promise<Endpoint>): Promise<[Endpoint, Endpoint]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === "fulfilled" && b.status === "fulfilled") return [a.value, b.value];
  for (const side of [a, b]) if (side.status === "fulfilled") await side.value.close();
  throw a.status === "rejected" ? a.reason : (b as PromiseRejectedResult).reason;
}

function compareWith(
  { ctx }: MergeInput,
  options: DiffOptions,
  [source, target]: readonly [Endpoint, Endpoint],
): Promise<DiffRun> {
  return diffEndpoints({ source, target, options, ctx });
}

async function startMerge(input: MergeInput, sides: Sides): Promise<MergeRun> {
  try {
    return new Merge(input, sides);
  } catch (error) {
    await sides.theirs.close();
    throw error;
  }
}

/** The options of both comparisons, and what their preparation tells of ours. */
class Told {
  readonly #diff: DiffOptions;
  readonly #along = new Map<string, readonly string[]>();
  readonly #translation: MergeTranslation | null;
  foreignKeys: ReadonlyMap<string, readonly (readonly string[])[]> = new Map();
  screened: ReadonlySet<string> = new Set();

  constructor(diff: DiffOptions, renumbering: Renumbering | undefined) {
    this.#diff = diff;
    this.#translation = renumbering === undefined ? null : new MergeTranslation(renumbering);
  }

  /** The filter narrows theirs alone: whatever ours did to such a row must be known. Names map between theirs and ours. */
  options(run: "ours" | "theirs"): DiffOptions {
    const own = run === "ours" ? { filter: null, tableMap: new Map(), columnMap: new Map() } : {};
    return {
      ...this.#diff,
      ...own,
      images: "all",
      maxDifferences: null,
      maxPercent: null,
      maxTimeMs: null,
      recheckAfterMs: null,
      carryAlong: this.#along,
      ...(this.#translation === null ? {} : { reconcile: this.#translation[run] }),
      prepare: async (side, snapshot) => {
        if (side === "target") this.#tellColumns(snapshot);
        const asked = await this.#diff.prepare?.(run === "ours" ? "target" : side, snapshot);
        const prepared = asked ?? { scopes: new Map(), masks: new Map() };
        if (run === "ours" && side === "target") {
          this.foreignKeys = await foreignKeyGroups(snapshot);
          this.screened = tablesToScreen(snapshot.tables, prepared.scopes);
        }
        return prepared;
      },
    };
  }

  /** Every update carries the whole row, for whoever decides conflicts. */
  #tellColumns({ tables }: ReadSnapshot): void {
    const names = tables.flatMap(({ columns }) => columns.map(({ name }) => name));
    this.#along.set("*", [...new Set([...(this.#along.get("*") ?? []), ...names])]);
  }
}

interface Sides {
  readonly labels: MergeRun["labels"];
  readonly ours: DiffRun;
  readonly theirs: DiffRun;
  readonly foreignKeys: ReadonlyMap<string, readonly (readonly string[])[]>;
  /** Tables of ours in which added rows are looked for first. */
  readonly screened: ReadonlySet<string>;
}

class Merge implements MergeRun {
  readonly operations: AsyncIterable<readonly PatchOperation[]>;
  readonly result: Promise<MergeResult>;
  readonly #input: MergeInput;
  readonly #sides: Sides;
  readonly #tables: readonly MergedTable[];
  readonly #spool: ChangeSpool;
  readonly #screen: InsertScreen;
  readonly #merges = new Map<string, TableMerge>();
  readonly #settle: PromiseWithResolvers<MergeResult> = Promise.withResolvers();

  constructor(input: MergeInput, sides: Sides) {
    this.#input = input;
    this.#sides = sides;
    this.#tables = pairMergeTables(sides.ours, sides.theirs);
    assertGroups(
      input.rules,
      this.#tables.map(({ table }) => table.patchTable),
    );
    this.#spool = input.createSpool?.() ?? new MemorySpool();
    const { ctx, openOurs } = input;
    this.#screen = new InsertScreen({ ctx, openOurs, tables: this.#tables, screened: sides.screened });
    this.result = this.#settle.promise;
    this.result.catch(() => {}); // told through `operations` as well
    this.operations = this.#run();
  }

  get tables() {
    return this.#tables.map(({ table }) => table);
  }

  get labels() {
    return this.#sides.labels;
  }

  get diff() {
    return this.#sides.theirs.result;
  }

  get versions() {
    return { source: this.#sides.theirs.versions.source, target: this.#sides.ours.versions.target };
  }

  async close(): Promise<void> {
    this.#settle.reject(new CodedError("interrupted", "The merge was closed before its end."));
    this.#spool.close();
    await this.#screen.close();
    await this.#sides.theirs.close();
    await this.#sides.ours.close(); // holds the base's instant
  }

  async *#run(): AsyncGenerator<readonly PatchOperation[]> {
    try {
      await this.#keepOurs();
      for await (const batch of batched(this.#mergeAll())) yield* this.#screened(batch);
      await this.#sides.theirs.result;
      const results = [...this.#merges.values()].map((merge) => merge.result);
      this.#settle.resolve({ tables: results, totals: addUp(results) });
    } catch (error) {
      this.#settle.reject(error);
      throw error;
    } finally {
      this.#settle.reject(new CodedError("interrupted", "The merge was not read to its end."));
    }
  }

  async #keepOurs(): Promise<void> {
    const wanted = new Map(this.#tables.map((merged) => [merged.ours, merged]));
    for await (const change of this.#sides.ours.changes) {
      this.#input.ctx.signal.throwIfAborted();
      const table = wanted.get(change.table);
      if (table === undefined) continue;
      const keyed = changeOfOurs(table.readOurs, change);
      this.#spool.put(change.table, keyed.name, packChange(keyed));
    }
    await this.#sides.ours.result;
  }

  /** Theirs come table by table, in order. */
  async *#mergeAll(): AsyncGenerator<PatchOperation> {
    let at = 0;
    let running = this.#start(0);
    for await (const change of this.#sides.theirs.changes) {
      this.#input.ctx.signal.throwIfAborted();
      for (; at < change.table; running = this.#start(++at)) yield* this.#finish(at, running);
      const operation = await this.#join(at, running, change);
      if (operation !== null) yield operation;
    }
    for (; at < this.#tables.length; running = this.#start(++at)) yield* this.#finish(at, running);
  }

  #start(at: number): RunningTable {
    const merged = this.#tables[at];
    if (merged === undefined) return { merge: null, changed: false };
    const { rules, mayDelete, isReferenced, onConflict, onUndecided } = this.#input;
    const { patchTable, target } = merged.table;
    const units = mergeUnits(rules, { name: patchTable.name, target }, this.#sides.foreignKeys);
    const contested = this.#spool.count(merged.ours) > 0;
    const asked = {
      ...(isReferenced && { isReferenced }),
      ...(onConflict && { onConflict }),
      ...(onUndecided && { onUndecided }),
    };
    const merge = new TableMerge({
      table: patchTable,
      rules,
      mayDelete,
      units: { ...units, contested },
      ...asked,
    });
    this.#merges.set(patchTable.name, merge);
    return { merge, changed: false };
  }

  /** Rows to be added whose key a row of ours has, unseen by the comparison, are conflicts. */
  async *#screened(batch: readonly PatchOperation[]): AsyncGenerator<readonly PatchOperation[]> {
    const found = await this.#screen.find(batch);
    const kept: PatchOperation[] = [];
    for (const [at, operation] of batch.entries()) {
      const row = found[at] ?? null;
      const merge = this.#merges.get(operation.table);
      const decided =
        row !== null && operation.op === "insert" ? await merge?.refuseInsert(operation, row) : operation;
      if (decided !== null && decided !== undefined) kept.push(decided);
    }
    if (kept.length > 0) yield kept;
  }

  async #join(
    at: number,
    running: RunningTable,
    change: Parameters<typeof changeOfTheirs>[1],
  ): Promise<PatchOperation | null> {
    const merged = this.#tables[at];
    if (merged === undefined || running.merge === null) return null;
    running.changed = true;
    const theirs = changeOfTheirs(merged.readTheirs, change);
    const text = this.#spool.take(merged.ours, theirs.name);
    return running.merge.merge(text === undefined ? undefined : unpackChange(theirs.name, text), theirs);
  }

  /** What only ours changed stays, unless tables conflict as a whole. */
  async *#finish(at: number, running: RunningTable): AsyncGenerator<PatchOperation> {
    const merged = this.#tables[at];
    if (merged === undefined || running.merge === null) return;
    if (this.#input.rules.granularity === "table" && running.changed) {
      for (const { key, value } of this.#spool.left(merged.ours)) {
        const operation = await running.merge.merge(unpackChange(key, value), undefined);
        if (operation !== null) yield operation;
      }
    } else running.merge.countOurs(this.#spool.count(merged.ours));
  }
}

interface RunningTable {
  readonly merge: TableMerge | null;
  /** Whether theirs changed the table. */
  changed: boolean;
}

async function* batched(
  operations: AsyncIterable<PatchOperation>,
): AsyncGenerator<readonly PatchOperation[]> {
  let batch: PatchOperation[] = [];
  for await (const operation of operations) {
    batch.push(operation);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function addUp(tables: readonly MergeTableResult[]): MergeResult["totals"] {
  const sum = (count: (table: MergeTableResult) => number) =>
    tables.reduce((total, table) => total + count(table), 0);
  const names = Object.keys(tables[0]?.outcomes ?? {}) as (keyof MergeTableResult["outcomes"])[];
  const outcomes = Object.fromEntries(names.map((name) => [name, sum((table) => table.outcomes[name])]));
  return {
    outcomes: outcomes as MergeTableResult["outcomes"],
    inserted: sum((table) => table.inserted),
    updated: sum((table) => table.updated),
    deleted: sum((table) => table.deleted),
    skipped: sum((table) => table.skipped),
    conflicts: sum((table) => table.conflicts),
    undecided: sum((table) => table.undecided),
  };
}
