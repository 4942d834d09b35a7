import { and, eq } from "drizzle-orm";
import type { Call } from "../control-plane.ts";
import type { Transaction } from "../database/open-database.ts";
import { environments } from "../schema/index.ts";

/** Id of a project's environment by its name. */
export async function ensureEnvironment(
  tx: Transaction,
  { call, name }: { readonly call: Call; readonly name: string | null },
): Promise<string | null> {
  if (name === null) return null;
  const { organizationId, projectId } = call.scope;
  await tx.insert(environments).values({ organizationId, projectId, name }).onConflictDoNothing();
  const [row] = await tx
    .select({ id: environments.id })
    .from(environments)
    .where(
      and(
        eq(environments.projectId, projectId),
        eq(environments.organizationId, organizationId),
        eq(environments.name, name),
      ),
    );
  return row?.id ?? null;
}
