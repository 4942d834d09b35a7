import { randomBytes, randomUUID } from "node:crypto";
import { CodedError } from "@syncline/core";
import type { Call, ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import type { WebhookRecord } from "../records.ts";
import { webhooks } from "../schema/index.ts";
import { secretBinding, webhookUrlBinding, withoutSecret } from "../webhooks/webhook-record.ts";

export interface NewWebhook {
  readonly name: string;
  readonly url: string;
  /** Event types, `run.*` or `*`. */
  readonly events: readonly string[];
  /** `whsec_…`; a new one when left out. */
  readonly secret?: string;
  readonly origin?: WebhookRecord["origin"];
  readonly enabled?: boolean;
}

const SECRET_BYTES = 32;

/** The secret is told this once. @throws CodedError `resource.exists` */
export async function createWebhook(
  cp: ControlPlane,
  call: Call,
  input: NewWebhook,
): Promise<{ readonly webhook: WebhookRecord; readonly secret: string }> {
  const { name, url, events, origin = "api", enabled = true } = input;
  const secret = input.secret ?? `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;
  const id = randomUUID();
  const { organizationId } = call.scope;
  return transact(cp, call.scope.organizationId, async (change) => {
    const [row] = await change.tx
      .insert(webhooks)
      .values({
        id,
        organizationId,
        name,
        url: cp.sealer.seal(url, webhookUrlBinding({ id, organizationId })),
        events: [...events],
        origin,
        enabled,
        sealedSecret: cp.sealer.seal(secret, secretBinding({ id, organizationId })),
      })
      .onConflictDoNothing()
      .returning();
    if (row === undefined) throw new CodedError("resource.exists", `There is a webhook "${name}" already.`);
    change.audit(call, {
      action: "webhook.create",
      subjectKind: "webhook",
      subjectId: id,
      detail: { name, events, origin },
    });
    return { webhook: withoutSecret(cp, row), secret };
  });
}
