import { CodedError } from "@syncline/core";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { SERVICE, transact } from "../database/transact.ts";
import { organizations, projects } from "../schema/index.ts";

const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Another owner of projects, jobs and keys, with a first project. @throws CodedError `resource.exists`, `request.invalid` */
export async function createOrganization(
  cp: ControlPlane,
  { slug, actor }: { readonly slug: string; readonly actor: string },
): Promise<Scope> {
  if (!SLUG.test(slug))
    throw new CodedError("request.invalid", "A slug is lower-case letters, digits and -, 63 at most.");
  return transact(cp, SERVICE, async (change) => {
    const [organization] = await change.tx
      .insert(organizations)
      .values({ slug, name: slug })
      .onConflictDoNothing()
      .returning();
    if (organization === undefined)
      throw new CodedError("resource.exists", `There is an organization "${slug}" already.`);
    const organizationId = organization.id;
    const [project] = await change.tx
      .insert(projects)
      .values({ organizationId, slug: "default", name: "default" })
      .returning();
    if (project === undefined) throw new Error("an inserted project was not returned");
    const scope = { organizationId, projectId: project.id };
    change.audit(
      { scope, actor },
      {
        action: "organization.create",
        subjectKind: "organization",
        subjectId: organizationId,
        detail: { slug },
      },
    );
    return scope;
  });
}
