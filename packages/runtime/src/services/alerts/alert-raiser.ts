import { ALERT_EVENTS } from "@syncline/config";
import {
  alertedOrganizations,
  type ControlPlane,
  type EventRecord,
  enqueueDelivery,
  firstEventSince,
  noteLostReplicas,
  noteStaleJobs,
  readEvents,
} from "@syncline/control-plane";
import { PollingService } from "../polling-service.ts";

export interface AlertRaiserOptions {
  readonly controlPlane: ControlPlane;
  /** Whether this process does the duty now. Several may at once: an event becomes one message a webhook. */
  readonly onDuty: () => boolean;
  /** How long a job with a schedule may go without success; null: for ever. Read in each round. */
  readonly staleAfterMs: () => number | null;
  readonly intervalMs?: number;
  /** How often silence is looked for. */
  readonly silenceEveryMs?: number;
  /** A replica that was not heard of for this long is lost. */
  readonly silentAfterMs?: number;
}

const INTERVAL_MS = 2_000;
const SILENCE_EVERY_MS = 15_000;
const SILENT_MS = 30_000;
/** How far back a process looks that begins with the duty; what was told already is not told again. */
const LOOK_BACK_MS = 24 * 3_600_000;
const EVENTS_A_TIME = 500;
const ALERTS: ReadonlySet<string> = new Set(ALERT_EVENTS);

/** Turns events into messages to the webhooks that want them, and notices what nobody does: silence. */
export function createAlertRaiser(options: AlertRaiserOptions): PollingService {
  /** Last event that was seen, by organization. */
  const seen = new Map<string, number>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  return new PollingService({
    name: "alert-raiser",
    intervalMs: options.intervalMs ?? INTERVAL_MS,
    tick: async (signal) => {
      if (!options.onDuty()) return seen.clear();
      if (performance.now() - lookedAt >= (options.silenceEveryMs ?? SILENCE_EVERY_MS)) {
        await noteSilence(options);
        lookedAt = performance.now();
      }
      await raiseAlerts(options.controlPlane, seen, signal);
    },
  });
}

async function noteSilence({
  controlPlane,
  staleAfterMs,
  silentAfterMs = SILENT_MS,
}: AlertRaiserOptions): Promise<void> {
  const afterMs = staleAfterMs();
  if (afterMs !== null) await noteStaleJobs(controlPlane, { afterMs });
  await noteLostReplicas(controlPlane, { silentMs: silentAfterMs });
}

async function raiseAlerts(
  controlPlane: ControlPlane,
  seen: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  for (const organizationId of await alertedOrganizations(controlPlane)) {
    let after =
      seen.get(organizationId) ??
      (await firstEventSince(controlPlane, { organizationId, sinceMs: LOOK_BACK_MS })) - 1;
    for (let full = true; full && !signal.aborted; ) {
      const events = await readEvents(controlPlane, { organizationId, after, limit: EVENTS_A_TIME });
      for (const event of events) {
        if (ALERTS.has(event.type)) await enqueue(controlPlane, event);
        after = event.id;
      }
      seen.set(organizationId, after);
      full = events.length === EVENTS_A_TIME;
    }
  }
}

/** What receivers get: names, ids and counts, as events hold them. */
async function enqueue(controlPlane: ControlPlane, event: EventRecord): Promise<void> {
  const { id, organizationId, type, at, payload } = event;
  await enqueueDelivery(controlPlane, {
    organizationId,
    eventType: type,
    eventId: id,
    happenedAt: at,
    payload: { type, timestamp: at.toISOString(), data: payload },
  });
}
