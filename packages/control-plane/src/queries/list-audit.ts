import { and, desc, eq, inArray, lt, or, type SQL, sql } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import type { Executor } from "../database/open-database.ts";
import { read } from "../database/transact.ts";
import { isUuid } from "../ids.ts";
import { type Page, type PageInput, readLimit, readNumber } from "../paging.ts";
import type { AuditRecord } from "../records.ts";
import { auditEntries, users } from "../schema/index.ts";

export interface ListAuditInput extends PageInput {
  /** As it is, or with `*` at its end for all that begin so. */
  readonly action?: string;
  readonly actor?: string;
  /** A person's id or e-mail address, by whatever they acted. */
  readonly person?: string;
  readonly subjectKind?: string;
  readonly subjectId?: string;
  /** Of one project; entries that are about none are left out. */
  readonly projectId?: string;
  readonly from?: Date;
  /** This instant is not part of it. */
  readonly to?: Date;
  /** Oldest first; `after` then goes on with newer ones. */
  readonly forward?: boolean;
}

/** Of the whole organization, newest first. */
export async function listAudit(
  cp: ControlPlane,
  scope: Scope,
  input: ListAuditInput = {},
): Promise<Page<AuditRecord>> {
  const limit = readLimit(input);
  const place = readNumber(input);
  const { seq } = auditEntries;
  const further = input.forward === true ? sql`${seq} > ${place}` : sql`${seq} < ${place}`;
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(auditEntries)
      .where(and(matching(db, scope, input), place === null ? undefined : further))
      .orderBy(input.forward === true ? seq : desc(seq))
      .limit(limit + 1),
  );
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? String(items.at(-1)?.seq) : null };
}

function matching(db: Executor, { organizationId }: Scope, input: ListAuditInput): SQL | undefined {
  const { actor, action, person, subjectKind, subjectId, projectId, from, to } = input;
  return and(
    eq(auditEntries.organizationId, organizationId),
    actor === undefined ? undefined : eq(auditEntries.actor, actor),
    action === undefined ? undefined : actionIs(action),
    person === undefined ? undefined : byPerson(db, organizationId, person),
    subjectKind === undefined ? undefined : eq(auditEntries.subjectKind, subjectKind),
    subjectId === undefined ? undefined : eq(auditEntries.subjectId, subjectId),
    projectId === undefined ? undefined : eq(auditEntries.projectId, projectId),
    from === undefined ? undefined : sql`${auditEntries.at} >= ${from.toISOString()}::timestamptz`,
    to === undefined ? undefined : lt(auditEntries.at, sql`${to.toISOString()}::timestamptz`),
  );
}

function actionIs(action: string): SQL {
  if (!action.endsWith("*")) return eq(auditEntries.action, action);
  return sql`starts_with(${auditEntries.action}, ${action.slice(0, -1)})`;
}

function byPerson(db: Executor, organizationId: string, person: string): SQL | undefined {
  if (isUuid(person)) return eq(auditEntries.userId, person);
  const named = db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.organizationId, organizationId), sql`lower(${users.email}) = lower(${person})`));
  // Failed sign-ins name the account and have nobody behind them.
  return or(
    inArray(auditEntries.userId, named),
    sql`lower(${auditEntries.actor}) = lower(${`user:${person}`})`,
  );
}
