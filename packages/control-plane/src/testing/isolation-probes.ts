import { inspect } from "node:util";
import { isCodedError } from "@syncline/core";
import type { Call, ControlPlane, Scope } from "../control-plane.ts";
import * as queries from "../queries/index.ts";
import * as verbs from "../verbs/index.ts";
import { digestOf, PATCH, REVIEW, SEEN, SESSION, type Theirs } from "./isolation-world.ts";
import { diffJob } from "./sample-jobs.ts";

type Functions<Module> = {
  [Name in keyof Module as Module[Name] extends (...given: never[]) => unknown ? Name : never]: Module[Name];
};
type Exported = keyof Functions<typeof verbs> | keyof Functions<typeof queries>;
export interface Asking {
  readonly cp: ControlPlane;
  /** Of the other organization, with a project of its own or with the one of theirs. */
  readonly call: Call;
  readonly scope: Scope;
  readonly theirs: Theirs;
}

/** Asks with ids of theirs. What it gives must be empty, or it throws. */
export type Probe = (asking: Asking) => Promise<unknown>;

/**
 * Why an export is not asked: it is for processes of the service, which serve every organization and take no caller's
 * word for whose a row is.
 */
type Reason = "for processes of the service" | "makes what it is about" | "takes a credential";

/** Total: a new verb or query that is not asked does not compile. */
export const PROBES: Readonly<Record<Exported, Probe | Reason>> = {
  advancePair: "for processes of the service",
  alertedOrganizations: "for processes of the service",
  firstEventSince: "for processes of the service",
  knownResults: "for processes of the service",
  noteStaleJobs: "for processes of the service",
  noteLostReplicas: "for processes of the service",
  appendEvent: "for processes of the service",
  authenticateKey: "takes a credential",
  bootstrapKey: "makes what it is about",
  acceptInvitation: "takes a credential",
  findInvitation: "takes a credential",
  authenticateSession: "takes a credential",
  bootstrapSetup: "makes what it is about",
  signInByPassword: "takes a credential",
  beginOidcSignIn: "takes a credential",
  takeOidcSignIn: "takes a credential",
  signInByOidc: "takes a credential",
  takeSignInAttempt: "takes a credential",
  forgetSignInFailures: "takes a credential",
  changePassword: ({ cp, call, theirs }) =>
    verbs.changePassword(cp, call, {
      userId: theirs.userId,
      current: "x",
      password: "a password of theirs",
      sessionId: null,
      address: null,
    }),
  createInvitation: ({ cp, call, theirs }) =>
    verbs.createInvitation(cp, call, {
      email: "new@example.test",
      grants: [{ role: "viewer", projectId: theirs.scope.projectId, environmentId: null }],
      lifetimeMs: 1000,
    }),
  createPerson: ({ cp, call, theirs }) =>
    verbs.createPerson(cp, call, {
      email: "new@example.test",
      name: "New",
      grants: [{ role: "viewer", projectId: theirs.scope.projectId, environmentId: null }],
    }),
  endSession: ({ cp, call, theirs }) => verbs.endSession(cp, call, theirs),
  endSessionsOf: async ({ cp, call, theirs }) => (await verbs.endSessionsOf(cp, call, theirs)) || null,
  resendInvitation: ({ cp, call, theirs }) =>
    verbs.resendInvitation(cp, call, { ...theirs, lifetimeMs: 1000 }),
  resetPassword: ({ cp, call, theirs }) => verbs.resetPassword(cp, call, { ...theirs, lifetimeMs: 1000 }),
  revokeInvitation: ({ cp, call, theirs }) => verbs.revokeInvitation(cp, call, theirs),
  startSession: ({ cp, call, theirs }) => verbs.startSession(cp, call, { ...SESSION, userId: theirs.userId }),
  updatePerson: ({ cp, call, theirs }) =>
    verbs.updatePerson(cp, call, { userId: theirs.userId, active: false }),
  getPerson: ({ cp, scope, theirs }) => queries.getPerson(cp, scope, theirs),
  listInvitations: ({ cp, scope }) => items(queries.listInvitations(cp, scope)),
  listPeople: ({ cp, scope }) => items(queries.listPeople(cp, scope)),
  listSessions: ({ cp, scope, theirs }) =>
    queries.listSessions(cp, scope, { userId: theirs.userId, idleMs: 60_000 }),
  cancelRun: ({ cp, call, theirs }) => verbs.cancelRun(cp, call, theirs),
  claimDeliveries: "for processes of the service",
  claimUnit: "for processes of the service",
  commentOnReview: ({ cp, call, theirs }) => verbs.commentOnReview(cp, call, { ...theirs, body: "mine" }),
  createApiKey: ({ cp, call, theirs }) =>
    verbs.createApiKey(cp, call, { name: "x", scopes: [], projectId: theirs.scope.projectId }),
  createEnvironment: ({ cp, call, theirs }) =>
    verbs.createEnvironment(cp, inTheirProject(call, theirs), { name: "mixed" }),
  createJob: ({ cp, call, theirs }) =>
    verbs.createJob(cp, inTheirProject(call, theirs), { definition: diffJob() }),
  createOrganization: "makes what it is about",
  createProject: "makes what it is about",
  createRun: ({ cp, call, theirs }) => verbs.createRun(cp, call, { jobId: theirs.jobId, trigger: "manual" }),
  createServer: ({ cp, call, theirs }) =>
    verbs.createServer(cp, inTheirProject(call, theirs), { name: "s", url: "postgres://h/d", tenancy: {} }),
  createWebhook: "makes what it is about",
  decideReview: ({ cp, call, theirs }) =>
    verbs.decideReview(cp, call, { ...theirs, decision: "refuse", reason: "no", ...SEEN }),
  deleteJob: ({ cp, call, theirs }) => verbs.deleteJob(cp, call, theirs),
  drainWorker: "for processes of the service",
  dropSnapshot: "for processes of the service",
  electLeader: "for processes of the service",
  endSilentSessions: "for processes of the service",
  enforceRowSecurity: "for processes of the service",
  enqueueDelivery: ({ cp, scope, theirs }) =>
    verbs.enqueueDelivery(cp, {
      organizationId: scope.organizationId,
      eventType: "test",
      payload: {},
      webhookId: theirs.webhookId,
    }),
  environmentsByName: ({ cp, scope, theirs }) =>
    queries.environmentsByName(
      cp,
      { ...scope, projectId: theirs.scope.projectId },
      { names: ["production"] },
    ),
  expireReviews: "for processes of the service",
  finishUnit: "for processes of the service",
  freezeEnvironment: ({ cp, call, theirs }) =>
    verbs.freezeEnvironment(cp, inTheirProject(call, theirs), { name: "production", reason: "mine" }),
  heartbeatWorker: "for processes of the service",
  holdSnapshot: "for processes of the service",
  listHolders: "for processes of the service",
  openReview: ({ cp, call, theirs }) => verbs.openReview(cp, inTheirProject(call, theirs), REVIEW),
  pauseRun: ({ cp, call, theirs }) => verbs.pauseRun(cp, call, theirs),
  planSchedule: "for processes of the service",
  planUnits: "for processes of the service",
  pruneHistory: "for processes of the service",
  recordConflicts: ({ cp, scope, theirs }) =>
    verbs.recordConflicts(cp, {
      organizationId: scope.organizationId,
      jobId: theirs.jobId,
      runId: theirs.runId,
      tables: ["public.users"],
      open: [],
      decided: [],
      recovered: false,
    }),
  recordDelivery: "for processes of the service",
  recordPatch: ({ cp, call, theirs }) => verbs.recordPatch(cp, call, { ...PATCH, runId: theirs.runId }),
  registerWorker: "for processes of the service",
  removeExpiredPatches: "for processes of the service",
  removeHook: ({ cp, call, theirs }) => verbs.removeHook(cp, call, theirs),
  removePatch: ({ cp, call, theirs }) => verbs.removePatch(cp, call, theirs),
  removeServer: ({ cp, call, theirs }) => verbs.removeServer(cp, call, theirs),
  removeWebhook: ({ cp, call, theirs }) => verbs.removeWebhook(cp, call, theirs),
  renewLeases: "for processes of the service",
  resolveComment: ({ cp, call, theirs }) => verbs.resolveComment(cp, call, { ...theirs, resolved: true }),
  resetPair: ({ cp, call, theirs }) => verbs.resetPair(cp, call, theirs),
  resolveByRule: async ({ cp, call, theirs }) => {
    const rule = { kind: "side", side: "ours" } as const;
    const filter = { state: "resolved", ids: [theirs.conflictId] } as const;
    const { decided } = await verbs.resolveByRule(cp, call, { filter, rule, count: 0, digest: NOTHING });
    return decided === 0 ? null : decided;
  },
  resolveConflict: ({ cp, call, theirs }) => verbs.resolveConflict(cp, call, { ...theirs, choice: "ours" }),
  resolveConflicts: async ({ cp, call, theirs }) => {
    const { resolved } = await verbs.resolveConflicts(cp, call, {
      conflictIds: [theirs.conflictId],
      choice: "ours",
    });
    return resolved;
  },
  resumeRun: ({ cp, call, theirs }) => verbs.resumeRun(cp, call, theirs),
  retryRun: ({ cp, call, theirs }) => verbs.retryRun(cp, call, { runId: theirs.failedRunId }),
  revokeApiKey: ({ cp, call, theirs }) => verbs.revokeApiKey(cp, call, theirs),
  lockMasterKey: "for processes of the service",
  rewrapAll: "for processes of the service",
  countSealed: "for processes of the service",
  writeCheckpoint: "for processes of the service",
  auditedOrganizations: "for processes of the service",
  logsToCheckpoint: "for processes of the service",
  recordAccess: "makes what it is about",
  rotateAuditKey: "makes what it is about",
  rotateApiKey: ({ cp, call, theirs }) => verbs.rotateApiKey(cp, call, { ...theirs, overlapMs: 0 }),
  rotateHook: ({ cp, call, theirs }) => verbs.rotateHook(cp, call, theirs),
  sweep: "for processes of the service",
  syncConfigJobs: ({ cp, call, theirs }) =>
    verbs.syncConfigJobs(cp, inTheirProject(call, theirs), { definitions: [] }),
  syncConfigWebhooks: ({ cp, call }) => verbs.syncConfigWebhooks(cp, call, { webhooks: [] }),
  takeReview: async ({ cp, call, theirs }) => {
    const wanted = { contentHash: theirs.contentHash, jobId: null, runId: theirs.runId };
    const taken = await verbs.takeReview(cp, call, { ...wanted, targetFingerprint: "", required: 0 });
    return taken.kind === "none" ? null : taken;
  },
  takeSlot: "for processes of the service",
  thawEnvironment: ({ cp, call, theirs }) =>
    verbs.thawEnvironment(cp, inTheirProject(call, theirs), { name: "production" }),
  updateEnvironment: ({ cp, call, theirs }) =>
    verbs.updateEnvironment(cp, inTheirProject(call, theirs), { name: "production", approvals: 0 }),
  updateJob: ({ cp, call, theirs }) =>
    verbs.updateJob(cp, call, { jobId: theirs.jobId, definition: diffJob() }),
  updateServer: ({ cp, call, theirs }) =>
    verbs.updateServer(cp, call, { serverId: theirs.serverId, protection: "open" }),
  updateWebhook: ({ cp, call, theirs }) =>
    verbs.updateWebhook(cp, call, { webhookId: theirs.webhookId, enabled: false }),
  upsertPair: "for processes of the service",
  voidReview: ({ cp, call, theirs }) => verbs.voidReview(cp, call, { ...theirs, reason: "mine" }),
  withdrawReview: ({ cp, call, theirs }) => verbs.withdrawReview(cp, call, { ...theirs, reason: null }),
  withIdempotency: async ({ cp, call }) => {
    const request = { key: "their-key", requestDigest: "another" };
    const answer = await verbs.withIdempotency(cp, call, request, async () => ({
      status: 200,
      response: null,
    }));
    return answer.response === null ? null : answer;
  },
  countWaitingReviews: async ({ cp, scope, theirs }) =>
    (await queries.countWaitingReviews(cp, scope, { userId: theirs.userId })) || null,
  dailyCounts: async ({ cp, scope }) => {
    const days = await queries.dailyCounts(cp, scope, { days: 2 });
    return days.filter(({ day, ...counts }) => Object.values(counts).some((count) => count !== 0));
  },
  jobStandings: ({ cp, scope }) => items(queries.jobStandings(cp, scope)),
  jobTimeline: ({ cp, scope, theirs: { jobId } }) =>
    items(queries.jobTimeline(cp, scope, { jobId, kinds: queries.TIMELINE_KINDS })),
  liveRuns: ({ cp, scope }) => items(queries.liveRuns(cp, scope, { limit: 9 })),
  countLiveRuns: "for processes of the service",
  countConflicts: async ({ cp, scope }) => {
    const { total, groups, states, tables, kinds, columns } = await queries.countConflicts(cp, scope);
    return total === 0 ? [...groups, ...states, ...tables, ...kinds, ...columns] : total;
  },
  previewRule: async ({ cp, scope, theirs }) => {
    const rule = { kind: "side", side: "ours" } as const;
    const filter = { state: "resolved", ids: [theirs.conflictId] } as const;
    const { count, firstDecided, firstLeft } = await queries.previewRule(cp, scope, {
      filter,
      rule,
      show: 9,
    });
    return count === 0 ? [...firstDecided, ...firstLeft] : count;
  },
  decidedConflicts: ({ cp, scope: { organizationId }, theirs: { jobId, runId } }) =>
    queries.decidedConflicts(cp, { organizationId, jobId, runId, carriedOut: true }),
  eventRange: ({ cp, scope }) => noNumbers(queries.eventRange(cp, scope)),
  findJobByHook: "takes a credential",
  findProject: ({ cp, scope }) =>
    queries.findProject(cp, { organizationId: scope.organizationId, slug: "theirs-only" }),
  getConflict: ({ cp, scope, theirs }) => queries.getConflict(cp, scope, theirs),
  getJob: ({ cp, scope, theirs }) => queries.getJob(cp, scope, theirs),
  getKey: ({ cp, scope, theirs }) => queries.getKey(cp, scope, theirs),
  getPair: ({ cp, scope, theirs }) => queries.getPair(cp, scope, theirs),
  getPatch: ({ cp, scope, theirs }) => queries.getPatch(cp, scope, theirs),
  getReview: ({ cp, scope, theirs }) => queries.getReview(cp, scope, theirs),
  getRun: ({ cp, scope, theirs }) => queries.getRun(cp, scope, theirs),
  getServer: ({ cp, scope, theirs }) => queries.getServer(cp, scope, theirs),
  getWebhook: ({ cp, scope, theirs }) => queries.getWebhook(cp, scope, theirs),
  listAttempts: ({ cp, scope, theirs }) => queries.listAttempts(cp, scope, theirs),
  listAudit: ({ cp, scope, theirs }) => items(queries.listAudit(cp, scope, { subjectId: theirs.jobId })),
  listAuditKeys: ({ cp, scope }) => queries.listAuditKeys(cp, scope),
  listCheckpoints: ({ cp, scope }) => items(queries.listCheckpoints(cp, scope)),
  readCheckpoints: ({ cp, scope }) => queries.readCheckpoints(cp, scope, { after: 0, upTo: 1_000, limit: 9 }),
  readAuditChain: ({ cp, scope, theirs }) => theirEntries(cp, scope, theirs.scope.organizationId),
  placeBefore: async ({ cp, scope }) => (await queries.placeBefore(cp, scope, new Date(0))).seq || null,
  lastPlaceBefore: async ({ cp, scope }) => {
    const last = await queries.lastPlaceBefore(cp, scope, new Date(Date.now() + 3_600_000));
    const { head } = await queries.readAuditChain(cp, scope, { after: 0, limit: 1 });
    return last > head.seq ? last : null;
  },
  listConflicts: ({ cp, scope }) => items(queries.listConflicts(cp, scope)),
  listDeliveries: ({ cp, scope, theirs }) => items(queries.listDeliveries(cp, scope, theirs)),
  listDueSchedules: "for processes of the service",
  listEnvironments: ({ cp, scope, theirs }) =>
    items(queries.listEnvironments(cp, { ...scope, projectId: theirs.scope.projectId })),
  lastRuns: async ({ cp, scope, theirs }) => [
    ...(await queries.lastRuns(cp, scope, [theirs.jobId])).values(),
  ],
  listJobs: ({ cp, scope, theirs }) =>
    items(queries.listJobs(cp, { ...scope, projectId: theirs.scope.projectId })),
  listKeys: ({ cp, scope }) => items(queries.listKeys(cp, scope)),
  listListenSchedules: "for processes of the service",
  listPairs: ({ cp, scope }) => items(queries.listPairs(cp, scope)),
  listPatches: ({ cp, scope, theirs }) => items(queries.listPatches(cp, scope, { runId: theirs.runId })),
  listProjects: async ({ cp, scope, theirs }) => {
    const { items } = await queries.listProjects(cp, scope);
    return items.filter(({ id }) => id === theirs.scope.projectId);
  },
  listReviews: ({ cp, scope }) => items(queries.listReviews(cp, scope)),
  listRuns: ({ cp, scope, theirs }) => items(queries.listRuns(cp, scope, { jobId: theirs.jobId })),
  listSchedules: ({ cp, scope, theirs }) =>
    items(queries.listSchedules(cp, scope, { jobIds: [theirs.jobId] })),
  listServers: ({ cp, scope }) => items(queries.listServers(cp, scope)),
  listSigners: ({ cp, scope }) => queries.listSigners(cp, scope),
  listUnits: ({ cp, scope, theirs }) => items(queries.listUnits(cp, scope, theirs)),
  listWebhooks: ({ cp, scope }) => items(queries.listWebhooks(cp, scope)),
  listWorkers: "for processes of the service",
  openServerUrl: ({ cp, scope, theirs }) => queries.openServerUrl(cp, scope, { name: theirs.serverName }),
  readEvents: ({ cp, scope, theirs }) =>
    queries.readEvents(cp, { ...scope, runId: theirs.runId, after: 0, limit: 100 }),
  readUnits: ({ cp, scope: { organizationId }, theirs: { runId } }) =>
    queries.readUnits(cp, { organizationId, runId }),
  secondsSinceSuccess: ({ cp, scope }) => queries.secondsSinceSuccess(cp, scope),
  serviceGauges: "for processes of the service",
  reviewsOfContent: ({ cp, scope, theirs: { contentHash } }) =>
    verbs.reviewsOfContent(cp, scope, { contentHash, jobId: null }),
  signaturesOfPatch: ({ cp, scope }) => queries.signaturesOfPatch(cp, scope, { hash: PATCH.hash }),
};

/** Digest of no conflicts. */
const NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const inTheirProject = (call: Call, theirs: Theirs): Call => ({
  ...call,
  scope: { ...call.scope, projectId: theirs.scope.projectId },
});
const items = async (page: Promise<{ readonly items: readonly unknown[] }>) => (await page).items;
const noNumbers = async (range: Promise<{ readonly last: number }>) =>
  (await range).last === 0 ? null : range;
/** Entries of theirs, and entries that come twice, as where the ends of two chains are read. */
async function theirEntries(cp: ControlPlane, scope: Scope, owner: string): Promise<readonly unknown[]> {
  const { entries } = await queries.readAuditChain(cp, scope, { after: 0, limit: 1_000 });
  return entries.filter(
    ({ organizationId, id }, at) =>
      organizationId === owner || entries.findIndex((each) => each.id === id) < at,
  );
}

export const isEmpty = (answer: unknown) =>
  answer === undefined || answer === null || (Array.isArray(answer) && answer.length === 0);

/** Those that are asked. */
export const ASKED = Object.entries(PROBES).filter(
  (entry): entry is [string, Probe] => typeof entry[1] === "function",
);

/** What is wrong with how somebody else was answered; null when they found nothing and changed nothing. */
export async function findingOf(
  asking: Asking,
  [name, probe]: readonly [string, Probe],
): Promise<string | null> {
  const before = await digestOf(asking.cp.sql, asking.theirs.scope);
  let answer: unknown = null;
  try {
    answer = await probe(asking);
  } catch (error) {
    if (!isCodedError(error) || error.code !== "resource.not_found") return `threw ${String(error)}`;
  }
  if (name === "recordConflicts") answer = isNothing(answer) ? null : answer;
  if (!isEmpty(answer)) return `gave ${inspect(answer, { breakLength: Number.POSITIVE_INFINITY })}`;
  return before === (await digestOf(asking.cp.sql, asking.theirs.scope)) ? null : "changed rows of theirs";
}

const isNothing = (answer: unknown) =>
  answer === null || JSON.stringify(answer) === JSON.stringify({ opened: 0, closed: 0 });
