import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import { now } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import { read, SERVICE, transact } from "../database/transact.ts";
import { grantsOfUser, type Person, personOf } from "../people/person.ts";
import type { ApiKeyRecord } from "../records.ts";
import { apiKeys, users } from "../schema/index.ts";
import { KEY_PURPOSE, withoutDigest } from "../sealing/api-key-record.ts";

const TOKEN = /^slk_([A-Za-z0-9]{1,40})_([A-Za-z0-9_-]{43})$/;
/** Compared with when there is no such key, so that knowing an id takes as long as not knowing it. */
const NOBODY = "0".repeat(64);

/** A live key, and whom it stands for with the roles of now; null for a program's. */
export interface AuthenticatedKey extends ApiKeyRecord {
  readonly person: Person | null;
}

/** The key that a token is of, or null: unknown, wrong, expired, revoked or its person's account deactivated, without saying which. */
export async function authenticateKey(cp: ControlPlane, token: string): Promise<AuthenticatedKey | null> {
  const [, publicId, secret] = TOKEN.exec(token) ?? [];
  if (publicId === undefined || secret === undefined) return null;
  const [row] = await read(cp, SERVICE, (db) =>
    db
      .select({
        key: apiKeys,
        user: users,
        grants: grantsOfUser,
        live: sql<boolean>`${apiKeys.revokedAt} IS NULL AND (${apiKeys.expiresAt} IS NULL OR ${apiKeys.expiresAt} > now())`,
        stale: sql<boolean>`${apiKeys.lastUsedAt} IS NULL OR ${apiKeys.lastUsedAt} < now() - interval '1 minute'`,
      })
      .from(apiKeys)
      .leftJoin(users, and(eq(users.id, apiKeys.userId), eq(users.organizationId, apiKeys.organizationId)))
      .where(eq(apiKeys.publicId, publicId)),
  );
  const right = cp.credentials.matches(row?.key.digest ?? NOBODY, {
    purpose: KEY_PURPOSE,
    secret: `${publicId}:${secret}`,
  });
  if (row === undefined || !right || !row.live) return null;
  const { user } = row;
  if (row.key.userId !== null && (user === null || user.deactivatedAt !== null)) return null;
  if (row.stale) await noteUse(cp, row.key.id);
  return { ...withoutDigest(row.key), person: user === null ? null : personOf(user, row.grants) };
}

/** At most once a minute, also when many requests come at once. */
async function noteUse(cp: ControlPlane, id: string): Promise<void> {
  const stale = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, sql`now() - interval '1 minute'`));
  await transact(cp, SERVICE, ({ tx }) =>
    tx
      .update(apiKeys)
      .set({ lastUsedAt: now })
      .where(and(eq(apiKeys.id, id), stale)),
  );
}
