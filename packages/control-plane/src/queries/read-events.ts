import { and, asc, eq, getTableColumns, gt, max, min } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { isUuid } from "../ids.ts";
import type { EventRecord } from "../records.ts";
import { events, runs } from "../schema/index.ts";

export interface ReadEventsInput {
  readonly organizationId: string;
  readonly runId?: string;
  /** Id of the last event that was seen; 0 for all that is kept. */
  readonly after: number;
  readonly limit: number;
}

/** An event, and of which project its run is; null: of none, or the run is not kept any more. */
export type ReadEvent = EventRecord & { readonly runProjectId: string | null };

/**
 * Events after one, in order. Within an organization their ids become visible in order (`writeEvents`), so nothing is
 * missed by going on after the last one seen.
 */
export async function readEvents(cp: ControlPlane, input: ReadEventsInput): Promise<readonly ReadEvent[]> {
  const { organizationId, runId, after, limit } = input;
  if (runId !== undefined && !isUuid(runId)) return [];
  return read(cp, organizationId, (db) =>
    db
      .select({ ...getTableColumns(events), runProjectId: runs.projectId })
      .from(events)
      .leftJoin(runs, eq(runs.id, events.runId))
      .where(
        and(
          eq(events.organizationId, organizationId),
          runId === undefined ? undefined : eq(events.runId, runId),
          gt(events.id, after),
        ),
      )
      .orderBy(asc(events.id))
      .limit(limit),
  );
}

/** First and last id that an organization has; 0 without any. Who resumes before the first has missed some. */
export async function eventRange(
  cp: ControlPlane,
  { organizationId }: { readonly organizationId: string },
): Promise<{ readonly first: number; readonly last: number }> {
  const [row] = await read(cp, organizationId, (db) =>
    db
      .select({ first: min(events.id), last: max(events.id) })
      .from(events)
      .where(eq(events.organizationId, organizationId)),
  );
  return { first: row?.first ?? 0, last: row?.last ?? 0 };
}
