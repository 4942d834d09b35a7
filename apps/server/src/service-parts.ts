import type { Config, ServiceSettings } from "@syncline/config";
import type { ControlPlane } from "@syncline/control-plane";
import type { Logger } from "@syncline/observability";
import type { Metrics } from "@syncline/observability/metrics";
import type { EventHub } from "./events/event-hub.ts";
import type { Probes } from "./probes.ts";

/** What routes work with; made once for a process. */
export interface ServiceParts {
  readonly controlPlane: ControlPlane;
  readonly settings: ServiceSettings;
  /** The config as it is now; it changes when it is read again. */
  readonly config: () => Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly version: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly events: EventHub;
  readonly probes: Probes;
}
