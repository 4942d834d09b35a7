import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import { now } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import { read, SERVICE, transact } from "../database/transact.ts";
import type { ApiKeyRecord } from "../records.ts";
import { apiKeys } from "../schema/index.ts";
import { KEY_PURPOSE, withoutDigest } from "../sealing/api-key-record.ts";

const TOKEN = /^slk_([A-Za-z0-9]{1,40})_([A-Za-z0-9_-]{43})$/;
/** Compared with when there is no such key, so that knowing an id takes as long as not knowing it. */
const NOBODY = "0".repeat(64);

/** The key that a token is of, or null: unknown, wrong, expired or revoked, without saying which. */
export async function authenticateKey(cp: ControlPlane, token: string): Promise<ApiKeyRecord | null> {
  const [, publicId, secret] = TOKEN.exec(token) ?? [];
  if (publicId === undefined || secret === undefined) return null;
  const [row] = await read(cp, SERVICE, (db) =>
    db
      .select({
        key: apiKeys,
        live: sql<boolean>`${apiKeys.revokedAt} IS NULL AND (${apiKeys.expiresAt} IS NULL OR ${apiKeys.expiresAt} > now())`,
        stale: sql<boolean>`${apiKeys.lastUsedAt} IS NULL OR ${apiKeys.lastUsedAt} < now() - interval '1 minute'`,
      })
      .from(apiKeys)
      .where(eq(apiKeys.publicId, publicId)),
  );
  const right = cp.credentials.matches(row?.key.digest ?? NOBODY, {
    purpose: KEY_PURPOSE,
    secret: `${publicId}:${secret}`,
  });
  if (row === undefined || !right || !row.live) return null;
  if (row.stale) await noteUse(cp, row.key.id);
  return withoutDigest(row.key);
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
