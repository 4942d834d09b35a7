import { readServiceLimits } from "@syncline/config";
import { parseDuration } from "@syncline/jobs";
import type { Service } from "@syncline/runtime/services";
import { createRunServices } from "@syncline/runtime/services";
import { createApp } from "./create-app.ts";
import { HttpListener } from "./http/http-listener.ts";
import { serviceLog } from "./service-log.ts";
import { serviceMetrics } from "./service-metrics.ts";
import type { ServiceParts } from "./service-parts.ts";

export interface CreatedServices {
  /** In the order in which they start. */
  readonly services: readonly Service[];
  readonly listener: HttpListener | null;
}

/** Everything that a process does, whether it is a server or a headless service. */
export function createServices(
  parts: ServiceParts,
  { mode }: { readonly mode: "server" | "service" },
): CreatedServices {
  const { controlPlane, settings, metrics, logger, events } = parts;
  const { limits } = settings;
  const log = serviceLog(logger);
  const listener =
    mode === "service" && !settings.portChosen
      ? null
      : new HttpListener({
          app: createApp(parts, { whole: mode === "server" }),
          events,
          host: settings.host,
          port: settings.port,
          drainDelayMs: settings.drainDelayMs,
        });
  const running = createRunServices({
    controlPlane,
    databaseUrl: parts.databaseUrl,
    name: parts.name,
    version: parts.version,
    workspaceOf: (scope) => parts.workspaces.of(scope),
    objectStore: parts.objects,
    results: parts.results,
    dumpFolder: settings.dumpFolder,
    folder: parts.folder,
    limits: () => ({
      units: limits.workUnits,
      perServer: limits.perServer,
      memoryBytes: limits.memoryBytes,
    }),
    log,
    metrics: serviceMetrics(metrics),
    keep: () => {
      const { results, history } = readServiceLimits(parts.config(), parts.environment);
      return { resultBytes: results.maxBytes, eventsMs: history.eventsMs, runsMs: history.runsMs };
    },
    alerts: {
      egress: parts.egress,
      staleAfterMs: () => {
        const { staleAfter } = parts.config().alerts;
        return staleAfter === null ? null : parseDuration(staleAfter);
      },
    },
    leader: settings.leaderElection,
  });
  if (listener === null) return { services: running, listener };
  const uploads = parts.uploads.service((removed) => log("info", "unfinished uploads removed", { removed }));
  return { services: [...running, uploads, listener], listener };
}
