import { type AnyPgColumn, foreignKey, text, unique } from "drizzle-orm/pg-core";
import { controlSchema, createdAt, id, ownedBy } from "./columns.ts";
import { organizations } from "./organizations.ts";

export const projects = controlSchema.table(
  "projects",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    slug: text().notNull(),
    name: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    unique().on(table.organizationId, table.slug),
    unique("projects_owner").on(table.organizationId, table.id),
  ],
);

interface ProjectColumns {
  readonly organizationId: AnyPgColumn;
  readonly projectId: AnyPgColumn;
}

/** A row's project is one of its own organization: the database itself refuses a mixture. */
export const ofProject = (name: string, { organizationId, projectId }: ProjectColumns) =>
  foreignKey({
    name,
    columns: [organizationId, projectId],
    foreignColumns: [projects.organizationId, projects.id],
  }).onDelete("cascade");
