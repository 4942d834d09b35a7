import { jsonb, text, unique, uuid } from "drizzle-orm/pg-core";
import { at, controlSchema, createdAt, id, ownedBy } from "./columns.ts";
import { environments } from "./environments.ts";
import { organizations } from "./organizations.ts";
import { ofProject } from "./projects.ts";

/** A database server that was added through the API; those of the config file are not stored. */
export const servers = controlSchema.table(
  "servers",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    projectId: uuid().notNull(),
    environmentId: uuid().references(() => environments.id, { onDelete: "set null" }),
    name: text().notNull(),
    /** Connection URL, sealed with the organization and this row's id as associated data. */
    sealedUrl: text().notNull(),
    /** Host and database, for showing. */
    shown: text().notNull(),
    /** As `servers.<n>.tenancy` of the config. */
    tenancy: jsonb().notNull(),
    protection: text({ enum: ["open", "protected", "readonly"] }),
    createdAt: createdAt(),
    updatedAt: at().notNull().defaultNow(),
  },
  (table) => [ofProject("servers_owner", table), unique().on(table.projectId, table.name)],
);
