import { and, eq, gt, isNull, lt, sql } from "drizzle-orm";
import { now, nowPlus } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import { read, SERVICE, transact } from "../database/transact.ts";
import { grantsOfUser, type Person, personOf } from "../people/person.ts";
import { SESSION_PURPOSE, type SessionRecord, withoutSessionDigest } from "../people/session-record.ts";
import { sessions, users } from "../schema/index.ts";

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export interface LiveSession {
  readonly session: SessionRecord;
  readonly person: Person;
}

/** The session of a cookie with its person as they are now, or null: unknown, idle, expired, ended or the person's account is. */
export async function authenticateSession(
  cp: ControlPlane,
  { token, idleMs }: { readonly token: string; readonly idleMs: number },
): Promise<LiveSession | null> {
  if (!TOKEN.test(token)) return null;
  const [row] = await read(cp, SERVICE, (db) =>
    db
      .select({
        session: sessions,
        user: users,
        grants: grantsOfUser,
        stale: sql<boolean>`${sessions.lastSeenAt} < now() - interval '1 minute'`,
      })
      .from(sessions)
      .innerJoin(users, and(eq(users.id, sessions.userId), eq(users.organizationId, sessions.organizationId)))
      .where(
        and(
          eq(sessions.digest, cp.credentials.digest(SESSION_PURPOSE, token)),
          isNull(sessions.endedAt),
          gt(sessions.expiresAt, now),
          gt(sessions.lastSeenAt, nowPlus(-idleMs)),
          isNull(users.deactivatedAt),
        ),
      ),
  );
  if (row === undefined) return null;
  if (row.stale)
    await transact(cp, row.session.organizationId, ({ tx }) =>
      tx
        .update(sessions)
        .set({ lastSeenAt: now })
        .where(
          and(eq(sessions.id, row.session.id), lt(sessions.lastSeenAt, sql`now() - interval '1 minute'`)),
        ),
    );
  return { session: withoutSessionDigest(row.session), person: personOf(row.user, row.grants) };
}
