import { isCodedError } from "@syncline/core";
import type { ApplyBatchInput, BatchOperation } from "./batch-contract.ts";
import { type Completed, problemOf } from "./batch-items.ts";
import { type BatchTables, openBatchTables } from "./batch-tables.ts";
import { completeOperation } from "./complete-operation.ts";

/** Codes that say that one operation makes no sense. */
const WISHES = new Set(["table.not_found", "column.not_found", "usage.invalid"]);

/** Looks at the rows of all operations as of one instant. */
export async function completeBatch(input: ApplyBatchInput): Promise<readonly Completed[]> {
  const names = new Set(input.operations.map(({ table }) => table));
  const tables = await openBatchTables(input.openTarget, names, input.ctx);
  try {
    const completed: Completed[] = [];
    for (const wish of input.operations) {
      input.ctx.signal.throwIfAborted();
      completed.push(await complete(wish, tables, input));
    }
    return completed;
  } finally {
    await tables.close();
  }
}

async function complete(
  wish: BatchOperation,
  tables: BatchTables,
  { readDefaults }: ApplyBatchInput,
): Promise<Completed> {
  try {
    return await completeOperation(wish, tables, readDefaults);
  } catch (error) {
    if (!isCodedError(error) || !WISHES.has(error.code)) throw error;
    return { kind: "broken", problem: problemOf(error) };
  }
}

/** Names the row that an operation is about; null where nothing tells it from others. */
export function rowName(each: Completed): string | null {
  if (each.kind !== "operation" || each.operation.key.size === 0) return null;
  return JSON.stringify([each.operation.table, ...each.operation.key.values()]);
}

/** One transaction writes a row once. */
export function refuseDoubled(completed: readonly Completed[]): readonly Completed[] {
  const seen = new Map<string, number>();
  return completed.map((each, index) => {
    const name = rowName(each);
    if (name === null) return each;
    const first = seen.get(name);
    seen.set(name, first ?? index);
    if (first === undefined) return each;
    const message = `It is about the same row as operation ${first}, and an atomic batch names a row once.`;
    const hint = "Put both into one, or send two batches.";
    return { kind: "broken", problem: { code: "usage.invalid", message, hint } };
  });
}
