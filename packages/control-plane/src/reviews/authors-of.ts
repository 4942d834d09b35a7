import { and, desc, eq, inArray } from "drizzle-orm";
import type { Call } from "../control-plane.ts";
import type { Transaction } from "../database/open-database.ts";
import type { Job, PatchRecord } from "../records.ts";
import { apiKeys, auditEntries, patches, users } from "../schema/index.ts";

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

const KEYS_DEEP = 20;

/**
 * Persons who may not approve: who asks, who made the patch (also the same patch, sent again by another) and who wrote the
 * job as it is. A program's key stands for the person who made it.
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
    doers.push({ userId: job.userId, actor: "" }, ...(await lastWriter(tx, organizationId, job)));
  const persons = await Promise.all(unique(doers).map((doer) => personBehind(tx, organizationId, doer)));
  return [...new Set(persons.filter((person) => person !== null))].sort();
}

function unique(doers: readonly Doer[]): Doer[] {
  return [...new Map(doers.map((doer) => [`${doer.userId} ${doer.actor}`, doer])).values()];
}

async function lastWriter(tx: Transaction, organizationId: string, { id }: Job): Promise<Doer[]> {
  return tx
    .select({ userId: auditEntries.userId, actor: auditEntries.actor })
    .from(auditEntries)
    .where(
      and(
        eq(auditEntries.organizationId, organizationId),
        eq(auditEntries.subjectKind, "job"),
        eq(auditEntries.subjectId, id),
        inArray(auditEntries.action, ["job.create", "job.update"]),
      ),
    )
    .orderBy(desc(auditEntries.id))
    .limit(1);
}

/** A key's maker, and the maker of the key that made it, until there is a person. */
async function personBehind(tx: Transaction, organizationId: string, doer: Doer): Promise<string | null> {
  let { userId, actor } = doer;
  for (let deep = 0; userId === null && deep < KEYS_DEEP; deep += 1) {
    const [, kind, name] = /^(user|key):(\S+)/.exec(actor) ?? [];
    if (name === undefined) return null;
    if (kind === "user") return personOf(tx, organizationId, name);
    const [key] = await tx
      .select({ userId: apiKeys.userId, actor: apiKeys.createdBy })
      .from(apiKeys)
      .where(and(eq(apiKeys.organizationId, organizationId), eq(apiKeys.publicId, name)));
    if (key === undefined) return null;
    ({ userId, actor } = key);
  }
  return userId;
}

async function personOf(tx: Transaction, organizationId: string, email: string): Promise<string | null> {
  const [user] = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.organizationId, organizationId), eq(users.email, email)));
  return user?.id ?? null;
}
