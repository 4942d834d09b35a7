export type { CheckpointRecord } from "./audit/checkpoint-record.ts";
export type {
  ConflictDocument,
  ConflictKind,
  DocumentRow,
  MetConflict,
} from "./conflicts/conflict-document.ts";
export type { ConflictFilter } from "./conflicts/conflict-filter.ts";
export type { RuleDecision, RuledFilter, RuledRecord } from "./conflicts/rule-decisions.ts";
export type { Call, ControlPlane, Scope } from "./control-plane.ts";
export { type AuditNote, Change, type NewEvent } from "./database/change.ts";
export { askDatabase, notifyChannel } from "./database/channels.ts";
export { databaseTime } from "./database/database-time.ts";
export type { Executor, Transaction } from "./database/open-database.ts";
export { QUEUE_SESSION } from "./database/session-names.ts";
export { joining, read, SERVICE, transact, type Who } from "./database/transact.ts";
export { translateDatabaseError } from "./database/translate-database-error.ts";
export { EVENT_CHANNEL, WORK_CHANNEL } from "./database/write-notes.ts";
export { type OpenControlPlaneOptions, openControlPlane } from "./open-control-plane.ts";
export type { Page, PageInput } from "./paging.ts";
export type { InvitationRecord } from "./people/invitation-record.ts";
export { networkOf } from "./people/network-of.ts";
export { HASH_COST, hashPassword } from "./people/password-hash.ts";
export { type GrantedRole, isOrganizationAdmin, type Person } from "./people/person.ts";
export type { SessionRecord } from "./people/session-record.ts";
export * from "./queries/index.ts";
export type * from "./records.ts";
export { canonical, contentHashOf, type ReviewContent } from "./reviews/content-hash.ts";
export { APPROVING_ROLES, type KnownDecision } from "./reviews/counting-approvals.ts";
export {
  assertLive as assertReviewLive,
  endedReview,
  type Review,
  type ReviewComment,
  type ReviewDecision,
} from "./reviews/review-record.ts";
export { signingKeyBinding } from "./reviews/signing-key.ts";
export * from "./run-machine/index.ts";
export * from "./run-records.ts";
export { LEASE_MS } from "./runs/lease.ts";
export { mergeSummaries } from "./runs/merge-summaries.ts";
export { type PlacesOptions, placesOf, type RunPlaces, type Tenancy } from "./runs/places-of.ts";
export type { UnitOutput } from "./runs/settle-run.ts";
export * as schema from "./schema/index.ts";
export type { RoleGrant } from "./schema/people.ts";
export * from "./sealing/index.ts";
export { shownAddress } from "./servers/server-record.ts";
export * from "./verbs/index.ts";
