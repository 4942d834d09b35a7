import { and, asc, eq, gt } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { type Page, type PageInput, readLimit, readNumber } from "../paging.ts";
import type { Attempt, WorkUnit } from "../records.ts";
import { attempts, workUnits } from "../schema/index.ts";
import { getRun } from "./get-run.ts";

/** Work units of a run by position. @throws CodedError `resource.not_found` */
export async function listUnits(
  cp: ControlPlane,
  scope: Scope,
  input: PageInput & { readonly runId: string },
): Promise<Page<WorkUnit>> {
  const limit = readLimit(input);
  const after = readNumber(input);
  const run = await getRun(cp, scope, input);
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(workUnits)
      .where(
        and(
          eq(workUnits.runId, run.id),
          eq(workUnits.organizationId, scope.organizationId),
          after === null ? undefined : gt(workUnits.position, after),
        ),
      )
      .orderBy(asc(workUnits.position))
      .limit(limit + 1),
  );
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? String(items.at(-1)?.position) : null };
}

/** Tries of a run, from the first. @throws CodedError `resource.not_found` */
export async function listAttempts(
  cp: ControlPlane,
  scope: Scope,
  { runId }: { readonly runId: string },
): Promise<readonly Attempt[]> {
  const run = await getRun(cp, scope, { runId });
  return read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(attempts)
      .where(and(eq(attempts.runId, run.id), eq(attempts.organizationId, scope.organizationId)))
      .orderBy(asc(attempts.number)),
  );
}

/** Work units of a run for whoever works on it: a plan's output is found by the units after it. */
export async function readUnits(
  cp: ControlPlane,
  { organizationId, runId }: { readonly organizationId: string; readonly runId: string },
): Promise<readonly WorkUnit[]> {
  return read(cp, organizationId, (db) =>
    db
      .select()
      .from(workUnits)
      .where(and(eq(workUnits.runId, runId), eq(workUnits.organizationId, organizationId)))
      .orderBy(asc(workUnits.position)),
  );
}
