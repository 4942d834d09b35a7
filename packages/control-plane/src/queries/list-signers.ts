import { and, asc, eq } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { mayApprove } from "../reviews/counting-approvals.ts";
import { patches, reviewDecisions, reviews, signingKeys, users } from "../schema/index.ts";

export interface Signer {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  /** `ed25519:` and base64. */
  readonly publicKey: string;
  readonly createdAt: Date;
  /** Signs no more; what it signed before holds. */
  readonly retired: boolean;
  readonly deactivated: boolean;
  /** May approve in the environment that was asked about, now. */
  readonly mayApprove: boolean;
}

/** Public keys of the organization's persons; `environment` null asks who may approve in the whole project. */
export async function listSigners(
  cp: ControlPlane,
  { organizationId, projectId }: Scope,
  { environment = null }: { readonly environment?: string | null } = {},
): Promise<readonly Signer[]> {
  const rows = await read(cp, organizationId, (db) =>
    db
      .select({
        key: signingKeys,
        email: users.email,
        name: users.name,
        deactivatedAt: users.deactivatedAt,
        may: mayApprove(db, { organizationId, projectId, environment }),
      })
      .from(signingKeys)
      .innerJoin(users, eq(users.id, signingKeys.userId))
      .where(and(eq(signingKeys.organizationId, organizationId), eq(signingKeys.purpose, "approval")))
      .orderBy(asc(users.email), asc(signingKeys.createdAt)),
  );
  return rows.map(({ key, email, name, deactivatedAt, may }) => ({
    userId: key.userId ?? "",
    email,
    name,
    publicKey: `ed25519:${key.publicKey}`,
    createdAt: key.createdAt,
    retired: key.retired,
    deactivated: deactivatedAt !== null,
    mayApprove: may,
  }));
}

export interface StoredSignature {
  readonly statement: string;
  readonly publicKey: string;
  readonly signature: string;
}

/** Signatures of approvals that stand, of a patch by its hash: whoever has the same patch may show them. */
export async function signaturesOfPatch(
  cp: ControlPlane,
  { organizationId, projectId }: Scope,
  { hash }: { readonly hash: string },
): Promise<readonly StoredSignature[]> {
  const rows = await read(cp, organizationId, (db) =>
    db
      .select({ decision: reviewDecisions, state: reviews.state })
      .from(reviewDecisions)
      .innerJoin(reviews, eq(reviews.id, reviewDecisions.reviewId))
      .innerJoin(patches, eq(patches.id, reviews.patchId))
      .where(
        and(
          eq(reviews.organizationId, organizationId),
          eq(reviews.projectId, projectId),
          eq(patches.organizationId, organizationId),
          eq(patches.hash, hash),
          eq(reviewDecisions.decision, "approve"),
          eq(reviewDecisions.superseded, false),
        ),
      )
      .orderBy(asc(reviewDecisions.at), asc(reviewDecisions.id)),
  );
  return rows
    .filter(({ state }) => state === "approved" || state === "applied")
    .flatMap(({ decision: { statement, publicKey, signature } }) =>
      statement === null || publicKey === null || signature === null
        ? []
        : [{ statement, publicKey, signature }],
    );
}
