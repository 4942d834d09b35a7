import type { Role } from "@syncline/core";
import type { Call } from "../control-plane.ts";
import type { TestControlPlane } from "./test-control-plane.ts";

export interface TestPerson {
  readonly userId: string;
  readonly email: string;
  /** As their session or personal key calls. */
  readonly call: Call;
}

/** A person of the organization with one role. */
export async function makePerson(
  { call, database }: Pick<TestControlPlane, "call" | "database">,
  { name, role, environment = null }: { name: string; role: Role | null; environment?: string | null },
): Promise<TestPerson> {
  const { organizationId, projectId } = call.scope;
  const email = `${name}@example.test`;
  const [user] = await database.query<{ id: string }>(
    `INSERT INTO syncline_control.users (organization_id, email, email_key, name, created_by)
     VALUES ($1, $2, $2, $3, 'tester') RETURNING id`,
    [organizationId, email, name],
  );
  const userId = user?.id ?? "";
  if (role !== null)
    await database.query(
      `INSERT INTO syncline_control.role_bindings (organization_id, user_id, role, project_id, environment_id, created_by)
       VALUES ($1, $2, $3, $4, (SELECT id FROM syncline_control.environments WHERE project_id = $4 AND name = $5), 'tester')`,
      [organizationId, userId, role, projectId, environment],
    );
  return { userId, email, call: { ...call, actor: `user:${email}`, userId } };
}
