import {
  type ControlPlane,
  createApiKey,
  createEnvironment,
  createInvitation,
  createJob,
  createOrganization,
  createPerson,
  createRun,
  createServer,
  createWebhook,
  openControlPlane,
  openReview,
  parseMasterKey,
  recordPatch,
  type Scope,
  startSession,
} from "@syncline/control-plane";
import { jobSchema } from "@syncline/jobs";

/** Objects of one organization, by the first part of the paths that name them. */
export interface OwnedIds {
  readonly key: string;
  readonly scope: Scope;
  readonly ids: Readonly<
    Record<
      | "jobs"
      | "runs"
      | "patches"
      | "servers"
      | "webhooks"
      | "conflicts"
      | "keys"
      | "people"
      | "invitations"
      | "sessions"
      | "projects"
      | "environments"
      | "reviews",
      string
    >
  >;
}

export const DIFF_JOB = jobSchema.parse({
  name: "theirs",
  kind: "diff",
  source: "a:public:users",
  target: "b:public:users",
});

/** Opens a server's control database beside it. */
export function openBeside(url: string, masterKey: string): Promise<ControlPlane> {
  return openControlPlane({
    url,
    masterKey: parseMasterKey(masterKey),
    applicationName: "test",
    maxConnections: 2,
  });
}

/** An organization that has one of everything. */
export async function makeOrganization(cp: ControlPlane, slug: string): Promise<OwnedIds> {
  const scope = await createOrganization(cp, { slug, actor: "test" });
  const call = { scope, actor: "test" };
  const job = await createJob(cp, call, { definition: DIFF_JOB });
  const run = await createRun(cp, call, { jobId: job.id, trigger: "manual" });
  const patch = await recordPatch(cp, call, {
    origin: "upload",
    source: "a",
    target: "b",
    hash: "00",
    complete: true,
    operations: 0,
    bytes: 0,
    summary: {},
    objectKey: `results/${slug}`,
    indexKey: null,
    keepMs: null,
  });
  const server = await createServer(cp, call, {
    name: "theirs",
    url: "postgres://u:p@db.example/app",
    tenancy: { kind: "schema" },
  });
  const { webhook } = await createWebhook(cp, call, {
    name: "theirs",
    url: "https://hooks.example/x",
    events: ["*"],
  });
  const { key, token } = await createApiKey(cp, call, { name: "theirs", scopes: ["*"] });
  const [conflict] = await cp.sql<{ id: string }[]>`
    INSERT INTO syncline_control.conflicts
      (organization_id, job_id, run_id, table_name, key_text, kind, columns, document)
    VALUES (${scope.organizationId}, ${job.id}, ${run.id}, 'users', '1', 'update-update', '{name}',
      '{"table": "users", "key": {"id": "1"}, "base": null, "ours": null, "theirs": null, "columnTypes": [["id", "integer"]], "versions": "1"}')
    RETURNING id`;
  const theirs = { email: `theirs@${slug}.test`, name: "Theirs", grants: [] };
  const userId = await createPerson(cp, call, theirs);
  const { session } = await startSession(cp, call, {
    userId,
    method: "password",
    address: null,
    agent: null,
    replaces: null,
    lifetimeMs: 3_600_000,
  });
  const { invitation } = await createInvitation(cp, call, {
    email: `invited@${slug}.test`,
    grants: [],
    lifetimeMs: 3_600_000,
  });
  const review = await openReview(cp, call, {
    title: "Theirs",
    definition: DIFF_JOB,
    target: "b:public",
    environment: null,
    targetFingerprint: "00".repeat(32),
    required: 1,
    expiresInMs: 3_600_000,
  });
  const environment = await createEnvironment(cp, call, { name: "theirs" });
  return {
    key: token,
    scope,
    ids: {
      people: userId,
      sessions: session.id,
      invitations: invitation.id,
      projects: scope.projectId,
      environments: environment.id,
      reviews: review.id,
      jobs: job.id,
      runs: run.id,
      patches: patch.id,
      servers: server.id,
      webhooks: webhook.id,
      keys: key.id,
      conflicts: conflict?.id ?? "",
    },
  };
}
