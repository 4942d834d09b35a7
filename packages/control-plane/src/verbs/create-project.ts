import { CodedError } from "@syncline/core";
import type { Call, ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import type { Environment, Project } from "../queries/projects.ts";
import { environments, projects } from "../schema/index.ts";

/** @throws CodedError `resource.exists` */
export async function createProject(
  cp: ControlPlane,
  call: Call,
  { slug, name }: { readonly slug: string; readonly name: string },
): Promise<Project> {
  const { organizationId } = call.scope;
  return transact(cp, organizationId, async (change) => {
    const [project] = await change.tx
      .insert(projects)
      .values({ organizationId, slug, name })
      .onConflictDoNothing()
      .returning();
    if (project === undefined)
      throw new CodedError("resource.exists", `There is a project "${slug}" already.`);
    change.audit(call, {
      action: "project.create",
      subjectKind: "project",
      subjectId: project.id,
      detail: { slug },
    });
    return project;
  });
}

/** @throws CodedError `resource.exists` */
export async function createEnvironment(
  cp: ControlPlane,
  call: Call,
  { name }: { readonly name: string },
): Promise<Environment> {
  const { organizationId, projectId } = call.scope;
  return transact(cp, organizationId, async (change) => {
    const [environment] = await change.tx
      .insert(environments)
      .values({ organizationId, projectId, name })
      .onConflictDoNothing()
      .returning();
    if (environment === undefined)
      throw new CodedError("resource.exists", `There is an environment "${name}" already.`);
    change.audit(call, {
      action: "environment.create",
      subjectKind: "environment",
      subjectId: environment.id,
      detail: { name },
    });
    return environment;
  });
}
