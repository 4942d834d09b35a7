import { type ControlPlane, enqueueDelivery } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";

/** Sends a message that tells nothing, also to a webhook that is switched off; gives the delivery's id. */
export async function sendTestMessage(
  controlPlane: ControlPlane,
  { organizationId, webhookId }: { readonly organizationId: string; readonly webhookId: string },
): Promise<string> {
  const timestamp = new Date().toISOString();
  const [id] = await enqueueDelivery(controlPlane, {
    organizationId,
    webhookId,
    eventType: "test",
    payload: { type: "test", timestamp, data: { message: "This webhook works." } },
  });
  if (id === undefined) throw new CodedError("resource.not_found", `There is no webhook "${webhookId}".`);
  return id;
}
