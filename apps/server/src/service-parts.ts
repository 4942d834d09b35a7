import type { Config, ServiceSettings } from "@syncline/config";
import type { ControlPlane } from "@syncline/control-plane";
import type { ObjectStore } from "@syncline/engine";
import type { Logger } from "@syncline/observability";
import type { Metrics } from "@syncline/observability/metrics";
import type { Egress } from "@syncline/runtime/egress";
import type { ResultStore } from "@syncline/runtime/results";
import type { EventHub } from "./events/event-hub.ts";
import type { Probes } from "./probes.ts";
import type { ProjectWorkspaces } from "./work/project-workspaces.ts";
import type { UploadSpool } from "./work/upload-spool.ts";

/** What routes work with; made once for a process. */
export interface ServiceParts {
  readonly controlPlane: ControlPlane;
  /** Of the control database, for connections of the queue's own; never printed. */
  readonly databaseUrl: string;
  readonly settings: ServiceSettings;
  /** The config as it is now; it changes when it is read again. */
  readonly config: () => Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly version: string;
  /** Of this process, among the workers. */
  readonly name: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly events: EventHub;
  readonly probes: Probes;
  readonly workspaces: ProjectWorkspaces;
  /** The way to what callers name; its allowed addresses follow the config. */
  readonly egress: () => Egress;
  readonly uploads: UploadSpool;
  readonly objects: ObjectStore;
  readonly results: ResultStore;
}
