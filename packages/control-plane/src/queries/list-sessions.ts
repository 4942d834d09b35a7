import { and, desc, eq, gt, isNull } from "drizzle-orm";
import { now, nowPlus } from "../clock.ts";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { assertId } from "../ids.ts";
import { type SessionRecord, withoutSessionDigest } from "../people/session-record.ts";
import { sessions } from "../schema/index.ts";

const MOST = 500;

/** Open sessions of a person, the last used first. */
export async function listSessions(
  cp: ControlPlane,
  { organizationId }: Scope,
  { userId, idleMs }: { readonly userId: string; readonly idleMs: number },
): Promise<SessionRecord[]> {
  assertId("person", userId);
  const rows = await read(cp, organizationId, (db) =>
    db
      .select()
      .from(sessions)
      .where(
        and(
          eq(sessions.organizationId, organizationId),
          eq(sessions.userId, userId),
          isNull(sessions.endedAt),
          gt(sessions.expiresAt, now),
          gt(sessions.lastSeenAt, nowPlus(-idleMs)),
        ),
      )
      .orderBy(desc(sessions.lastSeenAt), desc(sessions.id))
      .limit(MOST),
  );
  return rows.map(withoutSessionDigest);
}
