import { ROLES, type Role } from "@syncline/core";
import type { RouteName, Scope } from "./permissions.ts";

/**
 * What each role adds to the one before it. A viewer sees what there is and what happened, never the values of rows:
 * changes of a patch, both sides of a conflict and rows themselves are from the operator on.
 */
const ADDED: Readonly<Record<Role, readonly Scope[] | "everything">> = {
  viewer: [
    "databases:read",
    "servers:read",
    "jobs:read",
    "runs:read",
    "events:read",
    "patches:read",
    "log:read",
    "projects:read",
    "workers:read",
    "reviews:read",
  ],
  operator: [
    "databases:test",
    "jobs:write",
    "jobs:run",
    "runs:control",
    "patches:write",
    "rows:diff",
    "rows:read",
    "rows:apply",
    "rows:undo",
    "rows:copy",
    "rows:export",
    "rows:import",
    "conflicts:read",
    "reviews:write",
  ],
  reviewer: ["reviews:approve", "conflicts:resolve"],
  admin: "everything",
};

/** What a role may do where it was granted: what it adds and all that is below it. `*`: everything. */
export const ROLE_SCOPES: Readonly<Record<Role, readonly (Scope | "*")[]>> = {
  viewer: scopesUpTo("viewer"),
  operator: scopesUpTo("operator"),
  reviewer: scopesUpTo("reviewer"),
  admin: scopesUpTo("admin"),
};

function scopesUpTo(role: Role): readonly (Scope | "*")[] {
  const added = ROLES.slice(0, ROLES.indexOf(role) + 1).map((each) => ADDED[each]);
  return added.includes("everything") ? ["*"] : added.flatMap((each) => (each === "everything" ? [] : each));
}

/**
 * Routes about places that have an environment: who has the scope in one environment alone comes as far as the handler,
 * which asks for the environment of every place (`assertEnvironment`). All others need the scope in the whole project.
 */
export const ENVIRONMENT_ROUTES: ReadonlySet<RouteName> = new Set([
  "POST /jobs",
  "POST /jobs/try",
  "PUT /jobs/{id}",
  "DELETE /jobs/{id}",
  "POST /jobs/{id}/run",
  "POST /jobs/{id}/hook",
  "POST /jobs/{id}/pair/reset",
  "POST /runs/{id}/cancel",
  "POST /runs/{id}/pause",
  "POST /runs/{id}/resume",
  "POST /runs/{id}/retry",
  "POST /diff",
  "GET /databases/tables",
  "POST /databases/test",
  "GET /patches/{id}/file",
  "GET /patches/{id}/changes",
  "GET /patches/{id}/changes/count",
  "GET /patches/{id}/changes/find",
  "GET /patches/{id}/changes/export",
  "GET /patches/{id}/changes/{n}",
  "GET /patches/{id}/histogram",
  "POST /patches/{id}/selection",
  "GET /patches/{id}/sql",
  "GET /patches/{id}/sql/file",
  "POST /patches/{id}/ignore-preview",
  "DELETE /patches/{id}",
  "POST /apply",
  "POST /apply/batch",
  "POST /apply/file",
  "POST /undo",
  "POST /copy",
  "POST /export",
  "POST /import",
  "GET /rows",
  "GET /conflicts/{id}",
  "POST /conflicts/{id}/resolve",
  "POST /conflicts/resolve",
  "POST /reviews",
  "POST /reviews/{id}/comments",
  "POST /reviews/{id}/comments/{commentId}/resolve",
  "POST /reviews/{id}/comments/{commentId}/reopen",
  "POST /reviews/{id}/approve",
  "POST /reviews/{id}/refuse",
  "POST /reviews/{id}/withdraw",
  "POST /reviews/{id}/apply",
  "PATCH /environments/{name}",
  "POST /environments/{name}/freeze",
  "DELETE /environments/{name}/freeze",
]);
