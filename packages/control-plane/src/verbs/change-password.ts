import { CodedError } from "@syncline/core";
import { and, eq, isNull } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { read, transact } from "../database/transact.ts";
import { found } from "../ids.ts";
import { assertUsablePassword, checkPassword, hashPassword } from "../people/password-hash.ts";
import { invitations, users } from "../schema/index.ts";
import { endSessions } from "./end-session.ts";
import { forgetSignInFailures, takeSignInAttempt } from "./take-sign-in-attempt.ts";

export interface ChangePasswordInput {
  readonly userId: string;
  /** The one until now. */
  readonly current: string;
  readonly password: string;
  /** The session that asks, which goes on. */
  readonly sessionId: string | null;
  readonly address: string | null;
}

/**
 * A person's own new password; their other sessions end.
 * @throws CodedError `auth.sign_in_failed` when the current one is wrong, `request.invalid`, `request.rate_exceeded`
 */
export async function changePassword(
  cp: ControlPlane,
  call: Call,
  input: ChangePasswordInput,
): Promise<void> {
  const { organizationId } = call.scope;
  const mine = and(eq(users.id, input.userId), eq(users.organizationId, organizationId));
  const [row] = await read(cp, organizationId, (db) => db.select().from(users).where(mine));
  const user = found(row, "person", input.userId);
  assertUsablePassword(input.password, user.email);
  const attempt = await takeSignInAttempt(cp, { emailKey: user.emailKey, address: input.address });
  const { right } = await checkPassword(input.current, user.passwordHash);
  if (!right) throw new CodedError("auth.sign_in_failed", "The current password is wrong.");
  const passwordHash = await hashPassword(input.password);
  await transact(cp, organizationId, async (change) => {
    const [still] = await change.tx
      .select({ id: users.id })
      .from(users)
      .where(and(mine, isNull(users.deactivatedAt), eq(users.passwordHash, user.passwordHash ?? "")))
      .for("update");
    if (still === undefined)
      throw new CodedError("resource.changed", "The password was changed meanwhile.", { retryable: true });
    await setPassword(change, call, { userId: user.id, passwordHash, except: input.sessionId });
  });
  await forgetSignInFailures(cp, attempt);
}

interface SetPassword {
  readonly userId: string;
  readonly passwordHash: string;
  readonly except: string | null;
}

/** Within a change: sets it, ends sessions, and whatever link would set another. */
export async function setPassword(
  change: Change,
  call: Call,
  { userId, passwordHash, except }: SetPassword,
): Promise<void> {
  await change.tx.update(users).set({ passwordHash }).where(eq(users.id, userId));
  await endSessions(change, call, { userId, except });
  await change.tx
    .update(invitations)
    .set({ revokedAt: now })
    .where(and(eq(invitations.userId, userId), isNull(invitations.usedAt), isNull(invitations.revokedAt)));
  change.audit(call, { action: "person.password", subjectKind: "person", subjectId: userId });
}
