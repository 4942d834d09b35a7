import { and, eq, isNull } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { patches } from "../schema/index.ts";

/** Notes that the files of a patch were removed. @throws CodedError `resource.not_found` */
export async function removePatch(
  cp: ControlPlane,
  call: Call,
  { patchId }: { readonly patchId: string },
): Promise<void> {
  assertId("patch", patchId);
  const { organizationId, projectId } = call.scope;
  const owned = and(eq(patches.organizationId, organizationId), eq(patches.projectId, projectId));
  await transact(cp, organizationId, async (change) => {
    const [patch] = await change.tx
      .select({ removedAt: patches.removedAt, hash: patches.hash })
      .from(patches)
      .where(and(eq(patches.id, patchId), owned))
      .for("update");
    if (found(patch, "patch", patchId).removedAt !== null) return;
    await change.tx
      .update(patches)
      .set({ removedAt: now })
      .where(and(eq(patches.id, patchId), isNull(patches.removedAt)));
    change.audit(call, {
      action: "patch.remove",
      subjectKind: "patch",
      subjectId: patchId,
      detail: { hash: patch?.hash },
    });
    change.emit({ organizationId, type: "patch.removed", payload: { patchId, projectId } });
  });
}
