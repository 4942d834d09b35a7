import { type AnswerOf, webhooks } from "@syncline/api";
import { ALERT_EVENTS } from "@syncline/config";
import {
  createWebhook,
  type Delivery,
  getWebhook,
  listDeliveries,
  listWebhooks,
  removeWebhook,
  updateWebhook,
  type WebhookRecord,
} from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { checkedUrl, type Egress } from "@syncline/runtime/egress";
import { sendTestMessage } from "@syncline/runtime/services";
import type { Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { iso, isoOrNull } from "./present.ts";

type WebhookAnswer = AnswerOf<typeof webhooks.updateWebhook>;
type DeliveryAnswer = AnswerOf<typeof webhooks.listDeliveries>["items"][number];

export function webhookRoutes(router: Router, { egress }: ServiceParts): void {
  router.on(webhooks.listWebhooks, async ({ cp, call, query }) => {
    const { items, next } = await listWebhooks(cp, call.scope, query);
    return { items: items.map(present), next };
  });
  router.on(webhooks.createWebhook, async ({ cp, call, body }) => {
    assertEvents(body.events);
    await assertReceiver(body.url, egress());
    const { webhook, secret } = await createWebhook(cp, call, body);
    return { secret, webhook: present(webhook) };
  });
  router.on(webhooks.updateWebhook, async ({ cp, call, params, body }) => {
    assertEvents(body.events ?? []);
    if (body.url !== undefined) await assertReceiver(body.url, egress());
    return present(await updateWebhook(cp, call, { webhookId: params.id, ...body }));
  });
  router.on(webhooks.removeWebhook, async ({ cp, call, params }) => {
    await removeWebhook(cp, call, { webhookId: params.id });
    return new Response(null, { status: 204 });
  });
  router.on(webhooks.testWebhook, async ({ cp, call, params }) => {
    const { id: webhookId } = await getWebhook(cp, call.scope, { webhookId: params.id });
    const { organizationId } = call.scope;
    const deliveryId = await sendTestMessage(cp, { organizationId, webhookId });
    return { deliveryId };
  });
  router.on(webhooks.listDeliveries, async ({ cp, call, params, query }) => {
    const { id: webhookId } = await getWebhook(cp, call.scope, { webhookId: params.id });
    const { items, next } = await listDeliveries(cp, call.scope, { ...query, webhookId });
    return { items: items.map(presentDelivery), next };
  });
}

/** Said at once; the sending looks at the address again. @throws CodedError `request.invalid`, `egress.refused` */
async function assertReceiver(text: string, egress: Egress): Promise<void> {
  const { protocol } = new URL(text);
  if (protocol !== "https:" && protocol !== "http:")
    throw new CodedError("request.invalid", "The address of a webhook begins with https://.");
  await egress.assertAllowedHost(checkedUrl(text).hostname);
}

/** A webhook that waits for what is never sent would be silent for good. @throws CodedError `request.invalid` */
function assertEvents(events: readonly string[]): void {
  const sent = (event: string) =>
    event === "*" ||
    ALERT_EVENTS.some(
      (type) => event === type || (event.endsWith(".*") && type.startsWith(event.slice(0, -1))),
    );
  const wrong = events.find((event) => !sent(event));
  if (wrong === undefined) return;
  throw new CodedError("request.invalid", `No message is sent for "${wrong}".`, {
    hint: `There are ${ALERT_EVENTS.join(", ")}, such as run.* and *.`,
    details: { issues: [{ path: "events", problem: "expected types of alerts" }] },
  });
}

function present(webhook: WebhookRecord): WebhookAnswer {
  return {
    id: webhook.id,
    name: webhook.name,
    url: shownUrl(webhook.url),
    events: webhook.events,
    origin: webhook.origin,
    enabled: webhook.enabled,
    createdAt: iso(webhook.createdAt),
  };
}

/** Addresses of receivers often hold a token in their query, or credentials. */
function shownUrl(text: string): string {
  if (!URL.canParse(text)) return "";
  const { origin, pathname } = new URL(text);
  return origin + pathname;
}

function presentDelivery(delivery: Delivery): DeliveryAnswer {
  return {
    id: delivery.id,
    eventType: delivery.eventType,
    state: delivery.state,
    tries: delivery.tries,
    nextTryAt: iso(delivery.nextTryAt),
    lastStatus: delivery.lastStatus,
    lastError: delivery.lastError,
    createdAt: iso(delivery.createdAt),
    deliveredAt: isoOrNull(delivery.deliveredAt),
  };
}
