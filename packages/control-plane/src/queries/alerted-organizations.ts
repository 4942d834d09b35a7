import { eq, sql } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { read, SERVICE } from "../database/transact.ts";
import { events, webhooks } from "../schema/index.ts";

/** Organizations that somebody wants to hear of. */
export async function alertedOrganizations(cp: ControlPlane): Promise<readonly string[]> {
  const rows = await read(cp, SERVICE, (db) =>
    db
      .selectDistinct({ organizationId: webhooks.organizationId })
      .from(webhooks)
      .where(eq(webhooks.enabled, true)),
  );
  return rows.map(({ organizationId }) => organizationId);
}

/** Id of an organization's first event that is not older than that; without any, the id that comes after its last. */
export async function firstEventSince(
  cp: ControlPlane,
  { organizationId, sinceMs }: { readonly organizationId: string; readonly sinceMs: number },
): Promise<number> {
  const since = sql`now() - ${sinceMs}::bigint * interval '1 millisecond'`;
  const [row] = await read(cp, organizationId, (db) =>
    db
      .select({
        first: sql<string | null>`min(${events.id}) FILTER (WHERE ${events.at} >= ${since})`,
        last: sql<string | null>`max(${events.id})`,
      })
      .from(events)
      .where(eq(events.organizationId, organizationId)),
  );
  return Number(row?.first ?? Number(row?.last ?? 0) + 1);
}
