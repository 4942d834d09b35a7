import { grants, ROLE_SCOPES, SCOPES, type Scope } from "@syncline/api";
import { ROLES, type Role } from "@syncline/core";

export interface ScopeGroup {
  /** What the scopes are about: "jobs". */
  readonly noun: string;
  readonly scopes: readonly Scope[];
}

/** All scopes by what they are about, in the order of the table of permissions. */
export function scopeGroups(): ScopeGroup[] {
  const groups = Map.groupBy(SCOPES, (scope) => scope.split(":")[0] ?? "");
  return [...groups].map(([noun, scopes]) => ({ noun, scopes }));
}

/** What a role may do, as far as whoever asks has it too. */
export function scopesOfRole(role: Role, held: readonly string[]): readonly Scope[] {
  const scopes: readonly string[] = ROLE_SCOPES[role];
  return SCOPES.filter((scope) => grants(scopes, scope) && grants(held, scope));
}

/** "what an operator may". */
export function roleText(role: Role): string {
  return `what ${/^[aeiou]/.test(role) ? "an" : "a"} ${role} may`;
}

const MOST_NAMED = 3;

/** "everything", "what a viewer may", "jobs:read, jobs:run", "12 scopes". */
export function scopesText(scopes: readonly string[]): string {
  if (scopes.includes("*")) return "everything";
  const role = ROLES.find(
    (each) =>
      ROLE_SCOPES[each].length === scopes.length &&
      ROLE_SCOPES[each].every((scope) => scopes.includes(scope)),
  );
  if (role !== undefined) return roleText(role);
  return scopes.length <= MOST_NAMED ? scopes.join(", ") : `${scopes.length} scopes`;
}
