import { bootstrapKey } from "@syncline/control-plane";
import { createMetrics } from "@syncline/observability/metrics";
import { createApp } from "./create-app.ts";
import { EventHub } from "./events/event-hub.ts";
import { HttpListener } from "./http/http-listener.ts";
import { openState } from "./open-state.ts";
import { Probes } from "./probes.ts";
import type { RunningService, ServiceInput } from "./service-contract.ts";
import type { ServiceParts } from "./service-parts.ts";

export type * from "./service-contract.ts";
export { openDesk } from "./service-desk.ts";

/** Starts a server process; resolves when it listens. */
export async function startService(input: ServiceInput): Promise<RunningService> {
  const { settings, logger, version } = input;
  let config = await input.loadConfig();
  const state = await openState(settings, {
    applicationName: "syncline server",
    embedded: "start",
    logger,
  });
  const { controlPlane } = state;
  const metrics = createMetrics();
  const events = new EventHub({ controlPlane, logger, metrics });
  await events.start();
  const probes = new Probes(controlPlane);
  const parts: ServiceParts = {
    controlPlane,
    settings,
    config: () => config,
    environment: input.environment,
    folder: input.folder,
    version,
    logger,
    metrics,
    events,
    probes,
  };
  const issued = await bootstrapKey(controlPlane);
  const listener = new HttpListener({
    app: createApp(parts, { whole: input.mode === "server" }),
    host: settings.host,
    port: settings.port,
  });
  await listener.listen();
  const ended = Promise.withResolvers<void>();
  let draining: Promise<void> | null = null;
  const drain = async () => {
    probes.drain();
    await events.close();
    await listener.close(settings.graceMs);
    probes.stop();
    await state.close();
    ended.resolve();
  };
  return {
    url: listener.url,
    firstKey: issued?.token ?? null,
    once: null,
    ended: ended.promise,
    reload: async () => {
      config = await input.loadConfig();
    },
    drain: () => (draining ??= drain()),
  };
}
