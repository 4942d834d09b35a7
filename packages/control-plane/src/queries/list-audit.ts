import { and, desc, eq, lt } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { type Page, type PageInput, readLimit, readNumber } from "../paging.ts";
import type { AuditRecord } from "../records.ts";
import { auditEntries } from "../schema/index.ts";

export interface ListAuditInput extends PageInput {
  readonly action?: string;
  readonly subjectKind?: string;
  readonly subjectId?: string;
}

/** Of the whole organization, newest first. */
export async function listAudit(
  cp: ControlPlane,
  scope: Scope,
  input: ListAuditInput = {},
): Promise<Page<AuditRecord>> {
  const limit = readLimit(input);
  const before = readNumber(input);
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(auditEntries)
      .where(
        and(
          eq(auditEntries.organizationId, scope.organizationId),
          input.action === undefined ? undefined : eq(auditEntries.action, input.action),
          input.subjectKind === undefined ? undefined : eq(auditEntries.subjectKind, input.subjectKind),
          input.subjectId === undefined ? undefined : eq(auditEntries.subjectId, input.subjectId),
          before === null ? undefined : lt(auditEntries.id, before),
        ),
      )
      .orderBy(desc(auditEntries.id))
      .limit(limit + 1),
  );
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? String(items.at(-1)?.id) : null };
}
