import { CodedError } from "@syncline/core";
import { and, eq, notInArray } from "drizzle-orm";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Transaction } from "../database/open-database.ts";
import { transact } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import type { WebhookRecord } from "../records.ts";
import { webhooks } from "../schema/index.ts";
import {
  isSealedUrl,
  openUrl,
  secretBinding,
  webhookUrlBinding,
  withoutSecret,
} from "../webhooks/webhook-record.ts";
import { createWebhook, type NewWebhook } from "./create-webhook.ts";

/** What is left out stays. */
export type WebhookChanges = Partial<Omit<NewWebhook, "name" | "origin">> & { readonly webhookId: string };

async function lockWebhook(tx: Transaction, { call, webhookId }: { call: Call; webhookId: string }) {
  assertId("webhook", webhookId);
  const [row] = await tx
    .select()
    .from(webhooks)
    .where(and(eq(webhooks.id, webhookId), eq(webhooks.organizationId, call.scope.organizationId)))
    .for("update");
  return found(row, "webhook", webhookId);
}

function assertOwn({ origin, name }: WebhookRecord): void {
  if (origin === "config")
    throw new CodedError("auth.denied", `Webhook "${name}" follows the config file.`, {
      hint: "Change it there; the service takes it over when it reloads.",
    });
}

/** @throws CodedError `resource.not_found`, `auth.denied` for one of the config */
export async function updateWebhook(
  cp: ControlPlane,
  call: Call,
  input: WebhookChanges,
): Promise<WebhookRecord> {
  return transact(cp, call.scope.organizationId, async (change) => {
    const webhook = await lockWebhook(change.tx, { call, webhookId: input.webhookId });
    assertOwn(webhook);
    const [row] = await change.tx
      .update(webhooks)
      .set(columnsOf(cp, webhook, input))
      .where(eq(webhooks.id, webhook.id))
      .returning();
    if (row === undefined) throw new Error(`webhook ${webhook.id} vanished under its lock`);
    change.audit(call, {
      action: "webhook.update",
      subjectKind: "webhook",
      subjectId: row.id,
      detail: {
        name: row.name,
        events: row.events,
        enabled: row.enabled,
        secretChanged: input.secret !== undefined,
      },
    });
    return withoutSecret(cp, row);
  });
}

function columnsOf(
  cp: ControlPlane,
  webhook: Pick<WebhookRecord, "id" | "organizationId" | "enabled">,
  { url, events, secret, enabled }: Omit<WebhookChanges, "webhookId">,
) {
  return {
    enabled: enabled ?? webhook.enabled,
    ...(url === undefined ? {} : { url: cp.sealer.seal(url, webhookUrlBinding(webhook)) }),
    ...(events === undefined ? {} : { events: [...events] }),
    ...(secret === undefined ? {} : { sealedSecret: cp.sealer.seal(secret, secretBinding(webhook)) }),
  };
}

/** Its deliveries go with it. @throws CodedError `resource.not_found`, `auth.denied` */
export async function removeWebhook(
  cp: ControlPlane,
  call: Call,
  { webhookId }: { readonly webhookId: string },
): Promise<void> {
  await transact(cp, call.scope.organizationId, async (change) => {
    const webhook = await lockWebhook(change.tx, { call, webhookId });
    assertOwn(webhook);
    await change.tx.delete(webhooks).where(eq(webhooks.id, webhookId));
    const { name } = webhook;
    change.audit(call, {
      action: "webhook.remove",
      subjectKind: "webhook",
      subjectId: webhookId,
      detail: { name },
    });
  });
}

export type ConfigWebhook = Required<Pick<NewWebhook, "name" | "url" | "events" | "secret">>;

/**
 * Makes an organization's webhooks of the config what the config says, by name.
 * @throws CodedError `config.invalid` when a name is taken by one of the API
 */
export async function syncConfigWebhooks(
  cp: ControlPlane,
  call: Call,
  { webhooks: wanted }: { readonly webhooks: readonly ConfigWebhook[] },
): Promise<void> {
  const { organizationId } = call.scope;
  await transact(cp, call.scope.organizationId, async (change) => {
    const { tx } = change;
    const names = wanted.map(({ name }) => name);
    const ofConfig = and(eq(webhooks.organizationId, organizationId), eq(webhooks.origin, "config"));
    await tx
      .delete(webhooks)
      .where(and(ofConfig, names.length === 0 ? undefined : notInArray(webhooks.name, names)));
    for (const webhook of wanted) {
      const [row] = await tx
        .select()
        .from(webhooks)
        .where(and(eq(webhooks.organizationId, organizationId), eq(webhooks.name, webhook.name)))
        .for("update");
      if (row?.origin === "api")
        throw new CodedError("config.invalid", `Webhook "${webhook.name}" of the config exists already.`, {
          hint: "Rename one of them, or delete the one that was made through the API.",
        });
      if (row === undefined)
        await createWebhook({ ...cp, joined: change }, call, { ...webhook, origin: "config" });
      else if (differs(cp, row, webhook))
        await tx
          .update(webhooks)
          .set(columnsOf(cp, { ...row, enabled: true }, webhook))
          .where(eq(webhooks.id, row.id));
    }
  });
}

function differs(cp: ControlPlane, row: typeof webhooks.$inferSelect, webhook: ConfigWebhook): boolean {
  return (
    !isSealedUrl(row) ||
    openUrl(cp, row) !== webhook.url ||
    row.events.join(" ") !== webhook.events.join(" ") ||
    cp.sealer.open(row.sealedSecret, secretBinding(row)) !== webhook.secret
  );
}
