import type { RouteName } from "@syncline/api";
import { type ControlPlane, createApiKey, type RoleGrant, type Scope } from "@syncline/control-plane";
import type { Role } from "@syncline/core";
import { makePerson } from "./people.ts";

/** Who asks in the matrix, and what they are to be able to, said anew: not by the code under test. */
export interface Actor {
  readonly name: string;
  readonly by: "nothing" | "session" | "key";
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Scopes in the project, in environments, and in the organization; `*`: everything. */
  readonly project: readonly string[];
  readonly environments: Readonly<Record<string, readonly string[]>>;
  readonly organization: readonly string[];
}

/** What takes a person in a browser. */
export const SESSION_ONLY: ReadonlySet<RouteName> = new Set([
  "POST /sign-out",
  "PATCH /me",
  "POST /me/password",
  "GET /me/sessions",
  "DELETE /me/sessions",
  "DELETE /me/sessions/{id}",
  "POST /me/keys",
  "DELETE /me/keys/{id}",
]);

export interface ActorsOptions {
  readonly cp: ControlPlane;
  readonly scope: Scope;
  readonly url: string;
  readonly stagingId: string;
  readonly roles: Readonly<Record<Role, readonly string[]>>;
}

/** Seven: nobody, a person without roles, viewer, operator of one environment, reviewer of one project, administrator, and a key with one scope. */
export async function makeActors(options: ActorsOptions): Promise<Actor[]> {
  const { cp, scope, roles } = options;
  const { projectId } = scope;
  const none = { project: [], environments: {}, organization: [] };
  const everywhere = (role: Role): RoleGrant => ({ role, projectId: null, environmentId: null });
  const staging: RoleGrant = { role: "operator", projectId, environmentId: options.stagingId };
  const reviewer: RoleGrant = { role: "reviewer", projectId, environmentId: null };
  const { token } = await createApiKey(cp, { scope, actor: "test" }, { name: "one", scopes: ["jobs:read"] });
  return [
    { ...none, name: "nobody", by: "nothing", key: null, headers: {} },
    ...(await both(options, { name: "a person without roles", grants: [], can: none })),
    ...(await both(options, {
      name: "viewer",
      grants: [everywhere("viewer")],
      can: { project: roles.viewer, environments: {}, organization: roles.viewer },
    })),
    ...(await both(options, {
      name: "operator of staging",
      grants: [staging],
      can: { project: roles.viewer, environments: { staging: roles.operator }, organization: [] },
    })),
    ...(await both(options, {
      name: "reviewer of the project",
      grants: [reviewer],
      can: { project: roles.reviewer, environments: {}, organization: [] },
    })),
    ...(await both(options, {
      name: "administrator",
      grants: [everywhere("admin")],
      can: { project: ["*"], environments: {}, organization: ["*"] },
    })),
    {
      name: "key with jobs:read",
      by: "key",
      key: token,
      headers: {},
      project: ["jobs:read"],
      environments: {},
      organization: ["jobs:read"],
    },
  ];
}

interface Described {
  readonly name: string;
  readonly grants: readonly RoleGrant[];
  readonly can: Pick<Actor, "project" | "environments" | "organization">;
}

/** By session and by a key of their own. */
async function both({ cp, scope, url }: ActorsOptions, { name, grants, can }: Described): Promise<Actor[]> {
  const { key, headers } = await makePerson(cp, { url, scope, grants });
  return [
    { ...can, name, by: "session", key: null, headers },
    { ...can, name, by: "key", key, headers: {} },
  ];
}
