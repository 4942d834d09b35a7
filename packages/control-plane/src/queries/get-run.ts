import { and, eq } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import type { Run } from "../records.ts";
import { runs } from "../schema/index.ts";

/** @throws CodedError `resource.not_found` */
export async function getRun(
  cp: ControlPlane,
  scope: Scope,
  { runId }: { readonly runId: string },
): Promise<Run> {
  assertId("run", runId);
  const [run] = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(runs)
      .where(
        and(
          eq(runs.id, runId),
          eq(runs.organizationId, scope.organizationId),
          eq(runs.projectId, scope.projectId),
        ),
      ),
  );
  return found(run, "run", runId);
}
