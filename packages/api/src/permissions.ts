/** `resource:action`; what a key's scopes name. */
export const SCOPES = [
  "databases:read",
  "databases:test",
  "servers:read",
  "servers:write",
  "jobs:read",
  "jobs:write",
  "jobs:run",
  "runs:read",
  "runs:control",
  "events:read",
  "patches:read",
  "patches:write",
  "rows:diff",
  "rows:read",
  "rows:apply",
  "rows:undo",
  "rows:copy",
  "rows:export",
  "rows:import",
  "log:read",
  "conflicts:read",
  "conflicts:resolve",
  "keys:read",
  "keys:write",
  "webhooks:read",
  "webhooks:write",
  "webhooks:test",
  "audit:read",
  "projects:read",
  "projects:write",
  "workers:read",
  "metrics:read",
  "admin:profile",
  "people:read",
  "people:write",
  "reviews:read",
  "reviews:write",
  "reviews:approve",
  "environments:write",
  "audit:verify",
  "audit:export",
  "secrets:rotate",
] as const;
export type Scope = (typeof SCOPES)[number];

/** `public`: without credentials. `key`: any live key or session. Else the scope that it must have (or `*`). */
export type Permission = Scope | "public" | "key";

/**
 * Who may call what: the only table of permissions. Paths of `/api/v1` are without that prefix. The middleware reads it
 * and denies what is not here; a route that is not here does not compile (`defineRoute`).
 */
export const PERMISSIONS = {
  "GET /sign-in/methods": "public",
  "POST /sign-in": "public",
  "POST /sign-in/oidc": "public",
  "GET /sign-in/oidc/callback": "public",
  "POST /setup": "public",
  "POST /invitations/look": "public",
  "POST /invitations/accept": "public",
  "POST /sign-out": "key",

  "GET /me": "key",
  "PATCH /me": "key",
  "POST /me/password": "key",
  "GET /me/sessions": "key",
  "DELETE /me/sessions": "key",
  "DELETE /me/sessions/{id}": "key",
  "GET /me/keys": "key",
  "POST /me/keys": "key",
  "DELETE /me/keys/{id}": "key",

  "GET /people": "people:read",
  "POST /people": "people:write",
  "GET /people/{id}": "people:read",
  "PATCH /people/{id}": "people:write",
  "POST /people/{id}/reset": "people:write",
  "GET /people/{id}/sessions": "people:read",
  "DELETE /people/{id}/sessions": "people:write",
  "GET /invitations": "people:read",
  "POST /invitations": "people:write",
  "POST /invitations/{id}/resend": "people:write",
  "DELETE /invitations/{id}": "people:write",

  "GET /databases": "databases:read",
  "POST /databases/test": "databases:test",
  "GET /servers": "servers:read",
  "POST /servers": "servers:write",
  "GET /servers/{id}": "servers:read",
  "PATCH /servers/{id}": "servers:write",
  "DELETE /servers/{id}": "servers:write",

  "GET /jobs": "jobs:read",
  "POST /jobs": "jobs:write",
  "GET /jobs/{id}": "jobs:read",
  "PUT /jobs/{id}": "jobs:write",
  "DELETE /jobs/{id}": "jobs:write",
  "POST /jobs/{id}/run": "jobs:run",
  "POST /jobs/{id}/hook": "jobs:write",
  "GET /jobs/{id}/schedule": "jobs:read",
  "GET /jobs/{id}/pair": "jobs:read",
  "POST /jobs/{id}/pair/reset": "jobs:write",
  "POST /schedule/preview": "jobs:read",
  "POST /hooks/{token}": "public",

  "GET /runs": "runs:read",
  "GET /runs/{id}": "runs:read",
  "GET /runs/{id}/units": "runs:read",
  "GET /runs/{id}/attempts": "runs:read",
  "POST /runs/{id}/cancel": "runs:control",
  "POST /runs/{id}/pause": "runs:control",
  "POST /runs/{id}/resume": "runs:control",
  "POST /runs/{id}/retry": "runs:control",
  "GET /runs/{id}/events": "events:read",
  "GET /events": "events:read",

  "POST /diff": "rows:diff",
  "GET /patches": "patches:read",
  "POST /patches": "patches:write",
  "GET /patches/{id}": "patches:read",
  "DELETE /patches/{id}": "patches:write",
  "GET /patches/{id}/file": "rows:read",
  "GET /patches/{id}/changes": "rows:read",
  "GET /patches/{id}/changes/{n}": "rows:read",

  "POST /apply": "rows:apply",
  "POST /apply/batch": "rows:apply",
  "POST /apply/file": "rows:apply",
  "POST /undo": "rows:undo",
  "GET /log": "log:read",
  "POST /copy": "rows:copy",
  "POST /export": "rows:export",
  "POST /import": "rows:import",
  "GET /rows": "rows:read",

  "GET /conflicts": "conflicts:read",
  "GET /conflicts/{id}": "conflicts:read",
  "POST /conflicts/{id}/resolve": "conflicts:resolve",
  "POST /conflicts/resolve": "conflicts:resolve",

  "GET /keys": "keys:read",
  "POST /keys": "keys:write",
  "POST /keys/{id}/rotate": "keys:write",
  "DELETE /keys/{id}": "keys:write",

  "GET /webhooks": "webhooks:read",
  "POST /webhooks": "webhooks:write",
  "PATCH /webhooks/{id}": "webhooks:write",
  "DELETE /webhooks/{id}": "webhooks:write",
  "POST /webhooks/{id}/test": "webhooks:test",
  "GET /webhooks/{id}/deliveries": "webhooks:read",

  "GET /audit": "audit:read",
  "GET /audit/export": "audit:export",
  "GET /audit/checkpoints": "audit:read",
  "POST /audit/verify": "audit:verify",
  "POST /audit/key/rotate": "secrets:rotate",
  "GET /secrets": "secrets:rotate",
  "POST /secrets/rewrap": "secrets:rotate",
  "GET /projects": "projects:read",
  "POST /projects": "projects:write",
  "GET /environments": "projects:read",
  "POST /environments": "projects:write",
  "PATCH /environments/{name}": "environments:write",
  "POST /environments/{name}/freeze": "environments:write",
  "DELETE /environments/{name}/freeze": "environments:write",

  "GET /reviews": "reviews:read",
  "POST /reviews": "reviews:write",
  "GET /reviews/{id}": "reviews:read",
  "POST /reviews/{id}/comments": "reviews:write",
  "POST /reviews/{id}/comments/{commentId}/resolve": "reviews:write",
  "POST /reviews/{id}/comments/{commentId}/reopen": "reviews:write",
  "POST /reviews/{id}/approve": "reviews:approve",
  "POST /reviews/{id}/refuse": "reviews:approve",
  "POST /reviews/{id}/withdraw": "reviews:write",
  "POST /reviews/{id}/apply": "jobs:run",
  "GET /signers": "reviews:read",

  "GET /workers": "workers:read",
  "POST /admin/profile": "admin:profile",
} as const satisfies Readonly<Record<string, Permission>>;

/** `METHOD /path` as in the OpenAPI document. */
export type RouteName = keyof typeof PERMISSIONS;

/**
 * What all projects of an organization share: a key of one project may not touch it, whatever its scopes. Webhooks hear of
 * every project, the audit log names what each has, a profile holds what the whole process has in memory.
 */
export const ORGANIZATION_ROUTES: ReadonlySet<RouteName> = new Set([
  "GET /webhooks",
  "POST /webhooks",
  "PATCH /webhooks/{id}",
  "DELETE /webhooks/{id}",
  "POST /webhooks/{id}/test",
  "GET /webhooks/{id}/deliveries",
  "GET /audit",
  "GET /audit/export",
  "GET /audit/checkpoints",
  "POST /audit/verify",
  "POST /audit/key/rotate",
  "GET /secrets",
  "POST /secrets/rewrap",
  "POST /projects",
  "POST /admin/profile",
  // From where somebody signs in.
  "GET /people/{id}/sessions",
]);

export function grants(scopes: readonly string[], permission: Permission): boolean {
  if (permission === "public" || permission === "key") return true;
  return scopes.includes("*") || scopes.includes(permission);
}
