import { CodedError } from "@syncline/core";
import { and, eq, isNull, ne } from "drizzle-orm";
import { now, nowPlus } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { transact } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { parseEmail } from "../people/email-key.ts";
import {
  INVITATION_PURPOSE,
  type InvitationRecord,
  withoutInvitationDigest,
} from "../people/invitation-record.ts";
import { checkGrants, describeGrants } from "../people/write-grants.ts";
import { invitations, type RoleGrant, users } from "../schema/index.ts";
import { newSecret } from "../sealing/credentials.ts";
import { taken } from "./create-person.ts";

export interface SentLink {
  readonly invitation: InvitationRecord;
  /** Shown this once; only its digest is kept. */
  readonly token: string;
}

export interface NewInvitation {
  readonly email: string;
  readonly grants: readonly RoleGrant[];
  readonly lifetimeMs: number;
}

/**
 * A link that makes one account with these roles. An earlier one for the same address stops to work.
 * @throws CodedError `resource.exists` for an address of the organization, `resource.not_found`, `request.invalid`
 */
export async function createInvitation(
  cp: ControlPlane,
  call: Call,
  { email: given, grants: wanted, lifetimeMs }: NewInvitation,
): Promise<SentLink> {
  const { organizationId } = call.scope;
  const { email, key } = parseEmail(given);
  return transact(cp, organizationId, async (change) => {
    const { tx } = change;
    const grants = await checkGrants(tx, { organizationId, grants: wanted });
    const [known] = await tx
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.emailKey, key), eq(users.organizationId, organizationId)));
    if (known !== undefined) throw taken();
    const open = await tx
      .select({ id: invitations.id, email: invitations.email })
      .from(invitations)
      .where(
        and(
          eq(invitations.organizationId, organizationId),
          eq(invitations.kind, "invitation"),
          isNull(invitations.usedAt),
          isNull(invitations.revokedAt),
        ),
      );
    for (const earlier of open)
      if (earlier.email !== null && parseEmail(earlier.email).key === key)
        await tx.update(invitations).set({ revokedAt: now }).where(eq(invitations.id, earlier.id));
    const sent = await sendLink(cp, change, call, {
      kind: "invitation",
      email,
      userId: null,
      grants,
      lifetimeMs,
    });
    change.audit(call, {
      action: "invitation.create",
      subjectKind: "invitation",
      subjectId: sent.invitation.id,
      detail: { email, grants: describeGrants(grants) },
    });
    return sent;
  });
}

export interface NewLink {
  readonly kind: "invitation" | "reset" | "setup";
  readonly email: string | null;
  readonly userId: string | null;
  readonly grants: readonly RoleGrant[];
  readonly lifetimeMs: number;
}

/** Within a change. */
export async function sendLink(
  cp: ControlPlane,
  change: Change,
  call: Call,
  { lifetimeMs, ...link }: NewLink,
): Promise<SentLink> {
  const token = newSecret();
  const { organizationId } = call.scope;
  const [row] = await change.tx
    .insert(invitations)
    .values({
      ...link,
      organizationId,
      digest: cp.credentials.digest(INVITATION_PURPOSE, token),
      createdBy: call.actor,
      expiresAt: nowPlus(lifetimeMs),
    })
    .returning();
  if (row === undefined) throw new Error("an inserted invitation was not returned");
  change.emit({ organizationId, type: "invitation.changed", payload: { invitationId: row.id } });
  return { invitation: withoutInvitationDigest(row), token };
}

async function lockInvitation(change: Change, call: Call, invitationId: string) {
  assertId("invitation", invitationId);
  const [row] = await change.tx
    .select()
    .from(invitations)
    .where(
      and(
        eq(invitations.id, invitationId),
        eq(invitations.organizationId, call.scope.organizationId),
        ne(invitations.kind, "setup"),
      ),
    )
    .for("update");
  return found(row, "invitation", invitationId);
}

interface ChangeInvitation {
  readonly invitationId: string;
  /** Whether the caller may; throws when not. */
  readonly mayChange?: (invitation: InvitationRecord) => void;
}

/** Another link instead of the one that was sent, which stops to work. @throws CodedError `resource.not_found`, `resource.changed` */
export async function resendInvitation(
  cp: ControlPlane,
  call: Call,
  { invitationId, mayChange, lifetimeMs }: ChangeInvitation & { readonly lifetimeMs: number },
): Promise<SentLink> {
  const { organizationId } = call.scope;
  return transact(cp, organizationId, async (change) => {
    const old = await lockInvitation(change, call, invitationId);
    mayChange?.(withoutInvitationDigest(old));
    if (old.usedAt !== null || old.revokedAt !== null)
      throw new CodedError("resource.changed", "The invitation was used or revoked already.");
    const token = newSecret();
    const [row] = await change.tx
      .update(invitations)
      .set({ digest: cp.credentials.digest(INVITATION_PURPOSE, token), expiresAt: nowPlus(lifetimeMs) })
      .where(eq(invitations.id, old.id))
      .returning();
    change.audit(call, { action: "invitation.resend", subjectKind: "invitation", subjectId: old.id });
    change.emit({ organizationId, type: "invitation.changed", payload: { invitationId: old.id } });
    return { invitation: withoutInvitationDigest(found(row, "invitation", invitationId)), token };
  });
}

/** @throws CodedError `resource.not_found` */
export async function revokeInvitation(
  cp: ControlPlane,
  call: Call,
  { invitationId, mayChange }: ChangeInvitation,
): Promise<void> {
  const { organizationId } = call.scope;
  await transact(cp, organizationId, async (change) => {
    const old = await lockInvitation(change, call, invitationId);
    mayChange?.(withoutInvitationDigest(old));
    if (old.usedAt !== null || old.revokedAt !== null) return;
    await change.tx.update(invitations).set({ revokedAt: now }).where(eq(invitations.id, old.id));
    change.audit(call, { action: "invitation.revoke", subjectKind: "invitation", subjectId: old.id });
    change.emit({ organizationId, type: "invitation.changed", payload: { invitationId: old.id } });
  });
}
