import { type ControlPlane, enforceRowSecurity, expireReviews, pruneHistory } from "@syncline/control-plane";
import type { ObjectStore } from "@syncline/engine";
import type { ResultStore } from "../../results/index.ts";
import { PollingService } from "../polling-service.ts";
import type { ServiceLog } from "../service.ts";
import { cleanResults } from "./clean-results.ts";

export interface Kept {
  /** Of all stored results together; above it the oldest go. */
  readonly resultBytes: number;
  readonly eventsMs: number;
  /** Ended ones, since their end. */
  readonly runsMs: number;
}

export interface JanitorOptions {
  readonly controlPlane: ControlPlane;
  readonly objectStore: ObjectStore;
  readonly results: ResultStore;
  /** Read in each round. */
  readonly keep: () => Kept;
  readonly onDuty: () => boolean;
  readonly log: ServiceLog;
}

const ROUND_MS = 10 * 60_000;
const FIRST_LOOK_MS = 5_000;
const DAY_MS = 24 * 3_600_000;

const FIXED = {
  idempotencyMs: DAY_MS,
  // Longer than events are looked back at, or an alert would be told again.
  deliveriesMs: 30 * DAY_MS,
  workersMs: DAY_MS,
  signInsMs: 60 * DAY_MS,
};

/**
 * Removes what is old: results and their leftovers, history of the control database. Sees that row security holds for
 * the owner of the control database too, once no older replica lives. One process's duty.
 */
export function createJanitor(options: JanitorOptions): PollingService {
  let cleanedAt = Number.NEGATIVE_INFINITY;
  return new PollingService({
    name: "janitor",
    intervalMs: FIRST_LOOK_MS,
    tick: async (signal) => {
      if (!options.onDuty()) return;
      await expireReviews(options.controlPlane);
      if (performance.now() - cleanedAt < ROUND_MS) return;
      await secure(options);
      await clean(options, signal);
      cleanedAt = performance.now();
    },
  });
}

async function secure({ controlPlane, log }: JanitorOptions): Promise<void> {
  const forcing = await enforceRowSecurity(controlPlane);
  if (forcing.kind === "awaited")
    log("info", "row security does not hold for the owner yet", { reason: forcing.reason });
  else if (forcing.tables.length > 0)
    log("info", "row security holds for the owner", { tables: forcing.tables.length });
}

async function clean(
  { controlPlane, objectStore, results, keep, log }: JanitorOptions,
  signal: AbortSignal,
): Promise<void> {
  const { resultBytes: maxBytes, eventsMs, runsMs } = keep();
  try {
    const cleaned = await cleanResults({ controlPlane, objectStore, results, maxBytes, signal });
    let pruned = 0;
    for (let removed = 1; removed > 0 && !signal.aborted; pruned += removed)
      removed = await pruneHistory(controlPlane, { ...FIXED, eventsMs, runsMs });
    log("info", "old things removed", { ...cleaned, rows: pruned });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
