import type { PatchOperation } from "@syncline/core";
import type { ApplyResult } from "@syncline/engine";
import { applyModel, conflictsOf, replay } from "./account-model.ts";
import { fits, isDone } from "./account-rules.ts";
import { type AccountsState, APPLIER, type Change, type Row } from "./accounts.ts";

export interface Observation {
  readonly strategy: "manual" | "ours" | "theirs";
  readonly operations: readonly PatchOperation[];
  readonly initial: AccountsState;
  readonly final: AccountsState;
  readonly changes: readonly Change[];
  /** What the applier said: a result, or the code of its error. */
  readonly said: ApplyResult | { readonly errorCode: string };
  readonly reported: readonly PatchOperation[];
}

/** Every state that one row had, and which change the applier made to it. */
interface RowHistory {
  readonly states: (Row | null)[];
  readonly written: Change[];
}

/** What was wrong; empty when nothing was lost or overwritten without a word. */
export function judge(seen: Observation): string[] {
  const keyed = seen.operations.filter(({ table }) => table !== "sample");
  const histories = readHistories(seen);
  return [
    ...finalProblems(seen, histories),
    ...strangerProblems(seen, histories),
    ...keyed.flatMap((operation) => operationProblems(seen, operation, histories)),
    ...sampleProblems(seen),
    ...outcomeProblems(seen, histories),
  ];
}

const nameOf = (relation: string, id: unknown) => `${relation} ${String(id)}`;
const nameOfOperation = ({ table, key }: PatchOperation) => nameOf(table, key.get("id"));

function readHistories({ initial, changes }: Observation): Map<string, RowHistory> {
  const histories = new Map<string, RowHistory>();
  for (const relation of ["account", "entry"] as const) {
    for (const [id, row] of initial[relation])
      histories.set(nameOf(relation, id), { states: [row], written: [] });
  }
  for (const change of changes) {
    if (change.relation === "sample") continue;
    const name = nameOf(change.relation, (change.new ?? change.old)?.["id"]);
    const history = histories.get(name) ?? { states: [null], written: [] };
    histories.set(name, history);
    history.states.push(change.new);
    if (change.writer === APPLIER) addWrite(history.written, change);
  }
  return histories;
}

/** A unique value that rows hand round is parked first: two writes of one transaction to one row, which are one. */
function addWrite(written: Change[], change: Change): void {
  const last = written.at(-1);
  const goesOn = last !== undefined && last.transaction === change.transaction && isParked(last, change);
  if (last !== undefined && goesOn) written[written.length - 1] = { ...last, new: change.new };
  else written.push(change);
}

function isParked(first: Change, second: Change): boolean {
  const isReplaced = first.new === null && second.old === null;
  return (
    isReplaced ||
    (first.new !== null && first.old?.["u"] !== first.new["u"] && second.old?.["u"] !== second.new?.["u"])
  );
}

function finalProblems({ final }: Observation, histories: ReadonlyMap<string, RowHistory>): string[] {
  const expected = [...histories].map(([name, { states }]) => [name, states.at(-1) ?? null] as const);
  const found = new Map(
    (["account", "entry"] as const).flatMap((relation) =>
      [...final[relation]].map(([id, row]) => [nameOf(relation, id), row] as const),
    ),
  );
  return expected
    .filter(([name, row]) => !sameRow(row, found.get(name) ?? null))
    .map(([name]) => `${name}: the last writer's row is not what stands there`);
}

function strangerProblems({ operations }: Observation, histories: ReadonlyMap<string, RowHistory>): string[] {
  const named = new Set(operations.map(nameOfOperation));
  return [...histories]
    .filter(([name, { written }]) => written.length > 0 && !named.has(name))
    .map(([name]) => `${name}: written although the patch does not name it`);
}

function operationProblems(
  seen: Observation,
  operation: PatchOperation,
  histories: ReadonlyMap<string, RowHistory>,
): string[] {
  const name = nameOfOperation(operation);
  const { states, written } = histories.get(name) ?? { states: [null], written: [] };
  if (!wasApplied(seen))
    return written.length > 0 ? [`${name}: written although the patch was not applied`] : [];
  const [change, second] = written;
  if (second !== undefined) return [`${name}: written twice`];
  if (change !== undefined) return writeProblems(seen, operation, change).map((text) => `${name}: ${text}`);
  if (states.some((state) => isDone(operation, state))) return [];
  const mayStay = seen.strategy === "ours" && states.some((state) => !fits(operation, state));
  return mayStay ? [] : [`${name}: neither written nor already there, and no conflict`];
}

function writeProblems({ strategy }: Observation, operation: PatchOperation, change: Change): string[] {
  const problems: string[] = [];
  if (strategy !== "theirs" && !fits(operation, change.old)) {
    problems.push("SILENT OVERWRITE: the row was not what the patch expected");
  }
  if (!isDone(operation, change.new)) problems.push("what was written is not what the patch says");
  if (operation.op === "update" && change.old !== null && change.new !== null) {
    const others = Object.keys(change.new).filter((column) => !operation.new.has(column));
    const lost = others.filter((column) => change.old?.[column] !== change.new?.[column]);
    if (lost.length > 0) problems.push(`columns that the patch does not name changed: ${lost.join(", ")}`);
  }
  return problems;
}

/** Rows without a key: the applier deletes exactly as many as it says, and nobody's rows vanish besides. */
function sampleProblems(seen: Observation): string[] {
  const problems: string[] = [];
  const counts = new Map(seen.initial.sample);
  const deleted = new Map<string, number>();
  for (const change of seen.changes.filter(({ relation }) => relation === "sample")) {
    if (change.old !== null) add(counts, String(change.old["v"]), -1);
    if (change.new !== null) add(counts, String(change.new["v"]), 1);
    if (change.writer === APPLIER && change.old !== null) add(deleted, String(change.old["v"]), 1);
  }
  for (const [value, count] of counts) {
    if (count !== (seen.final.sample.get(value) ?? 0)) problems.push(`sample ${value}: rows do not add up`);
  }
  const wanted = new Map(
    seen.operations
      .filter(({ table }) => table === "sample")
      .map((each) => [
        String(each.op === "delete" && each.old.get("v")),
        each.op === "delete" ? each.count : 0,
      ]),
  );
  for (const [value, count] of deleted) {
    // Overwriting brings the rows to the patch's count, whatever others added.
    const isTooMany = count > (wanted.get(value) ?? 0) && seen.strategy !== "theirs";
    if (!wasApplied(seen) || isTooMany || !wanted.has(value)) {
      problems.push(`sample ${value}: ${count} rows deleted`);
    }
  }
  return problems;
}

/** A conflict that is reported must have been one, and at least one is. */
function outcomeProblems(seen: Observation, histories: ReadonlyMap<string, RowHistory>): string[] {
  const { said, reported } = seen;
  if (!("outcome" in said) || said.outcome !== "conflicts") return [];
  if (said.conflictCount === 0 || reported.length !== said.conflictCount) {
    return [`${said.conflictCount} conflicts counted, ${reported.length} reported`];
  }
  return reported
    .filter(({ table }) => table !== "sample")
    .filter((operation) => {
      const states = histories.get(nameOfOperation(operation))?.states ?? [null];
      return states.every((state) => fits(operation, state) || isDone(operation, state));
    })
    .map((operation) => `${nameOfOperation(operation)}: reported as a conflict without one`);
}

/** Whether others changed rows that the patch names. */
export function hasDiverged({ operations, changes }: Observation): boolean {
  const named = new Set(operations.map(nameOfOperation));
  return changes.some(
    ({ writer, relation, old, new: now }) =>
      writer !== APPLIER && named.has(nameOf(relation, (now ?? old)?.["id"])),
  );
}

/** Where nobody wrote meanwhile, there is one right answer. */
export function judgeQuiet({ operations, initial, changes, said, reported }: Observation): string[] {
  const state = replay(
    initial,
    changes.filter(({ writer }) => writer !== APPLIER),
  );
  const { outcome } = applyModel(state, operations);
  const word = "outcome" in said ? said.outcome : said.errorCode;
  const right = outcome === "constraint" ? "patch.constraint_violated" : outcome;
  if (word !== right) return [`said ${word}, right is ${right}`];
  const names = (all: readonly PatchOperation[]) => all.map(nameOfOperation).sort().join(", ");
  const expected = names(outcome === "conflicts" ? conflictsOf(state, operations) : []);
  return names(reported) === expected ? [] : [`reported ${names(reported)}, in conflict are ${expected}`];
}

/** Transactions of the applier whose writes have those of another one in between. */
export function findInterleaved(changes: readonly Change[]): string[] {
  const order = changes.filter(({ writer }) => writer === APPLIER).map(({ transaction }) => transaction);
  const runs = order.filter((transaction, at) => transaction !== order[at - 1]);
  return runs.filter((transaction, at) => runs.indexOf(transaction) !== at);
}

function wasApplied({ said }: Pick<Observation, "said">): boolean {
  return "outcome" in said && (said.outcome === "applied" || said.outcome === "already-applied");
}

function sameRow(left: Row | null, right: Row | null): boolean {
  if (left === null || right === null) return left === right;
  return Object.keys({ ...left, ...right }).every((column) => left[column] === right[column]);
}

function add(counts: Map<string, number>, value: string, by: number): void {
  counts.set(value, (counts.get(value) ?? 0) + by);
}
