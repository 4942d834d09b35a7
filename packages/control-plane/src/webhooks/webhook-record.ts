import type { WebhookRecord } from "../records.ts";
import type * as schema from "../schema/index.ts";
import type { SealBinding } from "../sealing/sealer.ts";

type WebhookRow = typeof schema.webhooks.$inferSelect;

export const secretBinding = ({
  id,
  organizationId,
}: Pick<WebhookRow, "id" | "organizationId">): SealBinding => ({
  purpose: "webhook.secret",
  organizationId,
  rowId: id,
});

export const withoutSecret = ({ sealedSecret: _, ...record }: WebhookRow): WebhookRecord => record;

/** `*`, a type, or `run.*`. */
export function wants(events: readonly string[], type: string): boolean {
  return events.some(
    (event) =>
      event === "*" || event === type || (event.endsWith(".*") && type.startsWith(event.slice(0, -1))),
  );
}
