import type { AnswerOf, webhooks } from "@syncline/api";
import { api } from "../../api/client.ts";
import { pagesOf } from "../../api/pages.ts";

export type Webhook = AnswerOf<typeof webhooks.listWebhooks>["items"][number];
export type Delivery = AnswerOf<typeof webhooks.listDeliveries>["items"][number];

export const webhooksQuery = pagesOf<Webhook>({
  queryKey: ["webhooks", "list"],
  read: ({ query, signal }) => api.webhooks.listWebhooks({ query: { ...query, limit: 100 }, signal }),
});

/** Newest first. */
export const deliveriesQuery = (webhookId: string) =>
  pagesOf<Delivery>({
    queryKey: ["webhooks", "deliveries", webhookId],
    read: ({ query, signal }) =>
      api.webhooks.listDeliveries({ params: { id: webhookId }, query: { ...query, limit: 50 }, signal }),
  });
