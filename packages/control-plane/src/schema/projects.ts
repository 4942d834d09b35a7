import { text, unique } from "drizzle-orm/pg-core";
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
  (table) => [unique().on(table.organizationId, table.slug)],
);
