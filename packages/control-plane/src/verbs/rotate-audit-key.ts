import { KEY_CHANGE_ACTION, keyChangeStatement } from "@syncline/core";
import { eq } from "drizzle-orm";
import { auditKeyOf, makeAuditKey } from "../audit/audit-key.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import { signingKeys } from "../schema/index.ts";
import { lockCheckpoints } from "./write-checkpoint.ts";

export interface AuditKeyRotated {
  readonly from: string;
  readonly to: string;
}

/**
 * From now on another key signs checkpoints of the organization's audit log. The older one vouches for it in an entry,
 * so that who trusts the older one trusts it, too; checkpoints of before stay as they are.
 */
export async function rotateAuditKey(cp: ControlPlane, call: Call): Promise<AuditKeyRotated> {
  const { organizationId } = call.scope;
  return transact(cp, organizationId, async (change) => {
    await lockCheckpoints(change, organizationId);
    const old = await auditKeyOf(cp, change.tx, organizationId);
    await change.tx.update(signingKeys).set({ retired: true }).where(eq(signingKeys.id, old.id));
    const next = await makeAuditKey(cp, change.tx, organizationId);
    const names = { from: old.name, to: next.name };
    const proof = old.sign(keyChangeStatement({ organization: organizationId, ...names }));
    change.audit(call, {
      action: KEY_CHANGE_ACTION,
      subjectKind: "audit",
      subjectId: null,
      detail: { ...names, proof },
    });
    return names;
  });
}
