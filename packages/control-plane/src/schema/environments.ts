import { text, unique, uuid } from "drizzle-orm/pg-core";
import { controlSchema, createdAt, id, ownedBy } from "./columns.ts";
import { organizations } from "./organizations.ts";
import { ofProject } from "./projects.ts";

/** The label that protection and, later, approvals are about. */
export const environments = controlSchema.table(
  "environments",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    projectId: uuid().notNull(),
    name: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [ofProject("environments_owner", table), unique().on(table.projectId, table.name)],
);
