import { and, asc, eq, gt } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { type Page, type PageInput, readLimit } from "../paging.ts";
import { environments, projects } from "../schema/index.ts";

export type Project = typeof projects.$inferSelect;
export type Environment = typeof environments.$inferSelect;

/** By slug. */
export async function listProjects(
  cp: ControlPlane,
  scope: Scope,
  input: PageInput = {},
): Promise<Page<Project>> {
  const limit = readLimit(input);
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(projects)
      .where(
        and(
          eq(projects.organizationId, scope.organizationId),
          input.after == null ? undefined : gt(projects.slug, input.after),
        ),
      )
      .orderBy(asc(projects.slug))
      .limit(limit + 1),
  );
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.slug ?? null) : null };
}

/** Of the project, by name. */
export async function listEnvironments(
  cp: ControlPlane,
  scope: Scope,
  input: PageInput = {},
): Promise<Page<Environment>> {
  const limit = readLimit(input);
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(environments)
      .where(
        and(
          eq(environments.organizationId, scope.organizationId),
          eq(environments.projectId, scope.projectId),
          input.after == null ? undefined : gt(environments.name, input.after),
        ),
      )
      .orderBy(asc(environments.name))
      .limit(limit + 1),
  );
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.name ?? null) : null };
}
