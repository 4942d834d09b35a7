import { and, desc, eq } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { type Page, type PageInput, pageByAge, readAge, readLimit } from "../paging.ts";
import type { PatchRecord } from "../records.ts";
import { patches } from "../schema/index.ts";
import { olderThan } from "./by-age.ts";

const owned = (scope: Scope) =>
  and(eq(patches.organizationId, scope.organizationId), eq(patches.projectId, scope.projectId));

/** @throws CodedError `resource.not_found` */
export async function getPatch(
  cp: ControlPlane,
  scope: Scope,
  { patchId }: { readonly patchId: string },
): Promise<PatchRecord> {
  assertId("patch", patchId);
  const [patch] = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(patches)
      .where(and(eq(patches.id, patchId), owned(scope))),
  );
  return found(patch, "patch", patchId);
}

export interface ListPatchesInput extends PageInput {
  readonly runId?: string;
}

/** Newest first; also those whose files were removed. */
export async function listPatches(
  cp: ControlPlane,
  scope: Scope,
  input: ListPatchesInput = {},
): Promise<Page<PatchRecord>> {
  const limit = readLimit(input);
  const position = readAge(input);
  if (input.runId !== undefined) assertId("run", input.runId);
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(patches)
      .where(
        and(
          owned(scope),
          input.runId === undefined ? undefined : eq(patches.runId, input.runId),
          olderThan(patches, position),
        ),
      )
      .orderBy(desc(patches.createdAt), desc(patches.id))
      .limit(limit + 1),
  );
  return pageByAge(rows, limit);
}
