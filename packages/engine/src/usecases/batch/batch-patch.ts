import { createHash } from "node:crypto";
import { createPatchId, type PatchHeader, type PatchOperation } from "@syncline/core";
import type { PatchInput } from "../apply-contract.ts";
import { OperationDigest } from "../move/operation-digest.ts";
import type { ApplyBatchInput } from "./batch-contract.ts";
import type { BatchTable } from "./batch-tables.ts";

export interface PlacedOperation {
  readonly table: BatchTable;
  readonly operation: PatchOperation;
}

/** Operations as a patch, in their order by table: the ledger knows nothing else. */
export function batchPatch(
  { ctx, source, patchTarget }: ApplyBatchInput,
  placed: readonly PlacedOperation[],
): PatchInput {
  const now = ctx.now();
  const digest = new OperationDigest();
  const operations = placed.map(({ operation }) => operation);
  digest.add(operations);
  const header: PatchHeader = {
    format: "syncline-patch",
    version: 1,
    id: createPatchId(now, ctx.randomBytes),
    createdAt: now.toISOString(),
    source: { locator: source },
    target: { locator: patchTarget.label },
    metadata: {
      createdBy: ctx.actor,
      filter: null,
      ignoreFields: [],
      fields: null,
      scope: { command: "batch" },
      complete: true,
      hash: "",
      inverts: null,
    },
    base: null,
    tables: [...new Map(placed.map(({ table }) => [table.patchTable.name, table.patchTable])).values()],
  };
  return {
    header,
    hash: createHash("sha256").update(digest.hex()).digest("hex"),
    operations: async function* () {
      yield operations;
    },
  };
}
