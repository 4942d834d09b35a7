import { ROLES, type Role } from "@syncline/core";
import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { at, controlSchema, createdAt, id, ownedBy } from "./columns.ts";
import { environments } from "./environments.ts";
import { organizations } from "./organizations.ts";

/** In a unique index, so that two without one are the same. */
const orNobody = (column: AnyPgColumn) =>
  sql`coalesce(${column}, '00000000-0000-0000-0000-000000000000'::uuid)`;

/** A role and where it holds: null means everywhere below. */
export interface RoleGrant {
  readonly role: Role;
  readonly projectId: string | null;
  readonly environmentId: string | null;
}

/** A person of one organization. */
export const users = controlSchema.table(
  "users",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    /** As it is shown. */
    email: text().notNull(),
    /** As it is compared: lower case, without a tag; one person is one address over all organizations. */
    emailKey: text().notNull().unique(),
    name: text().notNull(),
    /** scrypt, with its parameters; null: signs in through the identity provider only. */
    passwordHash: text(),
    createdBy: text().notNull(),
    createdAt: createdAt(),
    lastSignInAt: at(),
    deactivatedAt: at(),
  },
  (table) => [unique("users_owner").on(table.organizationId, table.id)],
);

interface PersonColumns {
  readonly organizationId: AnyPgColumn;
  readonly userId: AnyPgColumn;
}

/** A row's person is one of its own organization: the database itself refuses a mixture. */
export const ofPerson = (name: string, { organizationId, userId }: PersonColumns) =>
  foreignKey({
    name,
    columns: [organizationId, userId],
    foreignColumns: [users.organizationId, users.id],
  }).onDelete("cascade");

/** A person as an identity provider knows them. */
export const oidcIdentities = controlSchema.table(
  "oidc_identities",
  {
    organizationId: ownedBy(() => organizations.id),
    issuer: text().notNull(),
    subject: text().notNull(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.issuer, table.subject] }),
    index("oidc_of_user").on(table.userId),
    ofPerson("oidc_identities_person", table),
  ],
);

export const roleBindings = controlSchema.table(
  "role_bindings",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    role: text({ enum: ROLES }).notNull(),
    /** Null: all projects. */
    projectId: uuid(),
    /** Null: all environments of the project. */
    environmentId: uuid().references(() => environments.id, { onDelete: "cascade" }),
    createdBy: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    ofPerson("role_bindings_person", table),
    uniqueIndex("role_bindings_once").on(
      table.userId,
      table.role,
      orNobody(table.projectId),
      orNobody(table.environmentId),
    ),
  ],
);

/** A link that makes an account, or sets a password anew. Only a digest of its token is kept; it is used once. */
export const invitations = controlSchema.table(
  "invitations",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    kind: text({ enum: ["invitation", "reset", "setup"] }).notNull(),
    /** Null for the first administrator, who names it. */
    email: text(),
    /** Of a reset. */
    userId: uuid().references(() => users.id, { onDelete: "cascade" }),
    grants: jsonb().$type<readonly RoleGrant[]>().notNull(),
    digest: text().notNull().unique(),
    createdBy: text().notNull(),
    createdAt: createdAt(),
    expiresAt: at().notNull(),
    usedAt: at(),
    revokedAt: at(),
  },
  (table) => [
    ofPerson("invitations_person", table),
    index("invitations_by_age").on(table.organizationId, table.createdAt, table.id),
  ],
);

/** A browser that is signed in. Only a digest of the cookie is kept. */
export const sessions = controlSchema.table(
  "sessions",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    digest: text().notNull().unique(),
    /** `password`, `oidc`. */
    method: text({ enum: ["password", "oidc"] }).notNull(),
    address: text(),
    agent: text(),
    createdAt: createdAt(),
    lastSeenAt: at().notNull().defaultNow(),
    /** Whatever happens. */
    expiresAt: at().notNull(),
    endedAt: at(),
  },
  (table) => [
    ofPerson("sessions_person", table),
    index("sessions_of_user").on(table.userId),
    index("sessions_live").on(table.expiresAt).where(sql`ended_at IS NULL`),
  ],
);

/** Wrong passwords, by account and by address, over all processes. Belongs to nobody: an address has no owner. */
export const signInFailures = controlSchema.table("sign_in_failures", {
  /** Digest of `account:…` or `address:…`. */
  bucket: text().primaryKey(),
  count: integer().notNull(),
  lastAt: at().notNull().defaultNow(),
});

/** A sign-in that is under way at the identity provider; used once. Belongs to nobody until it ends. */
export const oidcSignIns = controlSchema.table("oidc_sign_ins", {
  /** Digest of the state. */
  state: text().primaryKey(),
  /** Digest of the browser's cookie. */
  browser: text().notNull(),
  /** Nonce, code verifier and where to go afterwards. */
  sealed: text().notNull(),
  expiresAt: at().notNull(),
});

/** Ed25519 pairs that the control plane keeps: a person's, for approvals, and an organization's, for checkpoints of its audit log. */
export const signingKeys = controlSchema.table(
  "signing_keys",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    purpose: text({ enum: ["approval", "audit"] }).notNull(),
    userId: uuid().references(() => users.id, { onDelete: "cascade" }),
    /** Raw, base64. */
    publicKey: text().notNull(),
    sealedPrivateKey: text().notNull(),
    createdAt: createdAt(),
    retired: boolean().notNull().default(false),
  },
  (table) => [
    ofPerson("signing_keys_person", table),
    uniqueIndex("signing_keys_used")
      .on(table.organizationId, table.purpose, orNobody(table.userId))
      .where(sql`NOT retired`),
  ],
);
