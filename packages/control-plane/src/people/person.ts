import { ROLES } from "@syncline/core";
import { type SQL, sql } from "drizzle-orm";
import type { RoleGrant, users } from "../schema/people.ts";

/** A role, where it holds, and what that is called. */
export interface GrantedRole extends RoleGrant {
  readonly project: string | null;
  readonly environment: string | null;
}

/** Without the hash. */
export type UserRecord = Omit<typeof users.$inferSelect, "passwordHash" | "emailKey">;

export interface Person extends UserRecord {
  readonly hasPassword: boolean;
  readonly grants: readonly GrantedRole[];
}

/** The roles of the row of `users` that a query is at. The name is written out: within another query a column stands without its table. */
export const grantsOfUser: SQL<GrantedRole[]> = sql<GrantedRole[]>`(
  SELECT coalesce(jsonb_agg(jsonb_build_object(
    'role', b.role, 'projectId', b.project_id, 'environmentId', b.environment_id,
    'project', p.slug, 'environment', e.name) ORDER BY b.created_at, b.id), '[]')
  FROM "syncline_control"."role_bindings" b
  LEFT JOIN "syncline_control"."projects" p ON p.id = b.project_id
  LEFT JOIN "syncline_control"."environments" e ON e.id = b.environment_id
  WHERE b.user_id = "syncline_control"."users"."id")`;

export function personOf(row: typeof users.$inferSelect, grants: readonly GrantedRole[]): Person {
  const { passwordHash, emailKey: _, ...user } = row;
  // A role of a newer version is none that this one knows.
  return {
    ...user,
    hasPassword: passwordHash !== null,
    grants: grants.filter(({ role }) => ROLES.includes(role)),
  };
}

/** Everything, everywhere in the organization. */
export function isOrganizationAdmin({ role, projectId, environmentId }: RoleGrant): boolean {
  return role === "admin" && projectId === null && environmentId === null;
}
