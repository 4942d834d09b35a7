import { and, eq, inArray, isNull, ne } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { transact } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { sessions } from "../schema/index.ts";

/** Ends one session of a person at once. @throws CodedError `resource.not_found` */
export async function endSession(
  cp: ControlPlane,
  call: Call,
  { sessionId, userId }: { readonly sessionId: string; readonly userId: string },
): Promise<void> {
  assertId("session", sessionId);
  assertId("person", userId);
  await transact(cp, call.scope.organizationId, async (change) => {
    const [row] = await change.tx
      .select({ id: sessions.id })
      .from(sessions)
      .where(
        and(
          eq(sessions.id, sessionId),
          eq(sessions.userId, userId),
          eq(sessions.organizationId, call.scope.organizationId),
        ),
      );
    found(row, "session", sessionId);
    await endSessions(change, call, { userId, only: [sessionId] });
  });
}

export interface EndedSessions {
  readonly userId: string;
  readonly only?: readonly string[];
  /** The one that asks. */
  readonly except?: string | null;
}

/** Within a change: ends those that are open; how many. */
export async function endSessions(
  change: Change,
  call: Call,
  { userId, only, except = null }: EndedSessions,
): Promise<number> {
  const { organizationId } = call.scope;
  const ended = await change.tx
    .update(sessions)
    .set({ endedAt: now })
    .where(
      and(
        eq(sessions.organizationId, organizationId),
        eq(sessions.userId, userId),
        isNull(sessions.endedAt),
        only === undefined ? undefined : inArray(sessions.id, [...only]),
        except === null ? undefined : ne(sessions.id, except),
      ),
    )
    .returning({ id: sessions.id });
  for (const { id: sessionId } of ended) {
    change.audit(call, {
      action: "session.end",
      subjectKind: "session",
      subjectId: sessionId,
      detail: { userId },
    });
    change.emit({ organizationId, type: "session.ended", payload: { sessionId, userId } });
  }
  return ended.length;
}

/** Ends all sessions of a person; how many. */
export async function endSessionsOf(
  cp: ControlPlane,
  call: Call,
  { userId, except = null }: { readonly userId: string; readonly except?: string | null },
): Promise<number> {
  assertId("person", userId);
  return transact(cp, call.scope.organizationId, (change) => endSessions(change, call, { userId, except }));
}
