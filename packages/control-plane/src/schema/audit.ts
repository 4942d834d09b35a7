import { bigint, bigserial, index, jsonb, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { at, controlSchema, createdAt, ownedBy } from "./columns.ts";
import { organizations } from "./organizations.ts";

/**
 * Append-only: who did what. Written in the transaction of the change. Entries of one organization form a chain, see
 * docs/formats/audit-log.md.
 */
export const auditEntries = controlSchema.table(
  "audit_entries",
  {
    id: bigserial({ mode: "number" }).primaryKey(),
    organizationId: ownedBy(() => organizations.id),
    /** On whose behalf it happened; null where that was no project's. */
    projectId: uuid(),
    actor: text().notNull(),
    /** The person behind the actor, if there is one. */
    userId: uuid(),
    /** `job.create`, `run.cancel`, … */
    action: text().notNull(),
    subjectKind: text().notNull(),
    subjectId: text(),
    /** Names and counts, never row values or secrets. */
    detail: jsonb().notNull(),
    requestId: text(),
    /** When the entry took its place in the chain. Set by the database, as are `seq` and `hash`. */
    at: createdAt(),
    /** Place in the organization's chain, from 1 without gaps. */
    seq: bigint({ mode: "number" }),
    /** sha256 over this entry and the hash of the one before it, hex. */
    hash: text(),
  },
  (table) => [
    index("audit_by_age").on(table.organizationId, table.id),
    uniqueIndex("audit_chain").on(table.organizationId, table.seq),
    index("audit_of_subject").on(table.organizationId, table.subjectKind, table.subjectId, table.seq),
  ],
);

/** The end of each organization's chain; written by the database itself when an entry is. */
export const auditHeads = controlSchema.table("audit_heads", {
  organizationId: ownedBy(() => organizations.id).primaryKey(),
  seq: bigint({ mode: "number" }).notNull(),
  hash: text().notNull(),
});

/** Signed: the chain was this long and ended so. */
export const auditCheckpoints = controlSchema.table(
  "audit_checkpoints",
  {
    organizationId: ownedBy(() => organizations.id),
    seq: bigint({ mode: "number" }).notNull(),
    hash: text().notNull(),
    at: at().notNull(),
    /** sha256 of the statement of the checkpoint before it, hex; null for the first. */
    previous: text(),
    /** Raw Ed25519 key, base64. */
    publicKey: text().notNull(),
    signature: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.seq] })],
);
