import type { DemoWorld } from "./world.ts";

/** Three receivers on loopback: one that takes everything, one that takes some, one that is down. */
export async function fillWebhooks({ people: { ada }, receiver }: DemoWorld): Promise<void> {
  const { webhooks } = ada.client;
  const wanted = [
    { name: "Team chat", url: `${receiver}/chat`, events: ["review.*", "run.failed", "run.conflicted"] },
    { name: "Ticket system", url: `${receiver}/flaky`, events: ["watch.differences", "run.partial"] },
    { name: "Pager", url: `${receiver}/pager`, events: ["run.dead", "job.stale", "replica.lost"] },
  ];
  for (const body of wanted) {
    const { webhook } = await webhooks.createWebhook({ body });
    await webhooks.testWebhook({ params: { id: webhook.id } });
  }
}
