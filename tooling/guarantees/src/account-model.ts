import type { PatchOperation } from "@syncline/core";
import { fits, isDone } from "./account-rules.ts";
import type { AccountsState, Change, Row } from "./accounts.ts";

export type ModelOutcome = "applied" | "already-applied" | "conflicts" | "constraint";

/** What one patch alone does to a state. Written from the rules, not from the program. */
export function applyModel(
  state: AccountsState,
  operations: readonly PatchOperation[],
): { readonly state: AccountsState; readonly outcome: ModelOutcome } {
  if (conflictsOf(state, operations).length > 0) return { state, outcome: "conflicts" };
  const pending = operations.filter((operation) => holds(state, operation));
  if (pending.length === 0) return { state, outcome: "already-applied" };
  const next = write(state, pending);
  const unique = [...next.account.values()].map((row) => row["u"]).filter((value) => value !== null);
  if (new Set(unique).size < unique.length) return { state, outcome: "constraint" };
  const orphans = [...next.entry.values()].some((row) => !next.account.has(String(row["account_id"])));
  return orphans ? { state, outcome: "constraint" } : { state: next, outcome: "applied" };
}

/** Operations whose row is neither as the patch expects nor as it wants it. */
export function conflictsOf(state: AccountsState, operations: readonly PatchOperation[]): PatchOperation[] {
  return operations.filter((operation) => !holds(state, operation) && !stands(state, operation));
}

/** The state after committed changes. */
export function replay(state: AccountsState, changes: readonly Change[]): AccountsState {
  const next = {
    account: new Map(state.account),
    entry: new Map(state.entry),
    sample: new Map(state.sample),
  };
  const add = (row: Row | null, by: number) => {
    if (row !== null) next.sample.set(String(row["v"]), (next.sample.get(String(row["v"])) ?? 0) + by);
  };
  for (const { relation, old, new: now } of changes) {
    if (relation === "sample") {
      add(old, -1);
      add(now, 1);
    } else if (now === null) next[relation].delete(String(old?.["id"]));
    else next[relation].set(String(now["id"]), now);
  }
  return next;
}

const rowOf = (state: AccountsState, { table, key }: PatchOperation): Row | null =>
  state[table as "account" | "entry"].get(String(key.get("id"))) ?? null;

const sampleValue = (operation: PatchOperation) =>
  String(operation.op === "delete" && operation.old.get("v"));

function holds(state: AccountsState, operation: PatchOperation): boolean {
  if (operation.table !== "sample") return fits(operation, rowOf(state, operation));
  return operation.op === "delete" && (state.sample.get(sampleValue(operation)) ?? 0) === operation.of;
}

function stands(state: AccountsState, operation: PatchOperation): boolean {
  if (operation.table !== "sample") return isDone(operation, rowOf(state, operation));
  return (
    operation.op === "delete" &&
    (state.sample.get(sampleValue(operation)) ?? 0) === operation.of - operation.count
  );
}

function write(state: AccountsState, operations: readonly PatchOperation[]): AccountsState {
  const next = {
    account: new Map(state.account),
    entry: new Map(state.entry),
    sample: new Map(state.sample),
  };
  for (const operation of operations) {
    if (operation.table === "sample") {
      const value = sampleValue(operation);
      const left = (next.sample.get(value) ?? 0) - (operation.op === "delete" ? operation.count : 0);
      if (left === 0) next.sample.delete(value);
      else next.sample.set(value, left);
      continue;
    }
    const rows = next[operation.table as "account" | "entry"];
    const id = String(operation.key.get("id"));
    if (operation.op === "delete") rows.delete(id);
    else rows.set(id, { ...rows.get(id), ...Object.fromEntries(operation.new) });
  }
  return next;
}

/** A text that two states share exactly when they are equal. */
export function stateText({ account, entry, sample }: AccountsState): string {
  const row = (fields: Row) => Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = (table: ReadonlyMap<string, Row>) =>
    [...table].map(([id, fields]) => [id, row(fields)]).sort();
  return JSON.stringify([rows(account), rows(entry), [...sample].sort()]);
}

/** Every order of the items. */
export function* permutations<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length <= 1) return yield items;
  for (const [at, first] of items.entries()) {
    const rest = items.filter((_, other) => other !== at);
    for (const order of permutations(rest)) yield [first, ...order];
  }
}
