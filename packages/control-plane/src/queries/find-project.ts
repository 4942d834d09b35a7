import { and, asc, eq } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { projects } from "../schema/index.ts";

/** A project by its slug; without one the organization's first. Null when there is none. */
export async function findProject(
  cp: ControlPlane,
  { organizationId, slug }: { readonly organizationId: string; readonly slug: string | null },
): Promise<typeof projects.$inferSelect | null> {
  const [project] = await read(cp, organizationId, (db) =>
    db
      .select()
      .from(projects)
      .where(
        and(eq(projects.organizationId, organizationId), slug === null ? undefined : eq(projects.slug, slug)),
      )
      .orderBy(asc(projects.createdAt), asc(projects.id))
      .limit(1),
  );
  return project ?? null;
}
