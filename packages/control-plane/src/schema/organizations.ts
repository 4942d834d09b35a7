import { text } from "drizzle-orm/pg-core";
import { controlSchema, createdAt, id } from "./columns.ts";

/** Who owns projects, jobs and keys; rows of one are invisible to another. */
export const organizations = controlSchema.table("organizations", {
  id: id(),
  slug: text().notNull().unique(),
  name: text().notNull(),
  createdAt: createdAt(),
});
