import { boolean, integer, text, unique, uuid } from "drizzle-orm/pg-core";
import { at, controlSchema, createdAt, id, ownedBy } from "./columns.ts";
import { organizations } from "./organizations.ts";
import { ofProject } from "./projects.ts";

/** The label that protection and approvals are about. */
export const environments = controlSchema.table(
  "environments",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    projectId: uuid().notNull(),
    name: text().notNull(),
    /** Approvals that a write to its targets takes; 0: none. The config may demand more. */
    approvals: integer().notNull().default(0),
    /** How long a review and its approvals hold. */
    approvalSeconds: integer().notNull().default(604_800),
    /** A patch is applied only with the signatures of as many approvers. */
    signatures: boolean().notNull().default(false),
    /** Nothing is written to its targets meanwhile. */
    frozenAt: at(),
    frozenBy: text(),
    frozenReason: text(),
    createdAt: createdAt(),
  },
  (table) => [ofProject("environments_owner", table), unique().on(table.projectId, table.name)],
);
