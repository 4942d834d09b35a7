import { bigint, boolean, index, integer, jsonb, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { at, controlSchema, createdAt, id, ownedBy } from "./columns.ts";
import { organizations } from "./organizations.ts";

/** Where alerts go. */
export const webhooks = controlSchema.table(
  "webhooks",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    name: text().notNull(),
    /** Sealed. */
    url: text().notNull(),
    /** Signing secret (`whsec_…`), sealed. */
    sealedSecret: text().notNull(),
    /** Event types, `*` for all. */
    events: text().array().notNull(),
    /** `config`: follows `alerts` of the config file. */
    origin: text({ enum: ["api", "config"] }).notNull(),
    enabled: boolean().notNull().default(true),
    createdAt: createdAt(),
  },
  (table) => [unique().on(table.organizationId, table.name)],
);

/** One message to one webhook, with what became of it. */
export const deliveries = controlSchema.table(
  "deliveries",
  {
    /** Also the `webhook-id` that receivers tell repeats by. */
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    webhookId: uuid()
      .notNull()
      .references(() => webhooks.id, { onDelete: "cascade" }),
    eventType: text().notNull(),
    /** The event that it tells of, once for each webhook; null for a test. */
    eventId: bigint({ mode: "number" }),
    payload: jsonb().notNull(),
    state: text({ enum: ["waiting", "sending", "delivered", "dead"] })
      .notNull()
      .default("waiting"),
    tries: integer().notNull().default(0),
    nextTryAt: at().notNull().defaultNow(),
    lastStatus: integer(),
    lastError: text(),
    createdAt: createdAt(),
    deliveredAt: at(),
  },
  (table) => [
    index("deliveries_due").on(table.state, table.nextTryAt),
    uniqueIndex("deliveries_once").on(table.webhookId, table.eventId),
    index("deliveries_by_age").on(table.organizationId, table.createdAt, table.id),
  ],
);
