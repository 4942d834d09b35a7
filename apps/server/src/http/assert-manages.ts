import { ROLE_SCOPES } from "@syncline/api";
import type { RoleGrant } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { holdsAll, type Identity } from "./identity.ts";

/**
 * Nobody gives, takes or has power over more than they have themselves, and people are managed where one may manage
 * people. @throws CodedError `auth.denied`
 */
export function assertMayGrant({ authority }: Identity, grants: readonly RoleGrant[]): void {
  for (const { role, projectId, environmentId } of grants) {
    const reach = { projectId, environmentId };
    if (!holdsAll(authority, { projectId, environmentId: null }, ["people:write"]))
      throw new CodedError("auth.denied", "A role is granted or taken by who manages people where it holds.");
    if (!holdsAll(authority, reach, ROLE_SCOPES[role]))
      throw new CodedError(
        "auth.denied",
        `The role "${role}" there is more than you have, so you cannot give or take it.`,
      );
  }
}

/** For what concerns the whole account of a person. @throws CodedError `auth.denied` */
export function assertManagesAccount(identity: Identity, grants: readonly RoleGrant[]): void {
  if (!holdsAll(identity.authority, { projectId: null, environmentId: null }, ["people:write"]))
    throw new CodedError(
      "auth.denied",
      "An account belongs to all projects, and you manage people in single ones.",
    );
  assertMayGrant(identity, grants);
}
