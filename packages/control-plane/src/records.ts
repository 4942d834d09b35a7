import type * as schema from "./schema/index.ts";

export type Job = typeof schema.jobs.$inferSelect;
export type Run = typeof schema.runs.$inferSelect;
export type Attempt = typeof schema.attempts.$inferSelect;
export type WorkUnit = typeof schema.workUnits.$inferSelect;
export type Worker = typeof schema.workers.$inferSelect;
export type ScheduleRecord = typeof schema.schedules.$inferSelect;
export type ScheduleSlot = typeof schema.scheduleSlots.$inferSelect;
export type SnapshotHolder = typeof schema.snapshotHolders.$inferSelect;
export type EventRecord = typeof schema.events.$inferSelect;
export type PatchRecord = typeof schema.patches.$inferSelect;
export type AuditRecord = typeof schema.auditEntries.$inferSelect;
export type Delivery = typeof schema.deliveries.$inferSelect;
/** Without what is sealed. */
export type ServerRecord = Omit<typeof schema.servers.$inferSelect, "sealedUrl">;
export type WebhookRecord = Omit<typeof schema.webhooks.$inferSelect, "sealedSecret">;
/** Without the digest. */
export type ApiKeyRecord = Omit<typeof schema.apiKeys.$inferSelect, "digest">;
