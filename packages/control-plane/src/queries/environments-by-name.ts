import { and, eq, inArray } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { environments } from "../schema/index.ts";
import type { Environment } from "./projects.ts";

/** What is stored of environments; those that are not known here are left out. */
export async function environmentsByName(
  cp: ControlPlane,
  scope: Scope,
  { names }: { readonly names: readonly string[] },
): Promise<readonly Environment[]> {
  if (names.length === 0) return [];
  return read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(environments)
      .where(
        and(
          eq(environments.organizationId, scope.organizationId),
          eq(environments.projectId, scope.projectId),
          inArray(environments.name, [...names]),
        ),
      ),
  );
}
