import { eq, sql } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import { apiKeys, organizations } from "../schema/index.ts";
import { type IssuedKey, issueKey } from "./create-api-key.ts";

/** The first administrator's key; null once the organization has had any key. Of several servers one gets it. */
export async function bootstrapKey(
  cp: ControlPlane,
  { organizationId = cp.defaultScope.organizationId }: { readonly organizationId?: string } = {},
): Promise<IssuedKey | null> {
  return transact(cp, async (change) => {
    const [organization] = await change.tx
      .select({ id: organizations.id })
      .from(organizations)
      .where(eq(organizations.id, organizationId))
      .for("no key update");
    if (organization === undefined) return null;
    const [any] = await change.tx
      .select({ one: sql`1` })
      .from(apiKeys)
      .where(eq(apiKeys.organizationId, organizationId))
      .limit(1);
    if (any !== undefined) return null;
    const call = { scope: { organizationId, projectId: cp.defaultScope.projectId }, actor: "bootstrap" };
    const input = { name: "first administrator", scopes: ["*"] };
    return issueKey(cp, change, { call, input, rotates: null, action: "api_key.bootstrap" });
  });
}
