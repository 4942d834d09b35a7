import type { ControlPlane } from "../control-plane.ts";
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

export const webhookUrlBinding = ({
  id,
  organizationId,
}: Pick<WebhookRow, "id" | "organizationId">): SealBinding => ({
  purpose: "webhook.url",
  organizationId,
  rowId: id,
});

/** Sealed, since a receiver's address often is all that it takes to write there. Early rows hold it as it is. */
export const openUrl = ({ sealer }: Pick<ControlPlane, "sealer">, row: WebhookRow): string =>
  isSealedUrl(row) ? sealer.open(row.url, webhookUrlBinding(row)) : row.url;

export const isSealedUrl = ({ url }: Pick<WebhookRow, "url">): boolean => !/^https?:/i.test(url);

export function withoutSecret(
  cp: Pick<ControlPlane, "sealer">,
  { sealedSecret, ...record }: WebhookRow,
): WebhookRecord {
  return { ...record, url: openUrl(cp, { sealedSecret, ...record }) };
}

/** `*`, a type, or `run.*`. */
export function wants(events: readonly string[], type: string): boolean {
  return events.some(
    (event) =>
      event === "*" || event === type || (event.endsWith(".*") && type.startsWith(event.slice(0, -1))),
  );
}
