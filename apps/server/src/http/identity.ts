import { grants, type Permission, ROLE_SCOPES } from "@syncline/api";
import type { AuthenticatedKey, GrantedRole, LiveSession } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";

/** Where something is permitted: null means everywhere below. */
export interface Reach {
  readonly projectId: string | null;
  readonly environmentId: string | null;
}

/** What a caller may do at most, wherever; permissions of one request are taken from it. */
export interface Authority {
  /** Of the person, as they are now; null: a program's key, which has its scopes alone. */
  readonly grants: readonly GrantedRole[] | null;
  /** Of the key and of which project; null: a session. */
  readonly key: { readonly scopes: readonly string[]; readonly projectId: string | null } | null;
}

/** Who asks: a live key, or a browser that is signed in. */
export interface Identity {
  /** Null: a session. */
  readonly keyId: string | null;
  /** Null: a key. */
  readonly sessionId: string | null;
  readonly actor: string;
  /** The person who asks, by a session or a key of their own; null for a program's key. */
  readonly userId: string | null;
  readonly organizationId: string;
  readonly projectId: string;
  /** What the request may in the whole project. */
  readonly scopes: readonly string[];
  /** What it may in environments of the project, by name, beyond that. */
  readonly environmentScopes: ReadonlyMap<string, readonly string[]>;
  /** What it may with what all projects share. */
  readonly organizationScopes: readonly string[];
  readonly authority: Authority;
  readonly expiresAt: Date | null;
}

export const NOBODY: Identity = {
  keyId: null,
  sessionId: null,
  actor: "public",
  userId: null,
  organizationId: "",
  projectId: "",
  scopes: [],
  environmentScopes: new Map(),
  organizationScopes: [],
  authority: { grants: [], key: null },
  expiresAt: null,
};

export function identityOfKey(key: AuthenticatedKey, projectId: string): Identity {
  const { scopes, person } = key;
  const authority = { grants: person?.grants ?? null, key: { scopes, projectId: key.projectId } };
  return {
    ...permissionsIn(authority, projectId),
    keyId: key.id,
    sessionId: null,
    // Whoever reads it later wants to know the person, and which of their keys to revoke.
    actor: person === null ? `key:${key.publicId}` : `user:${person.email} key:${key.publicId}`,
    userId: key.userId,
    organizationId: key.organizationId,
    projectId,
    authority,
    expiresAt: key.expiresAt,
  };
}

export function identityOfSession({ session, person }: LiveSession, projectId: string): Identity {
  const authority = { grants: person.grants, key: null };
  return {
    ...permissionsIn(authority, projectId),
    keyId: null,
    sessionId: session.id,
    actor: `user:${person.email}`,
    userId: person.id,
    organizationId: person.organizationId,
    projectId,
    authority,
    expiresAt: session.expiresAt,
  };
}

function permissionsIn(
  authority: Authority,
  projectId: string,
): Pick<Identity, "scopes" | "environmentScopes" | "organizationScopes"> {
  const own = (authority.grants ?? []).filter((grant) => grant.projectId === projectId);
  const environmentScopes = new Map(
    own.flatMap(({ environment, environmentId }) =>
      environment === null ? [] : [[environment, scopesAt(authority, { projectId, environmentId })] as const],
    ),
  );
  // Lists are the project's: whoever has a role in one of its environments sees them, as a viewer does.
  const seen =
    environmentScopes.size === 0 ? [] : within(authority, { projectId, scopes: ROLE_SCOPES.viewer });
  return {
    scopes: [...new Set([...scopesAt(authority, { projectId, environmentId: null }), ...seen])],
    environmentScopes,
    organizationScopes: scopesAt(authority, { projectId: null, environmentId: null }),
  };
}

/** All that is permitted at a place and everywhere below it. */
export function scopesAt(authority: Authority, { projectId, environmentId }: Reach): readonly string[] {
  if (authority.grants === null) return within(authority, { projectId, scopes: ["*"] });
  const covering = authority.grants.filter(
    (grant) =>
      (grant.projectId === null || grant.projectId === projectId) &&
      (grant.environmentId === null || grant.environmentId === environmentId),
  );
  const scopes = [...new Set(covering.flatMap(({ role }) => ROLE_SCOPES[role]))];
  return within(authority, { projectId, scopes });
}

/** What is left of scopes when they are used through a key. */
function within(
  { key }: Authority,
  { projectId, scopes }: { readonly projectId: string | null; readonly scopes: readonly string[] },
): readonly string[] {
  if (key === null) return scopes;
  if (key.projectId !== null && key.projectId !== projectId) return [];
  if (scopes.includes("*")) return key.scopes;
  return key.scopes.includes("*") ? scopes : scopes.filter((scope) => key.scopes.includes(scope));
}

/** Whether everything that the scopes permit is permitted there. */
export function holdsAll(authority: Authority, reach: Reach, scopes: readonly string[]): boolean {
  const held = scopesAt(authority, reach);
  return held.includes("*") || scopes.every((scope) => scope !== "*" && held.includes(scope));
}

/**
 * For what is done with a target, or read from a source: the caller has the scope in the whole project or in the place's
 * environment. `environment: null`: the place is in none, and then only the project's counts. @throws CodedError `auth.denied`
 */
export function assertEnvironment(
  identity: Identity,
  permission: Permission,
  environment: string | null,
): void {
  if (grants(identity.scopes, permission)) return;
  const there = environment === null ? [] : (identity.environmentScopes.get(environment) ?? []);
  if (grants(there, permission)) return;
  const where =
    environment === null ? "a place that is in no environment" : `the environment "${environment}"`;
  throw new CodedError("auth.denied", `The scope "${permission}" is not granted for ${where}.`, {
    hint: "An administrator can grant a role there.",
  });
}
