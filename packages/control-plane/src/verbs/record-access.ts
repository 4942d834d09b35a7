import type { Call, ControlPlane } from "../control-plane.ts";
import type { AuditNote } from "../database/change.ts";
import { transact } from "../database/transact.ts";

/** Enters into the audit log what changes nothing: somebody read something, or was refused. */
export async function recordAccess(cp: ControlPlane, call: Call, note: AuditNote): Promise<void> {
  await transact(cp, call.scope.organizationId, async (change) => change.audit(call, note));
}
