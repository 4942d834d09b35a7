import type { Role } from "@syncline/core";

/** A role and where it holds, with what the places are called. */
export interface NamedGrant {
  readonly role: Role;
  readonly projectId: string | null;
  readonly environmentId: string | null;
  readonly project: string | null;
  readonly environment: string | null;
}

export const ROLE_TEXT: Readonly<Record<Role, string>> = {
  viewer: "sees what there is and what happened, no values of rows",
  operator: "also compares, reads rows, runs jobs and writes",
  reviewer: "also approves and decides conflicts",
  admin: "may do everything, people and keys among it",
};

/** "everywhere", "in shop", "in shop / prod". */
export function grantPlace({
  project,
  projectId,
  environment,
  environmentId,
}: Omit<NamedGrant, "role">): string {
  if (projectId === null) return "everywhere";
  const where = `in ${project ?? projectId}`;
  return environmentId === null ? where : `${where} / ${environment ?? environmentId}`;
}

/** The same grant, whatever its places are called. */
export function grantKey({
  role,
  projectId,
  environmentId,
}: Omit<NamedGrant, "project" | "environment">): string {
  return `${role} ${projectId ?? "*"} ${environmentId ?? "*"}`;
}
