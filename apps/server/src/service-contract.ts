import type { Config, ServiceSettings } from "@syncline/config";
import type { Logger } from "@syncline/observability";

/** What the command line and the container give a server process. */
export interface ServiceInput {
  readonly settings: ServiceSettings;
  /** Reads the config file again; the old config stays when it rejects. */
  readonly loadConfig: () => Promise<Config>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where relative paths of jobs start. */
  readonly folder: string;
  readonly version: string;
  readonly logger: Logger;
  /** `server`: the whole API. `service`: jobs of the file and, with a port, probes and metrics only. */
  readonly mode: "server" | "service";
  /** Makes an administrator's key although there is one. */
  readonly newKey?: boolean;
  /** Makes an administrator's set-up link although there is an administrator. */
  readonly newAdminLink?: boolean;
}

/** What `service status`, `trigger` and `reload` know of a service that runs elsewhere. */
export type DeskInput = Pick<ServiceInput, "settings" | "loadConfig" | "environment" | "logger">;

/** A process that runs. */
export interface RunningService {
  /** Null when nothing listens. */
  readonly url: string | null;
  /** A new administrator's key, shown once; null when there was one already and none was asked for. */
  readonly firstKey: string | null;
  /** Token by which somebody becomes the first administrator, shown once; null when there is one, or an open link. */
  readonly firstSetup: string | null;
  /** With `settings.once`: each job of the file was run once; the process has drained by itself then. Else null. */
  readonly once: Promise<OnceOutcome> | null;
  /** Resolves after a drain; rejects when something that cannot be repaired ended it. */
  readonly ended: Promise<void>;
  /** Reads the config again and brings jobs and limits up to date. @throws CodedError `config.*`, with everything as it was */
  reload(): Promise<void>;
  /** No new work; finishes or releases what runs within the grace time, then ends. Safe to call twice. */
  drain(): Promise<void>;
}

/** What `--once` ends with: the worst outcome of its runs. */
export type OnceOutcome = "ok" | "partial" | "conflict" | "failed";

/** A job as `syncline service status` prints it. */
export interface JobStatus {
  readonly name: string;
  readonly kind: string;
  readonly enabled: boolean;
  readonly nextFireAt: Date | null;
  readonly lastRun: {
    readonly id: string;
    readonly state: string;
    readonly startedAt: Date | null;
    readonly finishedAt: Date | null;
    readonly error: { readonly code: string; readonly message: string } | null;
  } | null;
}

/**
 * What `apps/cli` imports of `@syncline/server/service`. `startService` resolves when everything listens and works.
 * `openDesk` finds the embedded database of a running process by its state folder.
 */
export interface ServiceModule {
  startService(input: ServiceInput): Promise<RunningService>;
  openDesk(input: DeskInput): Promise<ServiceDesk>;
  /** Another master key for a state folder on which no server runs. */
  rotateStateKey(
    settings: ServiceInput["settings"],
    logger: ServiceInput["logger"],
  ): Promise<StateKeyRotated>;
}

export interface StateKeyRotated {
  /** Of the new key, hex; not the key. */
  readonly keyId: string;
  /** Secrets that were wrapped anew. */
  readonly rewrapped: number;
}

/** Looks at, or asks something of, a service that runs on the same control database or state folder. */
export interface ServiceDesk {
  status(): Promise<readonly JobStatus[]>;
  /** Creates a run; returns its id. @throws CodedError `job.not_found` */
  trigger(job: string): Promise<string>;
  /** Tells every process of the control database to read its config again. */
  reload(): Promise<void>;
  /** Waits for the end of a run. */
  waitFor(runId: string, signal: AbortSignal): Promise<{ readonly state: string }>;
  close(): Promise<void>;
}
