import type { Role } from "@syncline/core";
import { and, asc, eq, inArray, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Executor } from "../database/open-database.ts";
import { environments, reviewDecisions, roleBindings, users } from "../schema/index.ts";
import type { Review, ReviewDecision } from "./review-record.ts";

/** Roles that give `reviews:approve`; a test holds them against the table of permissions. */
export const APPROVING_ROLES: readonly Role[] = ["reviewer", "admin"];

type Place = Pick<Review, "organizationId" | "projectId" | "environment">;

/** Whether a person may approve there now: is there, and holds such a role for the place. */
export function mayApprove(db: Executor, { organizationId, projectId, environment }: Place): SQL<boolean> {
  const here =
    environment === null
      ? isNull(roleBindings.environmentId)
      : or(
          isNull(roleBindings.environmentId),
          inArray(
            roleBindings.environmentId,
            db
              .select({ id: environments.id })
              .from(environments)
              .where(and(eq(environments.projectId, projectId), eq(environments.name, environment))),
          ),
        );
  const bound = db
    .select({ id: roleBindings.id })
    .from(roleBindings)
    .where(
      and(
        eq(roleBindings.userId, users.id),
        eq(roleBindings.organizationId, organizationId),
        inArray(roleBindings.role, [...APPROVING_ROLES]),
        or(isNull(roleBindings.projectId), eq(roleBindings.projectId, projectId)),
        here,
      ),
    );
  return sql<boolean>`(${users.deactivatedAt} IS NULL AND EXISTS ${bound})`;
}

export interface KnownDecision extends ReviewDecision {
  readonly email: string;
  readonly name: string;
  /** An approval of what the review is about now, by somebody who may give it. */
  readonly counts: boolean;
}

/** All decisions in their order; who may approve is asked of the environment that is given, else of the review's. */
export async function decisionsOf(
  db: Executor,
  review: Review,
  environment: string | null = review.environment,
): Promise<readonly KnownDecision[]> {
  const may = mayApprove(db, { ...review, environment });
  const rows = await db
    .select({ decision: reviewDecisions, email: users.email, name: users.name, may })
    .from(reviewDecisions)
    .innerJoin(users, eq(users.id, reviewDecisions.userId))
    .where(
      and(
        eq(reviewDecisions.reviewId, review.id),
        eq(reviewDecisions.organizationId, review.organizationId),
        eq(users.organizationId, review.organizationId),
      ),
    )
    .orderBy(asc(reviewDecisions.at), asc(reviewDecisions.id));
  return rows.map(({ decision, may, ...person }) => ({
    ...decision,
    ...person,
    counts: may && isApproval(decision, review),
  }));
}

function isApproval(
  { decision, superseded, userId, contentHash, targetFingerprint }: ReviewDecision,
  review: Review,
): boolean {
  return (
    decision === "approve" &&
    !superseded &&
    !review.authors.includes(userId) &&
    contentHash === review.contentHash &&
    targetFingerprint === review.targetFingerprint
  );
}
