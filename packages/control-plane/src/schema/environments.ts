import { text, unique, uuid } from "drizzle-orm/pg-core";
import { controlSchema, createdAt, id, ownedBy } from "./columns.ts";
import { organizations } from "./organizations.ts";
import { projects } from "./projects.ts";

/** The label that protection and, later, approvals are about. */
export const environments = controlSchema.table(
  "environments",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    projectId: uuid()
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    name: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [unique().on(table.projectId, table.name)],
);
