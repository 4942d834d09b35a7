import { integer, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { at, controlSchema, createdAt, id, ownedBy } from "./columns.ts";
import { organizations } from "./organizations.ts";
import { ofPerson, users } from "./people.ts";
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
    /** The person it stands for; null: a program's own. */
    userId: uuid().references(() => users.id, { onDelete: "cascade" }),
    createdBy: text().notNull(),
    createdAt: createdAt(),
    expiresAt: at(),
    lastUsedAt: at(),
    revokedAt: at(),
  },
  (table) => [ofProject("api_keys_owner", table), ofPerson("api_keys_person", table)],
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
