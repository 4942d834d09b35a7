import { and, eq, gt, inArray, max, sql } from "drizzle-orm";
import type { Call } from "../control-plane.ts";
import type { Transaction } from "../database/open-database.ts";
import type { Job, PatchRecord } from "../records.ts";
import { apiKeys, auditEntries, patches, reviews, users } from "../schema/index.ts";

/** Who did something, as records name them. */
interface Doer {
  readonly userId: string | null;
  readonly actor: string;
}

export interface AuthorsInput {
  readonly call: Call;
  readonly patch: PatchRecord | null;
  readonly job: Job | null;
}

/**
 * Persons who may not approve: who asks, who made the patch (also the same patch, sent again by another) and everybody who
 * wrote the job since it was approved last. A program's key stands for the person who made it.
 */
export async function authorsOf(tx: Transaction, { call, patch, job }: AuthorsInput): Promise<string[]> {
  const { organizationId } = call.scope;
  const doers: Doer[] = [{ userId: call.userId ?? null, actor: call.actor }];
  if (patch !== null)
    doers.push(
      ...(await tx
        .select({ userId: patches.userId, actor: patches.createdBy })
        .from(patches)
        .where(and(eq(patches.organizationId, organizationId), eq(patches.hash, patch.hash)))),
    );
  if (job !== null)
    doers.push({ userId: job.userId, actor: "" }, ...(await writersOf(tx, organizationId, job)));
  const persons = await Promise.all(unique(doers).map((doer) => personBehind(tx, organizationId, doer)));
  return [...new Set(persons.filter((person) => person !== null))].sort();
}

function unique(doers: readonly Doer[]): Doer[] {
  return [...new Map(doers.map((doer) => [`${doer.userId} ${doer.actor}`, doer])).values()];
}

/** Whoever changed it last may have left everything but a word to those before. */
async function writersOf(tx: Transaction, organizationId: string, { id }: Job): Promise<Doer[]> {
  const [approved] = await tx
    .select({ last: max(auditEntries.id) })
    .from(auditEntries)
    .innerJoin(reviews, sql`${reviews.id}::text = ${auditEntries.subjectId}`)
    .where(
      and(
        eq(auditEntries.organizationId, organizationId),
        eq(auditEntries.action, "review.approve"),
        sql`${auditEntries.detail} ->> 'state' = 'approved'`,
        eq(reviews.organizationId, organizationId),
        eq(reviews.jobId, id),
      ),
    );
  return tx
    .selectDistinct({ userId: auditEntries.userId, actor: auditEntries.actor })
    .from(auditEntries)
    .where(
      and(
        eq(auditEntries.organizationId, organizationId),
        eq(auditEntries.subjectKind, "job"),
        eq(auditEntries.subjectId, id),
        inArray(auditEntries.action, ["job.create", "job.update"]),
        gt(auditEntries.id, approved?.last ?? 0),
      ),
    );
}

/** A key's maker, and the maker of the key that made it, until there is a person: a key that replaces itself is made by itself. */
async function personBehind(tx: Transaction, organizationId: string, doer: Doer): Promise<string | null> {
  if (doer.userId !== null) return doer.userId;
  const publicId = /^key:(\S+)/.exec(doer.actor)?.[1];
  const makers = publicId === undefined ? [] : await makersOf(tx, { organizationId, publicId });
  for (const { userId, actor } of [doer, ...makers]) {
    if (userId !== null) return userId;
    const email = /^user:(\S+)/.exec(actor)?.[1];
    if (email !== undefined) return personOf(tx, organizationId, email);
  }
  return null;
}

async function makersOf(
  tx: Transaction,
  { organizationId, publicId }: { readonly organizationId: string; readonly publicId: string },
): Promise<readonly Doer[]> {
  return tx.execute<{ userId: string | null; actor: string }>(sql`
    WITH RECURSIVE line AS (
      SELECT user_id, created_by FROM ${apiKeys} WHERE organization_id = ${organizationId} AND public_id = ${publicId}
      UNION
      SELECT k.user_id, k.created_by FROM line JOIN ${apiKeys} k
        ON k.organization_id = ${organizationId} AND k.public_id = substring(line.created_by from '^key:(.*)$')
        WHERE line.user_id IS NULL)
    SELECT user_id AS "userId", created_by AS actor FROM line
    WHERE user_id IS NOT NULL OR created_by LIKE 'user:%'`);
}

async function personOf(tx: Transaction, organizationId: string, email: string): Promise<string | null> {
  const [user] = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.organizationId, organizationId), eq(users.email, email)));
  return user?.id ?? null;
}
