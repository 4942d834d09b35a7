/** What a group of routes is about, in the order in which people read. */
export const TAGS: Readonly<Record<string, string>> = {
  overview: "How everything stands, what runs now, and what waits for people.",
  jobs: "Saved definitions of work, their schedules and incoming webhooks.",
  runs: "Executions of jobs and of single requests: progress, outcome, work units, control.",
  events: "What happens, as server-sent events that go on after `Last-Event-ID`.",
  diffs: "Comparisons, kept as patches: their changes listed, filtered and searched.",
  transfers: "Patches applied and undone, rows copied, exported, imported and written one by one.",
  conflicts: "Rows that both sides changed, waiting for a decision.",
  databases: "What can be compared: servers of the config and those added here, with their tenants.",
  servers: "Servers that were added here. Their URLs are sealed and never shown.",
  webhooks: "Where alerts go, signed after Standard Webhooks.",
  projects: "Projects of the organization and their environments.",
  access: "API keys, their scopes and their rotation.",
  "sign-in": "People come in by a password or an identity provider; their own account, sessions and keys.",
  people: "People of the organization, their roles, and the links that invite them.",
  reviews: "Patches and runs that wait for the approval of others: comments, decisions, applying.",
  environments: "What writing to an environment takes: approvals, signatures, freezing.",
  settings: "What the operator has set.",
  secrets: "What is sealed, and under which master key.",
  audit: "Who did what.",
  operation: "Processes that take part, and how they are doing.",
};

/** What parameters of many routes mean; a route's own words win. */
export const PARAMETERS: Readonly<Record<string, string>> = {
  authuser: "As the identity provider adds it; not used.",
  hd: "As the identity provider adds it; not used.",
  prompt: "As the identity provider adds it; not used.",
  session_state: "As the identity provider adds it; not used.",
  scope: "As the identity provider adds it; not used.",
  code: "What the identity provider gives for a token, once.",
  iss: "The identity provider, as it names itself.",
  enabled: "Enabled ones, or disabled ones.",
  error: "Why the identity provider refuses.",
  error_description: "The same in words; not shown.",
  error_uri: "Where the identity provider explains it; not used.",
  commentId: "Of the comment.",
  subjectKind: "Entries about objects of this kind, such as `job`.",
  order: "Which entries come first.",
  action: "Entries of this action, such as `job.create`.",
  allowDeletes: "Also delete what went missing on one side.",
  confirm: "Name of the target's server, which a protected one wants to hear.",
  dryRun: "Do everything and roll it back.",
  format: "Form of the body; otherwise the content type says it.",
  id: "As lists and the answer that created it give it.",
  includeCascades: "Accept that foreign keys reach rows of other tables.",
  jobId: "Of this job.",
  kind: "Of this kind.",
  limit: "How many at most.",
  locator: "The place, `server:tenant:tables`.",
  mask: "Masks of the config to apply, by name.",
  n: "Its number, as the list of changes gives it.",
  name: "The one of this name.",
  runId: "Of this run.",
  server: "Of this server.",
  state: "In this state.",
  strategy: "What happens to rows that are not as expected.",
  subjectId: "Entries about this object.",
  table: "Of this table.",
  target: "The place that is written to, `server:tenant:tables`.",
  tenants: "Also list the tenants of each server, which connects to it.",
  token: "As it was given when the hook was made; it is the credential.",
  triggers: "Whether triggers of the target fire: as the target's protection says, always or never.",
};

export const INTRODUCTION = `Version control for the rows in PostgreSQL databases.

**Keys.** Every request but the probes, incoming webhooks and sign-in carries an API key: \`Authorization: Bearer slk_…\`. Each route says which scope it needs.

**Sessions.** People sign in with \`POST /sign-in\`, which sets a cookie; pages send \`csrf\` of the answer, or of \`GET /me\`, as \`X-Syncline-CSRF\` with everything but GET. A key beside a cookie is what counts.

**Problems.** Errors are \`application/problem+json\` (RFC 9457) with a stable \`code\`, what to do in \`hint\`, and whether trying again may help in \`retryable\`.

**Repeating.** Routes that start something take an \`Idempotency-Key\`: sent again, the first answer comes back; with another body it is refused.

**Lists** give \`items\` and \`next\`; \`?after=\` goes on there. **Waiting:** routes that start a run answer at once, or take \`?wait=\` seconds.`;
