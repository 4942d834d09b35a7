import { and, arrayContains, eq, gt, isNull, or, sql } from "drizzle-orm";
import { now } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import { apiKeys, organizations } from "../schema/index.ts";
import { type IssuedKey, issueKey } from "./create-api-key.ts";

export interface BootstrapInput {
  readonly organizationId?: string;
  /** Also when there is an administrator's key: for who lost it. */
  readonly anew?: boolean;
}

/**
 * An administrator's key for an organization that has none that works; else null. Of several servers one gets it. Whoever
 * can start a server with its master key may do all that such a key may.
 */
export async function bootstrapKey(
  cp: ControlPlane,
  { organizationId = cp.defaultScope.organizationId, anew = false }: BootstrapInput = {},
): Promise<IssuedKey | null> {
  return transact(cp, organizationId, async (change) => {
    const [organization] = await change.tx
      .select({ id: organizations.id })
      .from(organizations)
      .where(eq(organizations.id, organizationId))
      .for("no key update");
    if (organization === undefined) return null;
    const [any] = await change.tx
      .select({ one: sql`1` })
      .from(apiKeys)
      .where(
        and(
          eq(apiKeys.organizationId, organizationId),
          isNull(apiKeys.projectId),
          arrayContains(apiKeys.scopes, ["*"]),
          isNull(apiKeys.revokedAt),
          or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)),
        ),
      )
      .limit(1);
    if (any !== undefined && !anew) return null;
    const call = { scope: { organizationId, projectId: cp.defaultScope.projectId }, actor: "bootstrap" };
    const input = { name: anew ? "another administrator" : "first administrator", scopes: ["*"] };
    return issueKey(cp, change, { call, input, rotates: null, action: "api_key.bootstrap" });
  });
}
