import { createHash } from "node:crypto";
import { CodedError, createPatchId, type PatchHeader, type PatchOperation } from "@syncline/core";
import { attemptApplication } from "../apply/run-application.ts";
import type { ApplyResult } from "../apply-contract.ts";
import { batchOperations } from "../move/batch-operations.ts";
import { OperationDigest } from "../move/operation-digest.ts";
import { inTurns } from "./in-turns.ts";
import type { SideOperations } from "./plan-cycle.ts";
import type { SideName } from "./side-run.ts";
import type { SyncCycleInput } from "./sync-contract.ts";

/** A UUID that only this cycle's writing of this side has. */
export function applicationIdOf(seed: string, side: SideName, sequence: number): string {
  const hex = createHash("sha256")
    .update(JSON.stringify([seed, side, sequence]))
    .digest("hex");
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

interface SideApplication {
  readonly input: SyncCycleInput;
  readonly side: SideName;
  readonly id: string;
  readonly operations: SideOperations;
}

/**
 * Writes one side in one transaction, all of it or nothing.
 * @throws CodedError `patch.precondition_failed` (retryable) when rows changed since they were compared
 */
export async function applySide({ input, side, id, operations }: SideApplication): Promise<ApplyResult> {
  const { ctx } = input;
  const target = await input[side].openTarget();
  const digest = new OperationDigest();
  try {
    const result = await attemptApplication({
      target,
      request: {
        id,
        named: false,
        kind: "apply",
        undoes: null,
        partial: false,
        header: headerOf(input, operations, target.label),
        get hash() {
          return digest.hex();
        },
        options: { ...input.apply, dryRun: false, strategy: "manual", force: null },
        actor: ctx.actor,
        signal: ctx.signal,
        move: { strategy: "three-way", reason: null, highWater: [] },
      },
      operations: () => digested(batchOperations(all(operations)), digest),
      ctx,
      commitIdle: true,
    });
    if (result.outcome === "conflicts") throw drifted(target.label, result.conflictCount);
    return result;
  } finally {
    await target.close();
  }
}

async function* all(operations: SideOperations): AsyncGenerator<PatchOperation> {
  for await (const { operation } of inTurns(operations.each())) yield operation;
}

async function* digested(
  batches: AsyncIterable<readonly PatchOperation[]>,
  digest: OperationDigest,
): AsyncGenerator<readonly PatchOperation[]> {
  for await (const batch of batches) {
    digest.add(batch);
    yield batch;
  }
}

function headerOf({ ctx }: SyncCycleInput, { tables, version }: SideOperations, label: string): PatchHeader {
  const now = ctx.now();
  return {
    format: "syncline-patch",
    version: 1,
    id: createPatchId(now, ctx.randomBytes),
    createdAt: now.toISOString(),
    source: { locator: "the other side of the pair" },
    target: { locator: label, ...(version === null ? {} : { version }) },
    metadata: {
      createdBy: ctx.actor,
      filter: null,
      ignoreFields: [],
      fields: null,
      scope: { move: "three-way" },
      complete: true,
      hash: "",
      inverts: null,
    },
    base: null,
    tables,
  };
}

/** Somebody changed rows between the comparison and the write: a fresh comparison sees them. */
function drifted(label: string, rows: number): CodedError {
  return new CodedError(
    "patch.precondition_failed",
    `${rows} row${rows === 1 ? "" : "s"} of "${label}" changed while they were compared; nothing was written there.`,
    { hint: "The next cycle sees them.", retryable: true, details: { rows } },
  );
}
