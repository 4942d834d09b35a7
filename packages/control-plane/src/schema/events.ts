import { bigserial, index, jsonb, text, uuid } from "drizzle-orm/pg-core";
import { controlSchema, createdAt, ownedBy } from "./columns.ts";
import { organizations } from "./organizations.ts";

/** What happened, in order, for those who watch; read by `Last-Event-ID`. Never row values. */
export const events = controlSchema.table(
  "events",
  {
    id: bigserial({ mode: "number" }).primaryKey(),
    organizationId: ownedBy(() => organizations.id),
    runId: uuid(),
    type: text().notNull(),
    payload: jsonb().notNull(),
    at: createdAt(),
  },
  (table) => [
    index("events_of_run").on(table.runId, table.id),
    index("events_of").on(table.organizationId, table.id),
    index("events_by_age").on(table.at),
  ],
);
