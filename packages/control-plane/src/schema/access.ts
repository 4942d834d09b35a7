import { bigserial, index, integer, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { at, controlSchema, createdAt, id, ownedBy } from "./columns.ts";
import { organizations } from "./organizations.ts";
import { ofProject } from "./projects.ts";

/** `slk_<publicId>_<secret>`; only an HMAC of the secret is kept. */
export const apiKeys = controlSchema.table(
  "api_keys",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    /** Null: all projects. */
    projectId: uuid(),
    publicId: text().notNull().unique(),
    name: text().notNull(),
    digest: text().notNull(),
    /** `resource:action`, or `*`. */
    scopes: text().array().notNull(),
    /** The key that this one is to replace; both live until the older one's end. */
    rotates: uuid(),
    createdBy: text().notNull(),
    createdAt: createdAt(),
    expiresAt: at(),
    lastUsedAt: at(),
    revokedAt: at(),
  },
  (table) => [ofProject("api_keys_owner", table)],
);

/** Append-only: who did what. Written in the transaction of the change. */
export const auditEntries = controlSchema.table(
  "audit_entries",
  {
    id: bigserial({ mode: "number" }).primaryKey(),
    organizationId: ownedBy(() => organizations.id),
    actor: text().notNull(),
    /** `job.create`, `run.cancel`, … */
    action: text().notNull(),
    subjectKind: text().notNull(),
    subjectId: text(),
    /** Names and counts, never row values or secrets. */
    detail: jsonb().notNull(),
    requestId: text(),
    at: createdAt(),
  },
  (table) => [index("audit_by_age").on(table.organizationId, table.id)],
);

/** Answers to requests that may come again. */
export const idempotencyKeys = controlSchema.table(
  "idempotency_keys",
  {
    organizationId: ownedBy(() => organizations.id),
    /** The project's id and the caller's key. */
    key: text().notNull(),
    /** Method, path, actor and body, digested: another request under the same key is refused. */
    requestDigest: text().notNull(),
    /** Null while the first one runs. */
    status: integer(),
    /** Sealed. */
    response: jsonb(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.key] })],
);
