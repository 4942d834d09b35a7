import { and, eq, isNull } from "drizzle-orm";
import { now, nowPlus } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import { SESSION_PURPOSE, type SessionRecord, withoutSessionDigest } from "../people/session-record.ts";
import { sessions, users } from "../schema/index.ts";
import { newSecret } from "../sealing/credentials.ts";

/** A browser that signs in. */
export interface Browser {
  readonly address: string | null;
  readonly agent: string | null;
  /** Of the session that it had until now, which ends. */
  readonly replaces: string | null;
}

export interface NewSession extends Browser {
  readonly userId: string;
  readonly method: "password" | "oidc";
  readonly lifetimeMs: number;
}

export interface StartedSession {
  readonly session: SessionRecord;
  /** For the cookie; only its digest is kept. */
  readonly token: string;
}

const MAX_AGENT = 300;

/** A session under an id that nobody had before. The person is active. */
export async function startSession(cp: ControlPlane, call: Call, input: NewSession): Promise<StartedSession> {
  const { organizationId } = call.scope;
  return transact(cp, organizationId, async (change) => {
    const token = newSecret();
    if (input.replaces !== null) {
      const digest = cp.credentials.digest(SESSION_PURPOSE, input.replaces);
      await change.tx
        .update(sessions)
        .set({ endedAt: now })
        .where(
          and(
            eq(sessions.organizationId, organizationId),
            eq(sessions.digest, digest),
            isNull(sessions.endedAt),
          ),
        );
    }
    const [row] = await change.tx
      .insert(sessions)
      .values({
        organizationId,
        userId: input.userId,
        digest: cp.credentials.digest(SESSION_PURPOSE, token),
        method: input.method,
        address: input.address,
        agent: input.agent?.slice(0, MAX_AGENT) ?? null,
        expiresAt: nowPlus(input.lifetimeMs),
      })
      .returning();
    if (row === undefined) throw new Error("an inserted session was not returned");
    await change.tx.update(users).set({ lastSignInAt: now }).where(eq(users.id, input.userId));
    change.audit(call, {
      action: "session.start",
      subjectKind: "session",
      subjectId: row.id,
      detail: { method: input.method, address: input.address },
    });
    return { session: withoutSessionDigest(row), token };
  });
}
