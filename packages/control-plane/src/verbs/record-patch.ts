import { and, eq, isNull, lte } from "drizzle-orm";
import { now, nowPlus } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Transaction } from "../database/open-database.ts";
import { read, SERVICE, transact } from "../database/transact.ts";
import { assertId, found, notFound } from "../ids.ts";
import type { PatchRecord } from "../records.ts";
import { patches, runs } from "../schema/index.ts";

export interface RecordPatchInput
  extends Pick<
    PatchRecord,
    | "origin"
    | "source"
    | "target"
    | "hash"
    | "complete"
    | "operations"
    | "bytes"
    | "summary"
    | "objectKey"
    | "indexKey"
  > {
  /** Left out: a new one. */
  readonly id?: string;
  readonly runId?: string | null;
  /** How long its files are kept; null: until somebody removes them. */
  readonly keepMs: number | null;
}

/**
 * Makes a stored patch known. The same id again changes nothing and gives what is recorded.
 * @throws CodedError `resource.not_found` for a run or a patch of somebody else
 */
export async function recordPatch(
  cp: ControlPlane,
  call: Call,
  input: RecordPatchInput,
): Promise<PatchRecord> {
  const { id, keepMs, ...columns } = input;
  const { organizationId, projectId } = call.scope;
  return transact(cp, organizationId, async (change) => {
    if (columns.runId != null) await assertOwnRun(change.tx, { call, runId: columns.runId });
    const [patch] = await change.tx
      .insert(patches)
      .values({
        ...(id === undefined ? {} : { id }),
        ...columns,
        organizationId,
        projectId,
        createdBy: call.actor,
        userId: call.userId ?? null,
        expiresAt: keepMs === null ? null : nowPlus(keepMs),
      })
      .onConflictDoNothing()
      .returning();
    if (patch === undefined) return recorded(cp, call, id ?? "");
    const { runId, operations, bytes, origin } = patch;
    change.audit(call, {
      action: "patch.record",
      subjectKind: "patch",
      subjectId: patch.id,
      detail: { runId, origin, operations, bytes, hash: patch.hash },
    });
    change.emit({
      organizationId,
      runId,
      type: "patch.recorded",
      payload: { patchId: patch.id, projectId, runId, operations, bytes },
    });
    return patch;
  });
}

async function assertOwnRun(
  tx: Transaction,
  { call, runId }: { readonly call: Call; readonly runId: string },
): Promise<void> {
  assertId("run", runId);
  const own = and(eq(runs.id, runId), eq(runs.organizationId, call.scope.organizationId));
  const [run] = await tx.select({ id: runs.id }).from(runs).where(own);
  found(run, "run", runId);
}

async function recorded(cp: ControlPlane, { scope }: Call, id: string): Promise<PatchRecord> {
  const [patch] = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(patches)
      .where(
        and(
          eq(patches.id, id),
          eq(patches.organizationId, scope.organizationId),
          eq(patches.projectId, scope.projectId),
        ),
      ),
  );
  // Somebody else's: to this caller it is not there.
  if (patch === undefined) throw notFound("patch", id);
  return patch;
}

export interface RemoveExpiredInput {
  /** Removes its files; called again for a patch whose removal was not noted. */
  readonly remove: (patch: PatchRecord) => Promise<void>;
  readonly limit?: number;
}

const PATCHES_A_TIME = 100;

/** Removes the files of patches whose time has passed, of all organizations, then notes it. Gives how many. */
export async function removeExpiredPatches(cp: ControlPlane, input: RemoveExpiredInput): Promise<number> {
  const expired = await read(cp, SERVICE, (db) =>
    db
      .select()
      .from(patches)
      .where(and(isNull(patches.removedAt), lte(patches.expiresAt, now)))
      .orderBy(patches.expiresAt)
      .limit(input.limit ?? PATCHES_A_TIME),
  );
  for (const patch of expired) {
    await input.remove(patch);
    await transact(cp, SERVICE, async ({ tx }) => {
      await tx.update(patches).set({ removedAt: now }).where(eq(patches.id, patch.id));
    });
  }
  return expired.length;
}
