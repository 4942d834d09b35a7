import { and, inArray, isNull } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { read, SERVICE } from "../database/transact.ts";
import { isUuid } from "../ids.ts";
import type { PatchRecord } from "../records.ts";
import { patches, runs, workUnits } from "../schema/index.ts";

export interface KnownResults {
  /** Records of the asked files that are still there, of all organizations. */
  readonly patches: readonly PatchRecord[];
  /** Of the asked work units, those whose run has not ended. */
  readonly liveUnits: ReadonlySet<string>;
}

/** What names files of the object store: without either, a file is nobody's. */
export async function knownResults(
  cp: ControlPlane,
  { objectKeys, unitIds }: { readonly objectKeys: readonly string[]; readonly unitIds: readonly string[] },
): Promise<KnownResults> {
  const units = unitIds.filter(isUuid);
  const [named, live] = await Promise.all([
    objectKeys.length === 0
      ? []
      : read(cp, SERVICE, (db) =>
          db
            .select()
            .from(patches)
            .where(and(inArray(patches.objectKey, [...objectKeys]), isNull(patches.removedAt))),
        ),
    units.length === 0
      ? []
      : read(cp, SERVICE, (db) =>
          db
            .select({ id: workUnits.id })
            .from(workUnits)
            .where(
              and(
                inArray(workUnits.id, units),
                inArray(
                  workUnits.runId,
                  db.select({ id: runs.id }).from(runs).where(isNull(runs.finishedAt)),
                ),
              ),
            ),
        ),
  ]);
  return { patches: named, liveUnits: new Set(live.map(({ id }) => id)) };
}
