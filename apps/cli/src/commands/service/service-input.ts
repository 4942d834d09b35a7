import {
  type Config,
  findServer,
  loadConfig,
  readServiceSettings,
  type ServiceFlags,
  type ServiceSettings,
} from "@syncline/config";
import { CodedError } from "@syncline/core";
import { createLogger, type Logger } from "@syncline/observability";
import { traceFields } from "@syncline/observability/tracing";
import type { DeskInput, ServiceInput } from "@syncline/server/service";
import type { Session } from "../../session.ts";
import { VERSION } from "../../version.ts";

/** What the service gets from this command line. */
export async function serviceInput(
  session: Session,
  flags: ServiceFlags,
  mode: ServiceInput["mode"],
): Promise<ServiceInput> {
  const { server } = session.globals;
  const read = async () => {
    const config = await readConfig(session);
    if (server !== undefined) assertServer(config, server);
    return config;
  };
  return {
    settings: settingsOf(session, flags, await read()),
    loadConfig: read,
    environment:
      server === undefined ? session.environment : { ...session.environment, SYNCLINE_SERVER: server },
    folder: session.workingFolder,
    version: VERSION,
    logger: serviceLogger(session),
    mode,
  };
}

/** `--server` means the places of jobs that name none. @throws CodedError `server.not_found` */
function assertServer(config: Config, name: string): void {
  if (!config.remotes.has(name)) findServer(config, name);
}

/** Where a running service is found. @throws CodedError `usage.invalid` when `--server` is given: jobs have their places already */
export async function deskInput(session: Session, flags: ServiceFlags): Promise<DeskInput> {
  if (session.globals.server !== undefined)
    throw new CodedError("usage.invalid", "--server does nothing for jobs that exist already.", {
      hint: "Give it to `syncline service`, which makes them, or name the server in the places of the jobs.",
    });
  const config = await readConfig(session);
  return {
    settings: settingsOf(session, flags, config),
    loadConfig: async () => config,
    environment: session.environment,
    logger: serviceLogger(session, "silent"),
  };
}

function settingsOf(session: Session, flags: ServiceFlags, config: Config): ServiceSettings {
  const { environment, workingFolder: folder } = session;
  return readServiceSettings({ flags, environment, config, folder });
}

async function readConfig({ globals, workingFolder, environment }: Session): Promise<Config> {
  const { config } = await loadConfig({ file: globals.config, folder: workingFolder, env: environment });
  return config;
}

/** One JSON line each on stderr; readable ones at a terminal. */
function serviceLogger({ globals }: Session, fallback: "info" | "silent" = "info"): Logger {
  const quiet = globals.quiet === true ? "warn" : fallback;
  const level = globals.logLevel ?? (globals.verbose === true ? "debug" : quiet);
  return createLogger({
    level,
    mixin: traceFields,
    pretty: globals.logLevel === undefined && process.stderr.isTTY === true,
  });
}
