import { AUDIT_GENESIS, type AuditEntry, type ChainPlace } from "@syncline/core";
import { and, asc, desc, eq, gt, lte, sql } from "drizzle-orm";
import { genuineAuditKeys } from "../audit/audit-key.ts";
import { type CheckpointRecord, checkpointRecord } from "../audit/checkpoint-record.ts";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read, SERVICE } from "../database/transact.ts";
import { type Page, type PageInput, readLimit, readNumber } from "../paging.ts";
import { auditCheckpoints, auditEntries } from "../schema/index.ts";

export interface ReadChainInput {
  /** Place after which to begin. */
  readonly after: number;
  readonly limit: number;
}

export interface ChainPart {
  readonly entries: readonly AuditEntry[];
  /** Of the same instant as the entries. */
  readonly head: ChainPlace;
}

const TIME = sql`coalesce(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), at::text)`;

/** Entries by place as they are hashed, and the end of the chain. Rows without a place come first. */
export async function readAuditChain(
  cp: ControlPlane,
  { organizationId }: Pick<Scope, "organizationId">,
  { after, limit }: ReadChainInput,
): Promise<ChainPart> {
  const rows = await read(cp, organizationId, (db) =>
    db.execute<Record<keyof AuditEntry | "headSeq" | "headHash", string | null>>(sql`
      SELECT head.seq::text AS "headSeq", head.hash AS "headHash", entry.*
      FROM (SELECT 1) AS one
      LEFT JOIN syncline_control.audit_heads AS head ON head.organization_id = ${organizationId}::uuid
      LEFT JOIN LATERAL (
        SELECT seq::text, id::text, organization_id::text AS "organizationId", project_id::text AS "projectId", actor,
          user_id::text AS "userId", action, subject_kind AS "subjectKind", subject_id AS "subjectId",
          detail::text AS detail, request_id AS "requestId", ${TIME} AS at, hash
        FROM syncline_control.audit_entries AS entries
        WHERE organization_id = ${organizationId}::uuid AND (entries.seq > ${after}
          OR (entries.seq IS NULL AND ${after} = 0) OR (entries.seq < 1 AND ${after} = 0))
        ORDER BY entries.seq NULLS FIRST LIMIT ${limit}) AS entry ON true`),
  );
  const [first] = rows;
  return {
    head: { seq: Number(first?.headSeq ?? 0), hash: first?.headHash ?? AUDIT_GENESIS },
    entries: rows.flatMap(({ headSeq: _, headHash: __, ...row }) => (row.id === null ? [] : [entryOf(row)])),
  };
}

function entryOf(row: Readonly<Record<keyof AuditEntry, string | null>>): AuditEntry {
  const text = (name: keyof AuditEntry) => row[name] ?? "";
  return {
    seq: row.seq === null ? null : Number(row.seq),
    id: text("id"),
    organizationId: text("organizationId"),
    projectId: row.projectId,
    actor: text("actor"),
    userId: row.userId,
    action: text("action"),
    subjectKind: text("subjectKind"),
    subjectId: row.subjectId,
    detail: text("detail"),
    requestId: row.requestId,
    at: text("at"),
    hash: row.hash,
  };
}

/** Place and hash before the first entry from a time on. */
export async function placeBefore(
  cp: ControlPlane,
  { organizationId }: Pick<Scope, "organizationId">,
  from: Date,
): Promise<ChainPlace> {
  const [row] = await read(cp, organizationId, (db) =>
    db
      .select({ seq: auditEntries.seq, hash: auditEntries.hash })
      .from(auditEntries)
      .where(
        and(
          eq(auditEntries.organizationId, organizationId),
          // Where nothing is as new, it is the last entry of all.
          sql`${auditEntries.seq} < coalesce((SELECT min(seq) FROM syncline_control.audit_entries
            WHERE organization_id = ${organizationId}::uuid AND at >= ${from.toISOString()}::timestamptz),
            9223372036854775807)`,
        ),
      )
      .orderBy(desc(auditEntries.seq))
      .limit(1),
  );
  if (row?.seq == null || row.hash === null) return { seq: 0, hash: AUDIT_GENESIS };
  return { seq: row.seq, hash: row.hash };
}

/** Place of the last entry before a time. */
export async function lastPlaceBefore(
  cp: ControlPlane,
  { organizationId }: Pick<Scope, "organizationId">,
  to: Date,
): Promise<number> {
  const [row] = await read(cp, organizationId, (db) =>
    db
      .select({ seq: sql<string | null>`max(${auditEntries.seq})::text` })
      .from(auditEntries)
      .where(
        and(
          eq(auditEntries.organizationId, organizationId),
          sql`${auditEntries.at} < ${to.toISOString()}::timestamptz`,
        ),
      ),
  );
  return Number(row?.seq ?? 0);
}

export interface ReadCheckpointsInput extends ReadChainInput {
  readonly upTo: number;
  /** The last ones of those, instead of the first. */
  readonly newest?: boolean;
}

/** Checkpoints by place. */
export async function readCheckpoints(
  cp: ControlPlane,
  { organizationId }: Pick<Scope, "organizationId">,
  { after, upTo, limit, newest = false }: ReadCheckpointsInput,
): Promise<readonly CheckpointRecord[]> {
  const rows = await read(cp, organizationId, (db) =>
    db
      .select()
      .from(auditCheckpoints)
      .where(
        and(
          eq(auditCheckpoints.organizationId, organizationId),
          gt(auditCheckpoints.seq, after),
          lte(auditCheckpoints.seq, upTo),
        ),
      )
      .orderBy(newest ? desc(auditCheckpoints.seq) : asc(auditCheckpoints.seq))
      .limit(limit),
  );
  return rows.map((row) => checkpointRecord(cp.id, row));
}

/** Newest first. */
export async function listCheckpoints(
  cp: ControlPlane,
  { organizationId }: Scope,
  input: PageInput = {},
): Promise<Page<CheckpointRecord>> {
  const limit = readLimit(input);
  const before = readNumber(input);
  const rows = await read(cp, organizationId, (db) =>
    db
      .select()
      .from(auditCheckpoints)
      .where(
        and(
          eq(auditCheckpoints.organizationId, organizationId),
          before === null ? undefined : sql`${auditCheckpoints.seq} < ${before}`,
        ),
      )
      .orderBy(desc(auditCheckpoints.seq))
      .limit(limit + 1),
  );
  const items = rows.slice(0, limit).map((row) => checkpointRecord(cp.id, row));
  return { items, next: rows.length > limit ? String(items.at(-1)?.seq) : null };
}

/** Keys whose checkpoints count, as who has the master key knows; the one in use first. */
export async function listAuditKeys(
  cp: ControlPlane,
  { organizationId }: Pick<Scope, "organizationId">,
): Promise<string[]> {
  return read(cp, organizationId, (db) => genuineAuditKeys(cp, db, organizationId));
}

/** Organizations whose audit log has grown by so much, or has new entries and a last checkpoint of that age. */
export async function logsToCheckpoint(
  cp: ControlPlane,
  { entries, ageMs }: { readonly entries: number; readonly ageMs: number },
): Promise<readonly string[]> {
  const rows = await read(cp, SERVICE, (db) =>
    db.execute<{ id: string }>(sql`
      SELECT head.organization_id AS id FROM syncline_control.audit_heads AS head
      LEFT JOIN LATERAL (SELECT seq, at FROM syncline_control.audit_checkpoints AS checkpoint
        WHERE checkpoint.organization_id = head.organization_id ORDER BY seq DESC LIMIT 1) AS last ON true
      WHERE head.seq > coalesce(last.seq, 0) AND (last.seq IS NULL OR head.seq - last.seq >= ${entries}
        OR last.at < clock_timestamp() - ${ageMs}::bigint * interval '1 millisecond')`),
  );
  return rows.map(({ id }) => id);
}

/** Organizations that have an audit log. */
export async function auditedOrganizations(cp: ControlPlane): Promise<readonly string[]> {
  const rows = await read(cp, SERVICE, (db) =>
    db.execute<{ id: string }>(sql`SELECT organization_id AS id FROM syncline_control.audit_heads`),
  );
  return rows.map(({ id }) => id);
}
