import { and, asc, desc, eq, gt } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { type Page, type PageInput, pageByAge, readAge, readLimit } from "../paging.ts";
import type { Delivery, WebhookRecord } from "../records.ts";
import { deliveries, webhooks } from "../schema/index.ts";
import { withoutSecret } from "../webhooks/webhook-record.ts";
import { olderThan } from "./by-age.ts";

/** Of the whole organization, by name. */
export async function listWebhooks(
  cp: ControlPlane,
  scope: Scope,
  input: PageInput = {},
): Promise<Page<WebhookRecord>> {
  const limit = readLimit(input);
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(webhooks)
      .where(
        and(
          eq(webhooks.organizationId, scope.organizationId),
          input.after == null ? undefined : gt(webhooks.name, input.after),
        ),
      )
      .orderBy(asc(webhooks.name))
      .limit(limit + 1),
  );
  const items = rows.slice(0, limit).map((row) => withoutSecret(cp, row));
  return { items, next: rows.length > limit ? (items.at(-1)?.name ?? null) : null };
}

/** @throws CodedError `resource.not_found` */
export async function getWebhook(
  cp: ControlPlane,
  scope: Scope,
  { webhookId }: { readonly webhookId: string },
): Promise<WebhookRecord> {
  assertId("webhook", webhookId);
  const [row] = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(webhooks)
      .where(and(eq(webhooks.id, webhookId), eq(webhooks.organizationId, scope.organizationId))),
  );
  return withoutSecret(cp, found(row, "webhook", webhookId));
}

export interface ListDeliveriesInput extends PageInput {
  readonly webhookId?: string;
  readonly state?: Delivery["state"];
}

/** Newest first. */
export async function listDeliveries(
  cp: ControlPlane,
  scope: Scope,
  input: ListDeliveriesInput = {},
): Promise<Page<Delivery>> {
  const limit = readLimit(input);
  const position = readAge(input);
  if (input.webhookId !== undefined) assertId("webhook", input.webhookId);
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(deliveries)
      .where(
        and(
          eq(deliveries.organizationId, scope.organizationId),
          input.webhookId === undefined ? undefined : eq(deliveries.webhookId, input.webhookId),
          input.state === undefined ? undefined : eq(deliveries.state, input.state),
          olderThan(deliveries, position),
        ),
      )
      .orderBy(desc(deliveries.createdAt), desc(deliveries.id))
      .limit(limit + 1),
  );
  return pageByAge(rows, limit);
}
