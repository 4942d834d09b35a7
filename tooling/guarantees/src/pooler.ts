import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

const PATHS = [
  "/usr/sbin/pgbouncer",
  "/usr/bin/pgbouncer",
  "/usr/local/bin/pgbouncer",
  "/opt/homebrew/bin/pgbouncer",
];
const START_LIMIT_MS = 5_000;

/** Path of the installed PgBouncer, null where there is none. */
export const PGBOUNCER: string | null = PATHS.find((path) => existsSync(path)) ?? null;

export interface PoolerOptions {
  /** Any address of the server behind it. */
  readonly serverUrl: string;
  readonly mode: "transaction" | "session";
  /** Sessions with the server for each database. */
  readonly poolSize: number;
}

export interface Pooler {
  /** The same database through the pooler. */
  url(databaseUrl: string): string;
  stop(): Promise<void>;
}

/** Starts a PgBouncer of its own on loopback. It refuses to run as root, so root starts it as `nobody`. */
export async function startPooler(options: PoolerOptions): Promise<Pooler> {
  if (PGBOUNCER === null) throw new Error("pgbouncer is not installed");
  const folder = mkdtempSync(join(tmpdir(), "syncline-pooler-"));
  chmodSync(folder, 0o755);
  const port = await freePort();
  writeFileSync(join(folder, "users.txt"), '"postgres" ""\n');
  writeFileSync(join(folder, "pgbouncer.ini"), configuration(options, port, folder));
  const words = [PGBOUNCER, "-q", join(folder, "pgbouncer.ini")];
  const [command = "", ...args] = userInfo().uid === 0 ? [...AS_NOBODY, ...words] : words;
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  const killAtExit = () => void child.kill("SIGKILL");
  process.once("exit", killAtExit);
  const url = (databaseUrl: string) => {
    const changed = new URL(databaseUrl);
    changed.host = `127.0.0.1:${port}`;
    return changed.href;
  };
  await waitUntilReady(child, url(options.serverUrl));
  return {
    url,
    stop: async () => {
      process.off("exit", killAtExit);
      const ended = new Promise((resolve) => child.once("close", resolve));
      if (child.exitCode === null) child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const AS_NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"];

function configuration({ serverUrl, mode, poolSize }: PoolerOptions, port: number, folder: string): string {
  const server = new URL(serverUrl);
  return `[databases]
* = host=${server.hostname} port=${server.port || 5432} user=${server.username || "postgres"}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(folder, "users.txt")}
pool_mode = ${mode}
default_pool_size = ${poolSize}
max_client_conn = 100
query_wait_timeout = 4
`;
}

async function waitUntilReady(child: ChildProcess, url: string): Promise<void> {
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  for (const until = performance.now() + START_LIMIT_MS; ; await sleep(50)) {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    const failure = await client.connect().then(
      () => null,
      (error: Error) => error.message,
    );
    if (failure === null) return client.end();
    if (child.exitCode !== null || performance.now() > until)
      throw new Error(`pgbouncer did not start: ${failure} ${said}`);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
