import {
  type ClaimedDelivery,
  type ControlPlane,
  claimDeliveries,
  recordDelivery,
} from "@syncline/control-plane";
import { inSpan } from "@syncline/observability/tracing";
import type { Egress } from "../../egress/index.ts";
import type { ReachedPoint } from "../kill-points.ts";
import { PollingService } from "../polling-service.ts";
import { brief } from "../run-services.ts";
import type { ServiceLog } from "../service.ts";
import { sendDelivery } from "./send-delivery.ts";

export interface AlertSenderOptions {
  readonly controlPlane: ControlPlane;
  /** Read at each try, so that a reload counts at once. */
  readonly egress: () => Pick<Egress, "post">;
  readonly version: string;
  readonly log: ServiceLog;
  readonly reached: ReachedPoint;
  readonly intervalMs?: number;
  /** Of one try, all redirects and the answer included. */
  readonly timeoutMs?: number;
  readonly random?: () => number;
}

const INTERVAL_MS = 1_000;
const TIMEOUT_MS = 15_000;
/** Longer than a try takes: what is not recorded by then is sent again. */
const LEASE_MS = 60_000;
/** Tries at once, so that receivers that hang do not hold up the others. */
const MOST_OPEN = 20;

/** Sends what is due, wherever it runs: each delivery is taken by one. */
export function createAlertSender(options: AlertSenderOptions): PollingService {
  const open = new Set<Promise<void>>();
  return new PollingService({
    name: "alert-sender",
    intervalMs: options.intervalMs ?? INTERVAL_MS,
    tick: async (signal) => {
      if (open.size >= MOST_OPEN) return;
      const claimed = await claimDeliveries(options.controlPlane, {
        limit: MOST_OPEN - open.size,
        leaseMs: LEASE_MS,
      });
      for (const each of claimed) {
        const sending: Promise<void> = deliver(each, options, signal).finally(() => open.delete(sending));
        open.add(sending);
      }
    },
    end: async () => {
      await Promise.all(open);
    },
  });
}

function traced(
  { delivery }: ClaimedDelivery,
  send: () => ReturnType<typeof sendDelivery>,
): ReturnType<typeof sendDelivery> {
  const attributes = {
    "syncline.delivery": delivery.id,
    "syncline.webhook": delivery.webhookId,
    "syncline.event": delivery.eventType,
    "syncline.tries": delivery.tries,
  };
  return inSpan({ span: "delivery", name: `deliver ${delivery.eventType}`, attributes }, async (span) => {
    const outcome = await send();
    const { kind, status } = outcome;
    span.set({
      "syncline.outcome": kind,
      ...(status === null ? {} : { "http.response.status_code": status }),
    });
    if (kind === "failed") span.fail("delivery.failed");
    return outcome;
  });
}

/** Never rejects: what is not recorded comes again when its lease ends. */
async function deliver(
  claimed: ClaimedDelivery,
  { controlPlane, egress, version, log, reached, timeoutMs = TIMEOUT_MS, random }: AlertSenderOptions,
  signal: AbortSignal,
): Promise<void> {
  const { delivery } = claimed;
  const about = { delivery: delivery.id, webhook: delivery.webhookId, event: delivery.eventType };
  try {
    const outcome = await traced(claimed, () =>
      sendDelivery(claimed, {
        egress: egress(),
        userAgent: `Syncline/${version}`,
        timeoutMs,
        signal,
        ...(random === undefined ? {} : { random }),
      }),
    );
    if (outcome.kind === "delivered") reached("alert-sent");
    await recordDelivery(controlPlane, { deliveryId: delivery.id, tries: delivery.tries, outcome });
    if (outcome.kind === "delivered")
      return log("info", "alert delivered", { ...about, status: outcome.status });
    const { status, nextInMs } = outcome;
    if (nextInMs === null) log("error", "alert given up", { ...about, tries: delivery.tries, status });
    else log("warn", "alert not delivered", { ...about, tries: delivery.tries, status, nextInMs });
  } catch (error) {
    log("warn", "alert could not be sent", { ...about, ...brief(error) });
  }
}
