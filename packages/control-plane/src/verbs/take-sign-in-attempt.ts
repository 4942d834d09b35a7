import { CodedError } from "@syncline/core";
import { and, eq, isNotNull, sql } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { read, SERVICE, transact } from "../database/transact.ts";
import { networkOf } from "../people/network-of.ts";
import { sessions, signInFailures, users } from "../schema/index.ts";

export interface SignInAttempt {
  /** As addresses are compared; of nobody too. */
  readonly emailKey: string;
  readonly address: string | null;
}

/** Where an attempt was counted. */
export interface TakenAttempt {
  /** Of the account: everywhere, or at an address where its owner is known. */
  readonly account: string;
  readonly address: string | null;
}

interface PauseRule {
  /** Attempts without a pause. */
  readonly free: number;
  readonly longestSeconds: number;
}

/** A stranger's guesses keep the owner of an account waiting no longer than this, and not at all where they signed in before. */
const ACCOUNT: PauseRule = { free: 5, longestSeconds: 60 };
const ADDRESS: PauseRule = { free: 20, longestSeconds: 900 };
/** Without further failures they are forgotten. */
const FORGOTTEN = sql`interval '1 hour'`;
/** Where somebody signed in within this time they are known. */
const KNOWN = sql`interval '30 days'`;

/**
 * Counts an attempt before its password is looked at, so that many at once are many. From the sixth for an account and the
 * twenty-first from an address on there are pauses that double, whichever replica is asked.
 * @throws CodedError `request.rate_exceeded` with `retryAfterSeconds`
 */
export async function takeSignInAttempt(cp: ControlPlane, attempt: SignInAttempt): Promise<TakenAttempt> {
  const taken = await bucketsOf(cp, attempt);
  if (taken.address !== null) await take(cp, taken.address, ADDRESS);
  await take(cp, taken.account, ACCOUNT);
  return taken;
}

/** After a success: the account's failures are forgotten; of the address's, the one that was none. */
export async function forgetSignInFailures(
  cp: ControlPlane,
  { account, address }: TakenAttempt,
): Promise<void> {
  await transact(cp, SERVICE, async ({ tx }) => {
    await tx.delete(signInFailures).where(eq(signInFailures.bucket, account));
    if (address === null) return;
    await tx
      .update(signInFailures)
      .set({ count: sql`greatest(${signInFailures.count} - 1, 0)` })
      .where(eq(signInFailures.bucket, address));
  });
}

async function bucketsOf(cp: ControlPlane, { emailKey, address }: SignInAttempt): Promise<TakenAttempt> {
  const digest = (text: string) => cp.credentials.digest("sign-in", text);
  const [known] = await read(cp, SERVICE, (db) =>
    db
      .select({ one: sql`1` })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(
        and(
          eq(users.emailKey, emailKey),
          isNotNull(sessions.address),
          eq(sessions.address, address ?? ""),
          sql`${sessions.createdAt} > now() - ${KNOWN}`,
        ),
      )
      .limit(1),
  );
  return {
    account: known === undefined ? digest(`account:${emailKey}`) : digest(`account:${emailKey}@${address}`),
    address: address === null ? null : digest(`address:${networkOf(address)}`),
  };
}

/** By the clock as it is: who waited for the row began before the one that it waited for. */
async function take(cp: ControlPlane, bucket: string, rule: PauseRule): Promise<void> {
  const { free, longestSeconds } = rule;
  const pause = sql`CASE WHEN ${signInFailures.count} < ${free} THEN 0
    ELSE least(${longestSeconds}, power(2, least(${signInFailures.count} - ${free}, 20))) END`;
  const over = sql`${signInFailures.lastAt} + (${pause}) * interval '1 second'`;
  const left = await transact(cp, SERVICE, async ({ tx }) => {
    const [taken] = await tx
      .insert(signInFailures)
      .values({ bucket, count: 1, lastAt: sql`clock_timestamp()` })
      .onConflictDoUpdate({
        target: signInFailures.bucket,
        set: {
          count: sql`CASE WHEN ${signInFailures.lastAt} < clock_timestamp() - ${FORGOTTEN} THEN 1 ELSE ${signInFailures.count} + 1 END`,
          lastAt: sql`clock_timestamp()`,
        },
        setWhere: sql`${over} <= clock_timestamp()`,
      })
      .returning({ count: signInFailures.count });
    if (taken !== undefined) return null;
    const [paused] = await tx
      .select({
        seconds: sql<number>`greatest(1, ceil(extract(epoch FROM ${over} - clock_timestamp())))::int`,
      })
      .from(signInFailures)
      .where(eq(signInFailures.bucket, bucket));
    return paused?.seconds ?? 1;
  });
  if (left === null) return;
  throw new CodedError("request.rate_exceeded", "Too many attempts to sign in.", {
    retryable: true,
    hint: "Wait a little, then try again.",
    details: { retryAfterSeconds: left },
  });
}
