import type { PatchOperation, PatchRow } from "@syncline/core";

const BATCH = 256;
/** Characters of values in a batch: with wide rows 256 operations would not fit in memory. */
const BATCH_LENGTH = 1024 * 1024;

/** Operations in batches of bounded size. */
export async function* batchOperations(
  operations: AsyncIterable<PatchOperation>,
): AsyncGenerator<readonly PatchOperation[]> {
  let batch: PatchOperation[] = [];
  let length = 0;
  for await (const operation of operations) {
    batch.push(operation);
    length += lengthOf(operation);
    if (batch.length < BATCH && length < BATCH_LENGTH) continue;
    yield batch;
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield batch;
}

function lengthOf(operation: PatchOperation): number {
  const before = operation.op === "insert" ? 0 : valuesLength(operation.old);
  return before + (operation.op === "delete" ? 0 : valuesLength(operation.new));
}

function valuesLength(row: PatchRow): number {
  let length = 0;
  for (const value of row.values()) length += value?.length ?? 0;
  return length;
}
