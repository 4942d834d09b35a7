import type { AnyPgColumn } from "drizzle-orm/pg-core";
import { pgSchema, timestamp, uuid } from "drizzle-orm/pg-core";

/** Everything of the control plane but the queue's own tables, which lie in `syncline_queue`. */
export const controlSchema = pgSchema("syncline_control");

export const id = () => uuid().primaryKey().defaultRandom();
export const at = () => timestamp({ withTimezone: true, mode: "date", precision: 3 });
export const createdAt = () => at().notNull().defaultNow();
/** Whose row it is: every table has one, and every query names it. */
export const ownedBy = (organization: () => AnyPgColumn) =>
  uuid().notNull().references(organization, { onDelete: "cascade" });
