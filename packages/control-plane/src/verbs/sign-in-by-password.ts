import { CodedError } from "@syncline/core";
import { and, eq, isNull } from "drizzle-orm";
import type { Call, ControlPlane } from "../control-plane.ts";
import { joining, read, SERVICE, transact } from "../database/transact.ts";
import { parseEmail } from "../people/email-key.ts";
import { checkPassword, hashPassword } from "../people/password-hash.ts";
import { users } from "../schema/index.ts";
import { type Browser, type StartedSession, startSession } from "./start-session.ts";
import { forgetSignInFailures, takeSignInAttempt } from "./take-sign-in-attempt.ts";

export interface PasswordSignIn extends Browser {
  readonly email: string;
  readonly password: string;
  readonly lifetimeMs: number;
  readonly requestId?: string;
}

/**
 * A session for who knows the password. Whether there is no such person, the password is wrong or the account is
 * deactivated, it takes as long, leaves the same behind and says the same.
 * @throws CodedError `auth.sign_in_failed`, `request.rate_exceeded`
 */
export async function signInByPassword(cp: ControlPlane, input: PasswordSignIn): Promise<StartedSession> {
  const emailKey = keyOf(input.email);
  const attempt = await takeSignInAttempt(cp, { emailKey, address: input.address });
  const [user] = await read(cp, SERVICE, (db) => db.select().from(users).where(eq(users.emailKey, emailKey)));
  const { right, outgrown } = await checkPassword(input.password, user?.passwordHash ?? null);
  const organizationId = user?.organizationId ?? cp.defaultScope.organizationId;
  const call: Call = {
    scope: { organizationId, projectId: "" },
    actor: right && user !== undefined ? `user:${user.email}` : "public",
    userId: right ? (user?.id ?? null) : null,
    ...(input.requestId === undefined ? {} : { requestId: input.requestId }),
  };
  const started =
    right && user !== undefined && user.deactivatedAt === null
      ? await begin(cp, call, { input, user, fresh: outgrown ? await hashPassword(input.password) : null })
      : null;
  if (started === null) {
    await noteFailure(cp, call, { userId: user?.id ?? null, address: input.address });
    throw signInFailed();
  }
  await forgetSignInFailures(cp, attempt);
  return started;
}

/** What is no address is nobody's. */
function keyOf(email: string): string {
  try {
    return parseEmail(email).key;
  } catch {
    return email.trim().toLowerCase().slice(0, 300);
  }
}

interface Beginning {
  readonly input: PasswordSignIn;
  readonly user: typeof users.$inferSelect;
  /** The password at today's cost. */
  readonly fresh: string | null;
}

/** Null when the password was changed or the account deactivated meanwhile. */
async function begin(
  cp: ControlPlane,
  call: Call,
  { input, user, fresh }: Beginning,
): Promise<StartedSession | null> {
  return transact(cp, user.organizationId, async (change) => {
    const same = and(
      eq(users.id, user.id),
      isNull(users.deactivatedAt),
      eq(users.passwordHash, user.passwordHash ?? ""),
    );
    const [still] = await change.tx.select({ id: users.id }).from(users).where(same).for("update");
    if (still === undefined) return null;
    if (fresh !== null)
      await change.tx.update(users).set({ passwordHash: fresh }).where(eq(users.id, user.id));
    return startSession(joining(cp, change), call, { ...input, userId: user.id, method: "password" });
  });
}

async function noteFailure(
  cp: ControlPlane,
  call: Call,
  { userId, address }: { readonly userId: string | null; readonly address: string | null },
): Promise<void> {
  await transact(cp, call.scope.organizationId, async (change) => {
    change.audit(
      { ...call, actor: "public", userId: null },
      { action: "session.refuse", subjectKind: "person", subjectId: userId, detail: { address } },
    );
  });
}

export function signInFailed(): CodedError {
  return new CodedError("auth.sign_in_failed", "The e-mail address or the password is wrong.", {
    hint: "An administrator can send a link that sets a new password.",
  });
}
