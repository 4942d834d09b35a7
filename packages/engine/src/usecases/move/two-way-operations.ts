import {
  CodedError,
  decideChange,
  type MoveConflict,
  type PatchOperation,
  patchOperation,
  type RowChange,
  type RowUpdate,
  ruleResolution,
  settleConflict,
} from "@syncline/core";
import type { DiffRun, DiffTable } from "../diff-contract.ts";
import type { MoveInput } from "../move-contract.ts";
import type { MoveTally } from "./move-tally.ts";

/** The operations of a move without a base, counting what is held back. */
export async function* twoWayOperations(
  input: MoveInput,
  run: DiffRun,
  tally: MoveTally,
): AsyncGenerator<PatchOperation> {
  for await (const change of run.changes) {
    const table = run.tables[change.table];
    if (table === undefined) continue;
    const decided = await decide(input, { change, table, tally });
    if (decided !== null) yield patchOperation(table.patchTable, decided);
  }
  await assertSourceTenant(input, run);
}

async function assertSourceTenant(
  { sourceTenant, mayDelete, rules }: MoveInput,
  run: DiffRun,
): Promise<void> {
  if (sourceTenant === undefined || !mayDelete || rules.strategy !== "replace") return;
  const { sourceRows, deletes } = (await run.result).totals;
  if (sourceRows > 0 || deletes === 0) return;
  throw new CodedError(
    "tenant.not_found",
    `The source has no row of tenant "${sourceTenant}", so all ${deletes} rows of the target's tenant would be deleted.`,
    {
      hint: "Check the name, or add --empty-source when the tenant has no rows on purpose. Nothing was written.",
    },
  );
}

interface Decided {
  readonly change: RowChange;
  readonly table: DiffTable;
  readonly tally: MoveTally;
}

/** What is written of a difference, or null. */
async function decide(input: MoveInput, decided: Decided): Promise<RowChange | null> {
  const { rules, mayDelete } = input;
  const { change, table, tally } = decided;
  if (change.kind === "update" && isOnlyReferenced(input, change, table)) {
    if (change.outside !== true) tally.skipped(change.table);
    return null;
  }
  const decision = decideChange(change, { table: table.patchTable, rules, mayDelete });
  if (decision.kind === "write") return decision.change;
  if (decision.kind === "held") tally.skipped(change.table);
  return decision.kind === "conflict" ? settle(input, decision, decided) : null;
}

/** Also where the target has it among the rows of a root: it may move to a root that nobody named. */
function isOnlyReferenced(
  { isReferenced }: MoveInput,
  { key }: RowUpdate,
  { patchTable: { name, key: columns } }: DiffTable,
): boolean {
  if (isReferenced === undefined) return false;
  return isReferenced(name, new Map(columns.map((column, index) => [column, key[index] ?? null])));
}

async function settle(
  { rules, onConflict, onUndecided }: MoveInput,
  conflict: MoveConflict,
  { change, table, tally }: Decided,
): Promise<RowChange | null> {
  tally.conflict(change.table);
  const asked = await onConflict?.(conflict.conflict, table.patchTable);
  const settled = settleConflict(
    conflict,
    asked ?? ruleResolution(conflict, rules.onConflict),
    table.patchTable,
  );
  if (settled.kind === "write") return settled.change;
  if (settled.kind === "undecided") {
    tally.undecided += 1;
    await onUndecided?.(conflict.conflict, table.patchTable);
  }
  return null;
}
