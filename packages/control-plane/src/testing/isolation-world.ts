import type { Sql } from "postgres";
import type { Scope } from "../control-plane.ts";
import type { Review } from "../reviews/review-record.ts";
import * as verbs from "../verbs/index.ts";
import { newWorker, SUMMARY, unitIds } from "./run-steps.ts";
import { copyJob, diffJob } from "./sample-jobs.ts";
import type { TestControlPlane } from "./test-control-plane.ts";

/** Rows of the one whose rows are to stay unseen and untouched. */
export interface Theirs {
  readonly scope: Scope;
  readonly jobId: string;
  readonly runId: string;
  readonly failedRunId: string;
  readonly patchId: string;
  readonly keyId: string;
  readonly serverName: string;
  readonly serverId: string;
  readonly webhookId: string;
  readonly conflictId: string;
  readonly reviewId: string;
  readonly contentHash: string;
  readonly commentId: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly invitationId: string;
}
export const PATCH = {
  origin: "diff",
  source: "a",
  target: "b",
  hash: "00",
  complete: true,
  operations: 1,
  bytes: 1,
  summary: {},
  objectKey: "k",
  indexKey: null,
  keepMs: null,
} as const;

export const SESSION = {
  method: "password",
  address: null,
  agent: null,
  replaces: null,
  lifetimeMs: 60_000,
} as const;

const CONFLICT = { table: "public.users", key: {}, base: null, ours: null, theirs: null, columnTypes: [] };
export const SEEN = { contentHash: "", targetFingerprint: "" };
export const REVIEW = {
  title: "Copy",
  definition: copyJob(),
  target: "b:public",
  environment: "production",
  targetFingerprint: "00".repeat(32),
  required: 1,
  expiresInMs: 3_600_000,
};
/** At least one row of everything. */
export async function fillOrganization(test: TestControlPlane): Promise<Theirs> {
  const { cp, call, database } = test;
  const job = await verbs.createJob(cp, call, {
    definition: copyJob({ schedule: { every: "1h", missed: "once" } }),
  });
  await verbs.rotateHook(cp, call, { jobId: job.id });
  const run = await verbs.createRun(cp, call, { jobId: job.id, trigger: "manual" });
  const failed = await verbs.createRun(cp, call, { definition: diffJob(), trigger: "manual" });
  await verbs.claimUnit(cp, { unitId: (await unitIds(cp, run.id))[0] ?? "", workerId: await newWorker(cp) });
  await database.query(
    "UPDATE syncline_control.runs SET state = 'failed', finished_at = now(), summary = $2 WHERE id = $1",
    [failed.id, JSON.stringify(SUMMARY)],
  );
  const patch = await verbs.recordPatch(cp, call, { ...PATCH, runId: run.id });
  const { key } = await verbs.createApiKey(cp, call, { name: "theirs", scopes: ["*"] });
  const server = await verbs.createServer(cp, call, {
    name: "theirs",
    url: "postgres://u:p@h/d",
    tenancy: { kind: "schema" },
    environment: "production",
  });
  const { webhook } = await verbs.createWebhook(cp, call, {
    name: "theirs",
    url: "https://example.test/",
    events: ["*"],
    origin: "config",
  });
  const { organizationId } = call.scope;
  await verbs.enqueueDelivery(cp, { organizationId, eventType: "run.failed", payload: {}, eventId: 1 });
  await verbs.upsertPair(cp, { organizationId, jobId: job.id, source: "a", target: "b" });
  const request = { key: "their-key", requestDigest: "digest" };
  await verbs.withIdempotency(cp, call, request, async () => ({ status: 200, response: {} }));
  await verbs.writeCheckpoint(cp, call.scope.organizationId);
  const review = await verbs.openReview(cp, call, REVIEW);
  const comment = await verbs.commentOnReview(cp, call, { reviewId: review.id, body: "theirs" });
  await decideForThem(test, review);
  const [conflict] = await database.query<{ id: string }>(
    `INSERT INTO syncline_control.conflicts (organization_id, job_id, run_id, table_name, key_text, kind, columns, document)
     VALUES ($1, $2, $3, 'public.users', '1', 'update-update', '{name}', $4) RETURNING id`,
    [organizationId, job.id, run.id, JSON.stringify(CONFLICT)],
  );
  const grants = [{ role: "viewer", projectId: call.scope.projectId, environmentId: null }] as const;
  const userId = await verbs.createPerson(cp, call, { email: "theirs@example.test", name: "Theirs", grants });
  const { session } = await verbs.startSession(cp, call, { ...SESSION, userId });
  const { invitation } = await verbs.createInvitation(cp, call, {
    email: "invited@example.test",
    grants: [],
    lifetimeMs: 60_000,
  });
  await verbs.createProject(cp, call, { slug: "theirs-only", name: "Theirs" });
  await fillByHand(test, { conflictId: conflict?.id ?? "", userId, runId: run.id });
  return {
    userId,
    sessionId: session.id,
    invitationId: invitation.id,
    scope: call.scope,
    jobId: job.id,
    runId: run.id,
    failedRunId: failed.id,
    patchId: patch.id,
    keyId: key.id,
    serverName: server.name,
    serverId: server.id,
    webhookId: webhook.id,
    conflictId: conflict?.id ?? "",
    reviewId: review.id,
    contentHash: review.contentHash,
    commentId: comment.id,
  };
}

/** An approval, with the key that signs it. */
async function decideForThem({ cp, call, database }: TestControlPlane, review: Review): Promise<void> {
  const { organizationId } = call.scope;
  const [user] = await database.query<{ id: string }>(
    `INSERT INTO syncline_control.users (organization_id, email, email_key, name, created_by)
     VALUES ($1, 'decides@example.test', 'decides@example.test', 'Decides', 'tester') RETURNING id`,
    [organizationId],
  );
  await database.query(
    "INSERT INTO syncline_control.role_bindings (organization_id, user_id, role, created_by) VALUES ($1, $2, 'reviewer', 'tester')",
    [organizationId, user?.id],
  );
  const { contentHash, targetFingerprint } = review;
  const decided = {
    reviewId: review.id,
    decision: "approve",
    reason: "",
    contentHash,
    targetFingerprint,
  } as const;
  await verbs.decideReview(cp, { ...call, userId: user?.id ?? "" }, decided);
}

/** What only processes of the service write. */
async function fillByHand(
  { call, database }: TestControlPlane,
  { conflictId, userId, runId }: { conflictId: string; userId: string; runId: string },
): Promise<void> {
  const { organizationId } = call.scope;
  const insert = (text: string, ...values: string[]) =>
    database.query(`INSERT INTO syncline_control.${text}`, [organizationId, ...values]);
  await database.query("UPDATE syncline_control.conflicts SET state = 'resolved' WHERE id = $1", [
    conflictId,
  ]);
  await insert(
    "resolutions (organization_id, conflict_id, choice, seen, resolved_by) VALUES ($1, $2, 'ours', '', 'tester')",
    conflictId,
  );
  await insert(
    "schedule_slots (organization_id, schedule_id, fire_at, outcome) SELECT $1, id, now(), 'missed' FROM syncline_control.schedules LIMIT 1",
  );
  await insert(
    "snapshot_holders (organization_id, run_id, attempt, side, worker, snapshot_id, held_until) VALUES ($1, $2, 1, 'source', gen_random_uuid(), 'x', now() + interval '1 day')",
    runId,
  );
  await insert(
    "oidc_identities (organization_id, issuer, subject, user_id) VALUES ($1, 'https://issuer.test', 'theirs', $2)",
    userId,
  );
}

/** A digest of every row of an organization in every table. */
export async function digestOf(sql: Sql, { organizationId }: Pick<Scope, "organizationId">): Promise<string> {
  const rows = (await ownedTables(sql)).map(
    (name) =>
      `SELECT '${name}' || to_jsonb(t)::text AS row FROM syncline_control."${name}" t WHERE organization_id = $1`,
  );
  const [found] = await sql.unsafe<{ count: number; digest: string }[]>(
    `SELECT count(*)::int AS count, md5(string_agg(row, E'\\n' ORDER BY row)) AS digest FROM (${rows.join(" UNION ALL ")}) r`,
    [organizationId],
  );
  return JSON.stringify(found);
}

/** Names of the tables whose rows have an organization. */
export async function ownedTables(sql: Sql): Promise<readonly string[]> {
  const tables = await sql<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.columns
    WHERE table_schema = 'syncline_control' AND column_name = 'organization_id' ORDER BY 1`;
  return tables.map(({ name }) => name);
}
