import { and, eq } from "drizzle-orm";
import type { Call, ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import { hasActiveAdmin } from "../people/assert-an-admin-stays.ts";
import { isOpen } from "../people/invitation-record.ts";
import { lockOrganization } from "../people/lock-organization.ts";
import { invitations } from "../schema/index.ts";
import { sendLink } from "./create-invitation.ts";

export interface BootstrapSetup {
  readonly lifetimeMs: number;
  /** Also when there is an administrator or an open link: for who lost theirs. */
  readonly anew?: boolean;
}

/**
 * Token of a link by which somebody becomes an administrator of the first organization, when it has none and no such link
 * is open; else null. Of several servers one gets it.
 */
export async function bootstrapSetup(
  cp: ControlPlane,
  { lifetimeMs, anew = false }: BootstrapSetup,
): Promise<string | null> {
  const { organizationId } = cp.defaultScope;
  const call: Call = { scope: cp.defaultScope, actor: "bootstrap" };
  return transact(cp, organizationId, async (change) => {
    const { tx } = change;
    await lockOrganization(tx, organizationId);
    const [open] = await tx
      .select({ id: invitations.id })
      .from(invitations)
      .where(and(eq(invitations.organizationId, organizationId), eq(invitations.kind, "setup"), isOpen))
      .limit(1);
    if (!anew && (open !== undefined || (await hasActiveAdmin(tx, organizationId)))) return null;
    const { invitation, token } = await sendLink(cp, change, call, {
      kind: "setup",
      email: null,
      userId: null,
      grants: [{ role: "admin", projectId: null, environmentId: null }],
      lifetimeMs,
    });
    change.audit(call, { action: "setup.create", subjectKind: "invitation", subjectId: invitation.id });
    return token;
  });
}
