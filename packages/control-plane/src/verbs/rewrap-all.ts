import { eq } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { SERVICE, transact } from "../database/transact.ts";
import { pepperBinding } from "../open-control-plane.ts";
import { identity, servers, webhooks } from "../schema/index.ts";
import { urlBinding } from "../servers/server-record.ts";
import { isSealedUrl, secretBinding, webhookUrlBinding } from "../webhooks/webhook-record.ts";

/**
 * Wraps every sealed secret under the current master key, after which the previous ones are needed no more. Open the
 * control plane with the new key and `previousMasterKeys` first. Gives how many were wrapped anew; all or none are.
 * @throws CodedError `encryption.wrong_key`, `control.damaged`
 */
export async function rewrapAll(cp: ControlPlane): Promise<number> {
  const { sealer } = cp;
  return transact(cp, SERVICE, async ({ tx }) => {
    let count = 0;
    for (const { id, sealedPepper } of await tx.select().from(identity).for("update")) {
      if (sealedPepper === null || sealer.isCurrent(sealedPepper)) continue;
      await tx.update(identity).set({ sealedPepper: sealer.rewrap(sealedPepper, pepperBinding(id)) });
      count += 1;
    }
    for (const row of await tx.select().from(servers).orderBy(servers.id).for("update")) {
      if (sealer.isCurrent(row.sealedUrl)) continue;
      const sealedUrl = sealer.rewrap(row.sealedUrl, urlBinding(row));
      await tx.update(servers).set({ sealedUrl }).where(eq(servers.id, row.id));
      count += 1;
    }
    for (const row of await tx.select().from(webhooks).orderBy(webhooks.id).for("update")) {
      if (sealer.isCurrent(row.sealedSecret) && isSealedUrl(row) && sealer.isCurrent(row.url)) continue;
      const sealedSecret = sealer.rewrap(row.sealedSecret, secretBinding(row));
      const binding = webhookUrlBinding(row);
      const url = isSealedUrl(row) ? sealer.rewrap(row.url, binding) : sealer.seal(row.url, binding);
      await tx.update(webhooks).set({ sealedSecret, url }).where(eq(webhooks.id, row.id));
      count += 1;
    }
    return count;
  });
}
