import { and, desc, eq, getTableColumns } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { type Page, type PageInput, pageByAge, readAge, readLimit } from "../paging.ts";
import { jobs, pairs } from "../schema/index.ts";
import { olderThan } from "./by-age.ts";
import type { Pair } from "./get-pair.ts";

/** Newest first. */
export async function listPairs(cp: ControlPlane, scope: Scope, input: PageInput = {}): Promise<Page<Pair>> {
  const limit = readLimit(input);
  const position = readAge(input);
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select(getTableColumns(pairs))
      .from(pairs)
      .innerJoin(jobs, eq(jobs.id, pairs.jobId))
      .where(
        and(
          eq(pairs.organizationId, scope.organizationId),
          eq(jobs.projectId, scope.projectId),
          olderThan(pairs, position),
        ),
      )
      .orderBy(desc(pairs.createdAt), desc(pairs.id))
      .limit(limit + 1),
  );
  return pageByAge(rows, limit);
}
