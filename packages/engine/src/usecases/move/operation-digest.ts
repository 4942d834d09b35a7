import { createHash, type Hash } from "node:crypto";
import type { PatchOperation, PatchRow } from "@syncline/core";

/** sha256 over operations in the order in which they were staged: what the ledger calls the content of a move. */
export class OperationDigest {
  readonly #hash: Hash = createHash("sha256");

  add(operations: readonly PatchOperation[]): void {
    for (const operation of operations) this.#hash.update(line(operation));
  }

  hex(): string {
    return this.#hash.copy().digest("hex");
  }
}

function line(operation: PatchOperation): string {
  const { op, table, key } = operation;
  const before = operation.op === "insert" ? null : pairs(operation.old);
  const after = operation.op === "delete" ? null : pairs(operation.new);
  const counts = operation.op === "update" ? null : [operation.count, operation.of ?? null];
  return `${JSON.stringify([op, table, pairs(key), before, after, counts])}\n`;
}

function pairs(row: PatchRow): unknown {
  return [...row];
}
