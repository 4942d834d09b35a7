import { join, resolve } from "node:path";
import { clusterOwner, hasCluster, prepareDataDirectory, refuseOtherMajor } from "./data-directory.ts";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { findFreePort, isPortFree } from "./free-port.ts";
import { initCluster } from "./init-cluster.ts";
import { type LaunchPrefix, launchPrefix } from "./launch-prefix.ts";
import { terminateWithParent } from "./parent-exit.ts";
import { findPlatformBinDir, readServerVersion } from "./platform-binaries.ts";
import { readPostmasterFile } from "./postmaster-file.ts";
import { reachableBinDir } from "./reachable-binaries.ts";
import { ServerProcess, type StopMode } from "./server-process.ts";
import { chooseServerUser } from "./server-user.ts";
import { removeAfterServerSync, removeFolder } from "./temporary-cluster.ts";
import { makeWorldTempFolder } from "./world-temp-folder.ts";

export interface EmbeddedPostgresOptions {
  /** Kept after `stop`; made when missing. Without it the data lives in a temporary folder that `stop` removes. */
  readonly dataDir?: string;
  /** Default: a free port. */
  readonly port?: number;
  /** `true` keeps fsync on. Default `false`: a crash of the machine may lose the data. */
  readonly durable?: boolean;
  /** Server settings, for example `{ wal_level: "logical" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Folder with `postgres` and `initdb` of another installation. */
  readonly binDir?: string;
  /** Only for a new cluster. Default `UTF8`. */
  readonly encoding?: string;
  /** Only for a new cluster. Default `C.UTF-8`. */
  readonly locale?: string;
  /** Only for a new cluster: further arguments for `initdb`. */
  readonly initdbArgs?: readonly string[];
  /** The superuser's; of a new cluster from then on. Without it everybody on this machine may connect. */
  readonly password?: string;
  /** Milliseconds. Default 60,000. */
  readonly readyTimeoutMs?: number;
}

/** A running server that ends at the latest with this process. */
export interface EmbeddedPostgres {
  readonly host: string;
  readonly port: number;
  readonly superuser: string;
  readonly dataDir: string;
  readonly pid: number;
  readonly major: number;
  /** For example `18.4`. */
  readonly version: string;
  url(database?: string): string;
  /** Resolves when the server has ended, however that came. */
  readonly ended: Promise<void>;
  /** Default mode `fast`. A second call does nothing. */
  stop(mode?: StopMode): Promise<void>;
}

const HOST = "127.0.0.1";
const SUPERUSER = "postgres";
const READY_TIMEOUT_MS = 60_000;
const PORT_ATTEMPTS = 3;

/** @throws EmbeddedPostgresError */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const givenBinDir = options.binDir ?? findPlatformBinDir();
  const version = await readServerVersion(givenBinDir);
  const user = chooseServerUser(options.dataDir === undefined ? undefined : clusterOwner(options.dataDir));
  const prefix = launchPrefix(user);
  const binDir = await reachableBinDir(givenBinDir, version.text, user);
  const temporary =
    options.dataDir === undefined ? makeWorldTempFolder(user, "syncline-postgres-") : undefined;
  const dataDir = temporary === undefined ? resolve(options.dataDir ?? "") : join(temporary, "data");
  try {
    refuseOtherMajor(dataDir, version.major);
    prepareDataDirectory(dataDir, user);
    refuseRunningServer(dataDir);
    if (!hasCluster(dataDir))
      await initCluster({ ...clusterOptions(options), binDir, dataDir, prefix, user });
    const { server, port } = await startOnSomePort(options, { binDir, dataDir, prefix });
    return supervise({ server, port, dataDir, temporary, version, password: options.password });
  } catch (error) {
    if (temporary !== undefined) removeFolder(temporary);
    throw error;
  }
}

function clusterOptions(options: EmbeddedPostgresOptions) {
  return {
    superuser: SUPERUSER,
    durable: options.durable ?? false,
    encoding: options.encoding ?? "UTF8",
    locale: options.locale ?? "C.UTF-8",
    extraArgs: options.initdbArgs ?? [],
    ...(options.password === undefined ? {} : { password: options.password }),
  };
}

function refuseRunningServer(dataDir: string): void {
  const file = readPostmasterFile(dataDir);
  if (file === undefined || !isAlive(file.pid)) return;
  throw new EmbeddedPostgresError({
    code: "data-directory-in-use",
    message: `"${dataDir}" is in use by process ${file.pid}`,
    hint: "Stop that server, or choose another data directory.",
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A free port can be lost to another process before the server binds it; then the next one is tried. */
async function startOnSomePort(
  options: EmbeddedPostgresOptions,
  place: { binDir: string; dataDir: string; prefix: LaunchPrefix },
): Promise<{ server: ServerProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await findFreePort(HOST));
    const server = new ServerProcess({ ...place, settings: serverSettings(options, port) });
    const release = terminateWithParent({ terminate: () => server.signal("SIGQUIT") });
    try {
      await server.waitUntilReady(options.readyTimeoutMs ?? READY_TIMEOUT_MS);
      return { server, port };
    } catch (error) {
      const portWasLost = options.port === undefined && !(await isPortFree(HOST, port));
      if (!portWasLost || attempt === PORT_ATTEMPTS) throw error;
    } finally {
      release();
    }
  }
}

function serverSettings(options: EmbeddedPostgresOptions, port: number): Record<string, string> {
  const quick = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
  return {
    ...(options.durable ? {} : quick),
    ...options.settings,
    listen_addresses: HOST,
    port: String(port),
    unix_socket_directories: "",
    logging_collector: "off",
  };
}

function supervise(parts: {
  server: ServerProcess;
  port: number;
  dataDir: string;
  temporary: string | undefined;
  version: { major: number; text: string };
  password: string | undefined;
}): EmbeddedPostgres {
  const { server, port, dataDir, temporary, version } = parts;
  const password = parts.password === undefined ? "" : `:${encodeURIComponent(parts.password)}`;
  const release = terminateWithParent({
    terminate: () => {
      server.signal("SIGQUIT");
      if (temporary !== undefined) removeAfterServerSync(temporary, dataDir);
    },
  });
  server.unref();
  return {
    host: HOST,
    port,
    superuser: SUPERUSER,
    dataDir,
    pid: server.pid ?? 0,
    major: version.major,
    version: version.text,
    url: (database = "postgres") =>
      `postgresql://${SUPERUSER}${password}@${HOST}:${port}/${encodeURIComponent(database)}`,
    ended: server.ended,
    stop: async (mode = "fast") => {
      await server.stop(mode);
      release();
      if (temporary !== undefined) removeFolder(temporary);
    },
  };
}
