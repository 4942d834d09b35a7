import { CodedError } from "@syncline/core";
import { and, eq } from "drizzle-orm";
import type { Transaction } from "../database/open-database.ts";
import { assertId, notFound } from "../ids.ts";
import { environments, projects, type RoleGrant, roleBindings } from "../schema/index.ts";

interface Grants {
  readonly organizationId: string;
  readonly grants: readonly RoleGrant[];
}

/** Each once. @throws CodedError `resource.not_found` for a project or environment of somebody else, `request.invalid` */
export async function checkGrants(tx: Transaction, { organizationId, grants }: Grants): Promise<RoleGrant[]> {
  const unique = new Map<string, RoleGrant>();
  for (const { role, projectId, environmentId } of grants) {
    if (projectId === null && environmentId !== null)
      throw new CodedError(
        "request.invalid",
        "A role in an environment names the environment's project too.",
      );
    await assertPlace(tx, { organizationId, projectId, environmentId });
    unique.set(JSON.stringify([role, projectId, environmentId]), { role, projectId, environmentId });
  }
  return [...unique.values()];
}

async function assertPlace(
  tx: Transaction,
  { organizationId, projectId, environmentId }: Omit<RoleGrant, "role"> & { readonly organizationId: string },
): Promise<void> {
  if (projectId === null) return;
  assertId("project", projectId);
  const [project] = await tx
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.id, projectId), eq(projects.organizationId, organizationId)));
  if (project === undefined) throw notFound("project", projectId);
  if (environmentId === null) return;
  assertId("environment", environmentId);
  const [environment] = await tx
    .select({ id: environments.id })
    .from(environments)
    .where(and(eq(environments.id, environmentId), eq(environments.projectId, projectId)));
  if (environment === undefined) throw notFound("environment", environmentId);
}

interface PersonsGrants extends Grants {
  readonly userId: string;
  readonly actor: string;
}

/** Gives a person exactly these. */
export async function writeGrants(
  tx: Transaction,
  { organizationId, userId, grants, actor }: PersonsGrants,
): Promise<void> {
  await tx.delete(roleBindings).where(eq(roleBindings.userId, userId));
  if (grants.length === 0) return;
  await tx
    .insert(roleBindings)
    .values(grants.map((grant) => ({ ...grant, organizationId, userId, createdBy: actor })))
    .onConflictDoNothing();
}

/** As the audit log and events name them. */
export function describeGrants(grants: readonly RoleGrant[]): readonly RoleGrant[] {
  return grants.map(({ role, projectId, environmentId }) => ({ role, projectId, environmentId }));
}
