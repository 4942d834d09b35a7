import { and, eq, inArray, lte, sql } from "drizzle-orm";
import { now, nowPlus } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import { SERVICE, transact } from "../database/transact.ts";
import type { Delivery } from "../records.ts";
import { deliveries, webhooks } from "../schema/index.ts";
import { openUrl, secretBinding, wants } from "../webhooks/webhook-record.ts";

export interface EnqueueInput {
  readonly organizationId: string;
  readonly eventType: string;
  readonly payload: unknown;
  /** The event that it tells of: repeated, nothing is sent twice. Left out for a test. */
  readonly eventId?: number | null;
  /** When that was: a webhook that came later does not hear of it. */
  readonly happenedAt?: Date;
  /** Only to this one, whatever it wants and also when it is switched off: the test button. */
  readonly webhookId?: string;
}

/** Makes a message for every webhook of the organization that wants it. Gives their ids. */
export async function enqueueDelivery(cp: ControlPlane, input: EnqueueInput): Promise<readonly string[]> {
  const { organizationId, eventType, payload, eventId = null, webhookId, happenedAt } = input;
  return transact(cp, organizationId, async ({ tx }) => {
    const rows = await tx
      .select({ id: webhooks.id, events: webhooks.events, enabled: webhooks.enabled })
      .from(webhooks)
      .where(
        and(
          eq(webhooks.organizationId, organizationId),
          webhookId === undefined ? undefined : eq(webhooks.id, webhookId),
          happenedAt === undefined ? undefined : lte(webhooks.createdAt, happenedAt),
        ),
      );
    const wanted =
      webhookId === undefined ? rows.filter((row) => row.enabled && wants(row.events, eventType)) : rows;
    if (wanted.length === 0) return [];
    const made = await tx
      .insert(deliveries)
      .values(
        wanted.map(({ id }) => ({
          organizationId,
          webhookId: id,
          eventType,
          eventId,
          payload: payload ?? {},
        })),
      )
      .onConflictDoNothing()
      .returning({ id: deliveries.id });
    return made.map(({ id }) => id);
  });
}

export interface ClaimedDelivery {
  readonly delivery: Delivery;
  readonly url: string;
  /** Signs the message. Never shown. */
  readonly secret: string;
}

/**
 * Takes messages that are due for `leaseMs`; one whose sender died comes again after that. Each take counts as a try.
 */
export async function claimDeliveries(
  cp: ControlPlane,
  { limit, leaseMs }: { readonly limit: number; readonly leaseMs: number },
): Promise<readonly ClaimedDelivery[]> {
  return transact(cp, SERVICE, async ({ tx }) => {
    const due = await tx
      .select({ id: deliveries.id })
      .from(deliveries)
      .where(and(inArray(deliveries.state, ["waiting", "sending"]), sql`${deliveries.nextTryAt} <= now()`))
      .orderBy(deliveries.nextTryAt)
      .limit(limit)
      .for("update", { skipLocked: true });
    if (due.length === 0) return [];
    const ids = due.map(({ id }) => id);
    const taken = await tx
      .update(deliveries)
      .set({ state: "sending", tries: sql`${deliveries.tries} + 1`, nextTryAt: nowPlus(leaseMs) })
      .where(inArray(deliveries.id, ids))
      .returning();
    const to = await tx
      .select()
      .from(webhooks)
      .where(
        inArray(
          webhooks.id,
          taken.map(({ webhookId }) => webhookId),
        ),
      );
    return taken.flatMap((delivery) => {
      const webhook = to.find(({ id }) => id === delivery.webhookId);
      if (webhook === undefined) return [];
      return [
        {
          delivery,
          url: openUrl(cp, webhook),
          secret: cp.sealer.open(webhook.sealedSecret, secretBinding(webhook)),
        },
      ];
    });
  });
}

export interface RecordDeliveryInput {
  readonly deliveryId: string;
  /** Of the claim: the outcome of an earlier one does not count. */
  readonly tries: number;
  readonly outcome:
    | { readonly kind: "delivered"; readonly status: number }
    /** `nextInMs` null: given up. */
    | {
        readonly kind: "failed";
        readonly status: number | null;
        readonly error: string;
        readonly nextInMs: number | null;
      };
}

/** Notes what became of a try. False when it was taken again since. */
export async function recordDelivery(cp: ControlPlane, input: RecordDeliveryInput): Promise<boolean> {
  const { deliveryId, tries, outcome } = input;
  return transact(cp, SERVICE, async (change) => {
    const [row] = await change.tx
      .update(deliveries)
      .set(columnsOf(outcome))
      .where(and(eq(deliveries.id, deliveryId), eq(deliveries.tries, tries), eq(deliveries.state, "sending")))
      .returning();
    if (row === undefined) return false;
    if (row.state === "waiting") return true;
    change.emit({
      organizationId: row.organizationId,
      type: `delivery.${row.state}`,
      payload: { deliveryId, webhookId: row.webhookId, tries, status: row.lastStatus },
    });
    return true;
  });
}

function columnsOf(outcome: RecordDeliveryInput["outcome"]) {
  if (outcome.kind === "delivered")
    return { state: "delivered", lastStatus: outcome.status, lastError: null, deliveredAt: now } as const;
  const { status, error, nextInMs } = outcome;
  const failed = { lastStatus: status, lastError: error };
  return nextInMs === null
    ? ({ ...failed, state: "dead" } as const)
    : ({ ...failed, state: "waiting", nextTryAt: nowPlus(nextInMs) } as const);
}
