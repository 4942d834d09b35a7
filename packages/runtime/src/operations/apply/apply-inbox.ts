import type { ConflictDecision, MetConflict } from "@syncline/control-plane";
import {
  type PatchConflict,
  type PatchHeader,
  type PatchOperation,
  type PatchRow,
  type PatchTable,
  type Resolution,
  resolveConflict,
} from "@syncline/core";
import {
  type ApplyConflict,
  conflictVersions,
  decidedPatch,
  type PatchInput,
  type RunContext,
} from "@syncline/engine";
import { createSha256 } from "../../files/index.ts";
import { type MetDecisions, MOST_IN_INBOX, rowKeyText, rowName } from "../moves/move-inbox.ts";

type Conflict = MetConflict["conflict"];

/** What the application of a patch takes from the inbox, and what it leaves there. */
export class ApplyInbox {
  readonly #decisions: ReadonlyMap<string, ConflictDecision>;
  readonly #tables: ReadonlyMap<string, PatchTable>;
  readonly #patch: PatchInput;
  readonly #open = new Map<string, MetConflict>();
  /** Operations of the patch, by the row of those that stand for them. */
  readonly #originals = new Map<string, PatchOperation>();
  readonly #used = new Map<string, MetDecisions[number]>();
  #left = 0;

  constructor(patch: PatchInput, decisions: readonly ConflictDecision[]) {
    this.#patch = patch;
    this.#tables = tablesOf(patch.header);
    const waiting = decisions.filter(({ state }) => state === "resolved");
    this.#decisions = new Map(waiting.map((each) => [rowName(each.table, each.keyText), each]));
  }

  get open(): readonly MetConflict[] {
    return [...this.#open.values()];
  }

  /** Conflicts that found no room. */
  get left(): number {
    return this.#left;
  }

  /** Decisions that were part of the patch; nothing of it stands before all of it was written. */
  decided(written: boolean): MetDecisions {
    const used = [...this.#used].filter(([name]) => !this.#open.has(name));
    return used.map(([, each]) => (written ? each : { ...each, state: "standing" }));
  }

  /** Whether some rows stay as the target has them. */
  get leavesRows(): boolean {
    return [...this.#decisions.values()].some(({ resolution }) => resolution === "ours");
  }

  /** The decided rows of the patch and nothing else of it. */
  decidedRows(ctx: RunContext): PatchInput {
    const isDecided = (operation: PatchOperation) => this.#decisions.has(nameOf(operation));
    return this.#decided(ctx, "rows", (each) => (isDecided(each) ? this.#decide(each) : null));
  }

  /** The patch as it was decided: each operation applies to the row that the decision is about, and to no other. */
  decidedPatch(ctx: RunContext): PatchInput {
    if (this.#decisions.size === 0) return this.#patch;
    return this.#decided(ctx, "patch", (operation) => this.#decide(operation));
  }

  #decided(
    ctx: RunContext,
    what: "patch" | "rows",
    decide: (operation: PatchOperation) => PatchOperation | null,
  ): PatchInput {
    const about = [...this.#decisions.values()].map(({ table, keyText, seen, resolution }) => [
      table,
      keyText,
      seen,
      typeof resolution === "string" ? resolution : [...(resolution.row ?? [])],
    ]);
    return decidedPatch({
      ctx,
      patch: this.#patch,
      about: JSON.stringify(what === "patch" ? about.sort() : [what, ...about.sort()]),
      decide,
      createDigest: createSha256,
    });
  }

  readonly onConflict = ({ operation: met, ours }: ApplyConflict): void => {
    const operation = this.#originals.get(nameOf(met)) ?? met;
    const table = this.#tables.get(operation.table);
    if (table === undefined) return;
    const name = nameOf(operation);
    if (!this.#open.has(name) && this.#open.size >= MOST_IN_INBOX) {
      this.#left += 1;
      return;
    }
    const conflict = conflictOf(operation, ours);
    this.#open.set(name, {
      keyText: keyTextOf(operation),
      versions: versionsOf(conflict),
      conflict,
      columnTypes: table.columns,
    });
  };

  #decide(operation: PatchOperation): PatchOperation | null {
    const name = nameOf(operation);
    const decision = this.#decisions.get(name);
    const table = this.#tables.get(operation.table);
    if (decision === undefined || table === undefined) return operation;
    const conflict = conflictOf(operation, decision.conflict.ours);
    if (versionsOf(conflict) !== decision.seen) return operation;
    const met = { kind: conflict.kind as PatchConflict["kind"], operation, ours: conflict.ours };
    const resolved = resolveConflict(table, met, resolutionOf(decision));
    if (resolved.kind === "impossible") return operation;
    const { keyText } = decision;
    this.#used.set(name, { table: operation.table, keyText, state: "applied" });
    if (resolved.kind === "nothing") return null;
    this.#originals.set(nameOf(resolved.operation), operation);
    return resolved.operation;
  }
}

function tablesOf({ tables }: PatchHeader): ReadonlyMap<string, PatchTable> {
  return new Map(tables.map((table) => [table.name, table]));
}

function resolutionOf({ resolution }: ConflictDecision): Resolution {
  return typeof resolution === "string" ? resolution : resolution.row;
}

const before = (operation: PatchOperation): PatchRow | null =>
  operation.op === "insert" ? null : operation.old;
const after = (operation: PatchOperation): PatchRow | null =>
  operation.op === "delete" ? null : operation.new;

const keyTextOf = (operation: PatchOperation) =>
  rowKeyText(operation.key, before(operation) ?? after(operation) ?? new Map());
const nameOf = (operation: PatchOperation) => rowName(operation.table, keyTextOf(operation));

/** Base and theirs as far as the patch knows them. */
function conflictOf(operation: PatchOperation, ours: PatchRow | null): Conflict {
  const columns = operation.op === "update" && ours !== null ? [...operation.new.keys()] : [];
  return {
    table: operation.table,
    key: operation.key,
    kind: kindOf(operation, ours),
    columns,
    base: before(operation),
    ours,
    theirs: after(operation),
  };
}

function kindOf(operation: PatchOperation, ours: PatchRow | null): Conflict["kind"] {
  if (operation.key.size === 0) return "count-changed";
  if (operation.op === "insert") return "insert-insert";
  if (operation.op === "delete") return "delete-update";
  return ours === null ? "update-delete" : "update-update";
}

/** The kind has no part in them. */
const versionsOf = (conflict: Conflict) => conflictVersions({ ...conflict, kind: "update-update" });
