import { hostname } from "node:os";
import { join } from "node:path";
import { withEnvironmentLimits } from "@syncline/config";
import { bootstrapKey, bootstrapSetup } from "@syncline/control-plane";
import { createMetrics } from "@syncline/observability/metrics";
import { openObjectStore, openResultStore } from "@syncline/runtime/results";
import { runServices } from "@syncline/runtime/services";
import { createServices } from "./create-services.ts";
import { EventHub } from "./events/event-hub.ts";
import { openState } from "./open-state.ts";
import { Probes } from "./probes.ts";
import type { RunningService, ServiceInput } from "./service-contract.ts";
import { RELOAD_CHANNEL } from "./service-desk.ts";
import { serviceLog } from "./service-log.ts";
import { collectGauges } from "./service-metrics.ts";
import type { ServiceParts } from "./service-parts.ts";
import { assertWritable } from "./state/writable-folder.ts";
import { egressOf } from "./work/egress-of.ts";
import { ProjectWorkspaces } from "./work/project-workspaces.ts";
import { runOnce } from "./work/run-once.ts";
import { storedServers } from "./work/stored-servers.ts";
import { takeConfig } from "./work/take-config.ts";
import { UploadSpool } from "./work/upload-spool.ts";

export { rotateStateKey } from "./rotate-state-key.ts";
export type * from "./service-contract.ts";
export { openDesk } from "./service-desk.ts";

/** How long the first administrator's link works. */
const SETUP_MS = 7 * 24 * 3_600_000;

/** Starts a server process; resolves when everything listens and works. @throws CodedError `config.*`, `control.*`, `usage.invalid` */
export async function startService(input: ServiceInput): Promise<RunningService> {
  const { settings, logger, version, environment, folder } = input;
  const loadConfig = async () => withEnvironmentLimits(await input.loadConfig(), environment);
  let config = await loadConfig();
  assertWritable(settings.stateFolder, "SYNCLINE_STATE_DIRECTORY");
  if (settings.objects.kind === "disk") assertWritable(settings.objects.folder, "SYNCLINE_OBJECTS");
  const state = await openState(settings, {
    applicationName: "syncline server",
    embedded: "start",
    logger,
  });
  const { controlPlane } = state;
  const stopping = new AbortController();
  let egress = egressOf(config);
  try {
    const metrics = createMetrics();
    const objects = await openObjectStore(settings.objects);
    const parts: ServiceParts = {
      controlPlane,
      databaseUrl: state.url,
      settings,
      config: () => config,
      environment,
      folder,
      version,
      name: hostname(),
      logger,
      metrics,
      events: new EventHub({ controlPlane, logger, metrics }),
      probes: new Probes(controlPlane),
      workspaces: new ProjectWorkspaces({
        controlPlane,
        config: () => config,
        environment,
        egress: () => egress,
        storedServers: (cp, scope) => storedServers({ cp, egress }, scope),
      }),
      egress: () => egress,
      uploads: new UploadSpool(join(settings.stateFolder, "uploads")),
      objects,
      results: await openResultStore({
        objectStore: objects,
        cacheFolder: join(settings.stateFolder, "results"),
      }),
    };
    const take = async () => {
      const next = await loadConfig();
      const nextEgress = egressOf(next);
      await takeConfig(parts, next);
      config = next;
      egress = nextEgress;
    };
    await take();
    collectGauges(parts);
    const reload = () =>
      take().catch((error: unknown) => {
        logger.error({ err: error }, "the config was not taken over; the old one stays");
        throw error;
      });
    const listening = await controlPlane.listen(RELOAD_CHANNEL, () => void reload().catch(() => {}));
    const { services, listener } = createServices(parts, { mode: input.mode });
    if (listener !== null) await listener.listen();
    const issued =
      input.mode === "server" ? await bootstrapKey(controlPlane, { anew: input.newKey ?? false }) : null;
    const setup =
      input.mode === "server" && config.features["password-sign-in"]
        ? await bootstrapSetup(controlPlane, { lifetimeMs: SETUP_MS, anew: input.newAdminLink ?? false })
        : null;
    const running = runServices(services, {
      signal: stopping.signal,
      graceMs: settings.graceMs,
      log: serviceLog(logger),
    });
    const ended = running.then(async () => {
      parts.probes.stop();
      await listening.close();
      await parts.results.close();
      await objects.close();
      await state.close();
    });
    const drain = () => {
      parts.probes.drain();
      stopping.abort();
      return ended;
    };
    const once = settings.once ? runOnce(parts, stopping.signal).finally(drain) : null;
    return {
      url: listener?.url ?? null,
      firstKey: issued?.token ?? null,
      firstSetup: setup,
      once,
      ended,
      reload,
      drain,
    };
  } catch (error) {
    stopping.abort();
    await state.close().catch(() => {});
    throw error;
  }
}
