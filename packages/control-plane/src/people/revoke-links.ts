import { and, eq, isNull, or, type SQL, sql } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Transaction } from "../database/open-database.ts";
import { auditEntries, invitations } from "../schema/index.ts";

export interface RevokeLinks {
  readonly organizationId: string;
  /** Whether an actor is the one whose links end. */
  readonly by: (actor: SQL) => SQL;
  /** Whose password the links would set. */
  readonly userId?: string;
}

/** Within a change: open links end that somebody made or sent again, who has their tokens. */
export async function revokeLinks(
  tx: Transaction,
  { organizationId, by, userId }: RevokeLinks,
): Promise<void> {
  const sent = sql`EXISTS (SELECT FROM ${auditEntries} WHERE ${auditEntries.organizationId} = ${organizationId}
    AND ${auditEntries.subjectKind} = 'invitation' AND ${auditEntries.subjectId} = ${invitations.id}::text
    AND ${by(sql`${auditEntries.actor}`)})`;
  await tx
    .update(invitations)
    .set({ revokedAt: now })
    .where(
      and(
        eq(invitations.organizationId, organizationId),
        isNull(invitations.usedAt),
        isNull(invitations.revokedAt),
        or(
          by(sql`${invitations.createdBy}`),
          sent,
          userId === undefined ? undefined : eq(invitations.userId, userId),
        ),
      ),
    );
}
