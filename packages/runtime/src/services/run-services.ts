import { setTimeout as sleep } from "node:timers/promises";
import { isCodedError } from "@syncline/core";
import type { Service, ServiceLog } from "./service.ts";

export interface RunServicesOptions {
  /** Aborted on SIGTERM: everything drains. */
  readonly signal: AbortSignal;
  /** What is not drained by then is stopped. */
  readonly graceMs: number;
  /** What has not stopped by then, as when its network stands still, is left as it is. Default 15 s for all together. */
  readonly stopMs?: number;
  readonly log: ServiceLog;
}

const STOP_MS = 15_000;
/** Each has at least so long, however long those before it took. */
const LEAST_STOP_MS = 1_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
/** Whoever ran as long as this starts with the first pause again. */
const SETTLED_MS = 60_000;

/**
 * Runs services until the signal. One that fails is run again after a pause that doubles. Then all drain together, and
 * what has not ended within the grace time is stopped, the last one first. Never rejects.
 */
export async function runServices(
  services: readonly Service[],
  options: RunServicesOptions,
): Promise<{ readonly drained: boolean }> {
  const running = services.map((service) => supervise(service, options));
  await aborted(options.signal);
  const drained = await drainAll(services, options);
  await stopAll(services, options);
  await within(Promise.all(running), LEAST_STOP_MS);
  return { drained };
}

async function supervise(service: Service, { signal, log }: RunServicesOptions): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
    const startedAt = performance.now();
    try {
      await service.run();
      if (signal.aborted) return;
      log("warn", "service ended by itself", { service: service.name });
    } catch (error) {
      if (performance.now() - startedAt > SETTLED_MS) pause = FIRST_PAUSE_MS;
      log("warn", "service failed; trying again", { service: service.name, pauseMs: pause, ...brief(error) });
    }
    await sleep(pause / 2 + (Math.random() * pause) / 2, undefined, { signal }).catch(() => {});
  }
}

async function drainAll(
  services: readonly Service[],
  { graceMs, log }: RunServicesOptions,
): Promise<boolean> {
  const drained = await within(
    Promise.all(services.map((service) => quietly(service, "drain", log))),
    graceMs,
  );
  if (!drained) log("warn", "grace time is over; stopping what is left", { graceMs });
  return drained;
}

/** The last one first: others use it. */
async function stopAll(
  services: readonly Service[],
  { stopMs = STOP_MS, log }: RunServicesOptions,
): Promise<void> {
  const until = performance.now() + stopMs;
  for (const service of [...services].reverse()) {
    const patience = Math.max(until - performance.now(), Math.min(stopMs, LEAST_STOP_MS));
    if (!(await within(quietly(service, "stop", log), patience)))
      log("error", "a service did not stop; it is left as it is", { service: service.name });
  }
}

async function within(work: Promise<unknown>, patienceMs: number): Promise<boolean> {
  const patience = new AbortController();
  const late = sleep(patienceMs, false, patience).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    patience.abort();
  }
}

async function quietly(service: Service, what: "drain" | "stop", log: ServiceLog): Promise<void> {
  try {
    await service[what]();
  } catch (error) {
    log("warn", `service did not ${what} cleanly`, { service: service.name, ...brief(error) });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** What a log may say of an error: messages of errors that are not ours may hold statements and values. */
export function brief(error: unknown): Readonly<Record<string, unknown>> {
  if (isCodedError(error)) return { code: error.code, error: error.message };
  const { name, code } = error as { name?: unknown; code?: unknown };
  return {
    error: typeof name === "string" ? name : "unknown",
    ...(typeof code === "string" ? { code } : {}),
  };
}
