import { CodedError } from "@syncline/core";
import { type SQL, sql } from "drizzle-orm";
import { invitations } from "../schema/people.ts";

export const INVITATION_PURPOSE = "invitation";

/** Without the digest. */
export type InvitationRecord = Omit<typeof invitations.$inferSelect, "digest">;

export const withoutInvitationDigest = ({
  digest: _,
  ...record
}: typeof invitations.$inferSelect): InvitationRecord => record;

/** Whether a link still works. */
export const isOpen: SQL = sql`(${invitations.usedAt} IS NULL AND ${invitations.revokedAt} IS NULL AND ${invitations.expiresAt} > now())`;

/** Says the same of a link that never was, was used, revoked or is too old. */
export function linkEnded(): CodedError {
  return new CodedError("resource.not_found", "The link is wrong, was used or is too old.", {
    hint: "An administrator can send another one.",
  });
}
