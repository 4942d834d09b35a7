import { and, count, desc, eq, type SQL, sql } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { type Page, type PageInput, pageByAge, readAge, readLimit } from "../paging.ts";
import type { PatchRecord } from "../records.ts";
import { APPROVING_ROLES } from "../reviews/counting-approvals.ts";
import { ownReviews, type Review, reviewColumns, stateNow } from "../reviews/review-record.ts";
import { patches, type ReviewState, reviews } from "../schema/index.ts";
import { olderThan } from "./by-age.ts";

export interface ListReviewsInput extends PageInput {
  readonly state?: ReviewState;
  /** Those that this person may not decide: its own. */
  readonly authoredBy?: string;
  /** Open ones that this person may decide and has not yet. */
  readonly waitingFor?: string;
}

export interface ListedReview extends Review {
  /** Persons whose approval stands; whether each counts now, the review itself tells. */
  readonly given: number;
  /** Of the patch that it applies, whose files may be gone; null: it applies none. */
  readonly patch: Pick<PatchRecord, "summary" | "complete"> | null;
}

/** Newest first. */
export async function listReviews(
  cp: ControlPlane,
  scope: Scope,
  input: ListReviewsInput = {},
): Promise<Page<ListedReview>> {
  const limit = readLimit(input);
  const position = readAge(input);
  const { state, authoredBy, waitingFor } = input;
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select({
        ...reviewColumns,
        given,
        patch: { summary: patches.summary, complete: patches.complete },
      })
      .from(reviews)
      .leftJoin(
        patches,
        and(eq(patches.id, reviews.patchId), eq(patches.organizationId, reviews.organizationId)),
      )
      .where(
        and(
          ownReviews(scope),
          state === undefined ? undefined : eq(stateNow, state),
          authoredBy === undefined ? undefined : sql`${authoredBy}::uuid = ANY (${reviews.authors})`,
          waitingFor === undefined ? undefined : waitsFor(waitingFor),
          olderThan(reviews, position),
        ),
      )
      .orderBy(desc(reviews.createdAt), desc(reviews.id))
      .limit(limit + 1),
  );
  return pageByAge(rows, limit);
}

/** How many open ones the person may decide and has not yet. */
export async function countWaitingReviews(
  cp: ControlPlane,
  scope: Scope,
  { userId }: { readonly userId: string },
): Promise<number> {
  const [row] = await read(cp, scope.organizationId, (db) =>
    db
      .select({ count: count() })
      .from(reviews)
      .where(and(ownReviews(scope), waitsFor(userId))),
  );
  return row?.count ?? 0;
}

/** Columns are named by hand: the statement of one table alone leaves their table out. */
const given = sql<number>`(SELECT count(*) FROM syncline_control.review_decisions d
  WHERE d.review_id = reviews.id AND d.decision = 'approve' AND NOT d.superseded)`.mapWith(Number);

function waitsFor(userId: string): SQL {
  const roles = sql.join(
    APPROVING_ROLES.map((role) => sql`${role}`),
    sql`, `,
  );
  return sql`${eq(stateNow, "open")} AND ${userId}::uuid <> ALL (reviews.authors)
    AND NOT EXISTS (SELECT FROM syncline_control.review_decisions d
      WHERE d.review_id = reviews.id AND d.user_id = ${userId}::uuid AND NOT d.superseded)
    AND EXISTS (SELECT FROM syncline_control.users u JOIN syncline_control.role_bindings b ON b.user_id = u.id
      WHERE u.id = ${userId}::uuid AND u.organization_id = reviews.organization_id AND u.deactivated_at IS NULL
        AND b.role IN (${roles}) AND (b.project_id IS NULL OR b.project_id = reviews.project_id)
        AND (b.environment_id IS NULL OR b.environment_id IN (SELECT e.id FROM syncline_control.environments e
          WHERE e.project_id = reviews.project_id AND e.name = reviews.environment)))`;
}
