import { CodedError } from "@syncline/core";
import { and, eq, isNull, ne, type SQL, sql } from "drizzle-orm";
import { now, nowPlus } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Transaction } from "../database/open-database.ts";
import { transact } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { revokeLinks } from "../people/revoke-links.ts";
import { apiKeys } from "../schema/index.ts";
import { type IssuedKey, issueKey } from "./create-api-key.ts";

export interface RotateKeyInput {
  readonly keyId: string;
  /** How long the old one still works. */
  readonly overlapMs: number;
  /** Of the new one; left out: none. */
  readonly expiresAt?: Date | null;
}

async function lockKey(tx: Transaction, { keyId, call }: { keyId: string; call: Call }) {
  assertId("API key", keyId);
  const [row] = await tx
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.id, keyId), eq(apiKeys.organizationId, call.scope.organizationId)))
    .for("update");
  return found(row, "API key", keyId);
}

/**
 * A new key with the same name, project and scopes; the old one ends after the overlap. At most two live keys: one that
 * is being replaced already cannot be rotated again, and an older one of the same line ends at once.
 * @throws CodedError `resource.not_found`, `resource.changed` when it was revoked, has ended or is replaced already
 */
export async function rotateApiKey(cp: ControlPlane, call: Call, input: RotateKeyInput): Promise<IssuedKey> {
  return transact(cp, call.scope.organizationId, async (change) => {
    const { tx } = change;
    const old = await lockKey(tx, { keyId: input.keyId, call });
    const [state] = await tx
      .select({
        ended: sql<boolean>`${apiKeys.revokedAt} IS NOT NULL OR coalesce(${apiKeys.expiresAt} <= now(), false)`,
      })
      .from(apiKeys)
      .where(eq(apiKeys.id, old.id));
    const [successor] = await tx
      .select({ id: apiKeys.id })
      .from(apiKeys)
      .where(and(eq(apiKeys.rotates, old.id), isNull(apiKeys.revokedAt)));
    if (state?.ended === true || successor !== undefined)
      throw new CodedError(
        "resource.changed",
        `API key "${old.name}" has ended or is being replaced already.`,
      );
    if (old.rotates !== null)
      await tx
        .update(apiKeys)
        .set({ revokedAt: now })
        .where(and(eq(apiKeys.id, old.rotates), ne(apiKeys.id, old.id), isNull(apiKeys.revokedAt)));
    await tx
      .update(apiKeys)
      .set({ expiresAt: sql`least(${apiKeys.expiresAt}, ${nowPlus(input.overlapMs)})` })
      .where(eq(apiKeys.id, old.id));
    const { name, scopes, projectId, userId } = old;
    const fresh = { name, scopes, projectId, userId, expiresAt: input.expiresAt ?? null };
    return issueKey(cp, change, { call, input: fresh, rotates: old.id, action: "api_key.rotate" });
  });
}

/** Ends a key at once, and with it the open links that were made with it. @throws CodedError `resource.not_found` */
export async function revokeApiKey(
  cp: ControlPlane,
  call: Call,
  { keyId }: { readonly keyId: string },
): Promise<void> {
  await transact(cp, call.scope.organizationId, async (change) => {
    const key = await lockKey(change.tx, { keyId, call });
    if (key.revokedAt !== null) return;
    await change.tx.update(apiKeys).set({ revokedAt: now }).where(eq(apiKeys.id, key.id));
    const { organizationId, publicId } = key;
    // By the key itself, or by its person with it.
    const by = (actor: SQL) => sql`${actor} LIKE ${`%key:${publicId}`}`;
    await revokeLinks(change.tx, { organizationId, by });
    change.audit(call, {
      action: "api_key.revoke",
      subjectKind: "api_key",
      subjectId: key.id,
      detail: { name: key.name, publicId: key.publicId },
    });
    change.emit({
      organizationId: key.organizationId,
      type: "api_key.revoked",
      payload: {
        keyId: key.id,
        name: key.name,
        ...(key.projectId === null ? {} : { projectId: key.projectId }),
      },
    });
  });
}
