import { CodedError } from "@syncline/core";
import { and, eq, isNull } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import { assertId } from "../ids.ts";
import type { Person } from "../people/person.ts";
import { invitations } from "../schema/index.ts";
import { type SentLink, sendLink } from "./create-invitation.ts";
import { lockPerson } from "./update-person.ts";

export interface ResetPasswordInput {
  readonly userId: string;
  readonly lifetimeMs: number;
  /** Whether the caller may; throws when not. */
  readonly mayChange?: (person: Person) => void;
}

/** A link by which a person sets a new password; an earlier one stops to work. @throws CodedError `resource.not_found`, `resource.changed` */
export async function resetPassword(
  cp: ControlPlane,
  call: Call,
  { userId, lifetimeMs, mayChange }: ResetPasswordInput,
): Promise<SentLink> {
  assertId("person", userId);
  const { organizationId } = call.scope;
  return transact(cp, organizationId, async (change) => {
    const person = await lockPerson(change, { organizationId, userId });
    mayChange?.(person);
    if (person.deactivatedAt !== null)
      throw new CodedError("resource.changed", "The account is deactivated.", {
        hint: "Reactivate it first.",
      });
    await change.tx
      .update(invitations)
      .set({ revokedAt: now })
      .where(and(eq(invitations.userId, userId), isNull(invitations.usedAt), isNull(invitations.revokedAt)));
    const sent = await sendLink(cp, change, call, {
      kind: "reset",
      email: person.email,
      userId,
      grants: [],
      lifetimeMs,
    });
    change.audit(call, { action: "person.reset", subjectKind: "person", subjectId: userId });
    return sent;
  });
}
