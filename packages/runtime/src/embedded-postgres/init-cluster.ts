import { spawn } from "node:child_process";
import { chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { type LaunchPrefix, prefixed } from "./launch-prefix.ts";
import { OutputTail } from "./output-tail.ts";
import { serverEnvironment } from "./server-environment.ts";
import type { ServerUser } from "./server-user.ts";
import { removeFolder } from "./temporary-cluster.ts";
import { makeWorldTempFolder } from "./world-temp-folder.ts";

export interface InitClusterOptions {
  readonly binDir: string;
  readonly dataDir: string;
  readonly prefix: LaunchPrefix;
  readonly superuser: string;
  readonly durable: boolean;
  readonly encoding: string;
  readonly locale: string;
  /** Further arguments, for example `["--data-checksums"]`. */
  readonly extraArgs: readonly string[];
  /** Whose processes read the cluster; `undefined` when it is ours. */
  readonly user: ServerUser | undefined;
  /** Of the superuser; without it connections are trusted. */
  readonly password?: string;
}

export async function initCluster(options: InitClusterOptions): Promise<void> {
  const { password, user } = options;
  if (password === undefined) return runInitdb(options, ["--auth=trust"]);
  const folder = makeWorldTempFolder(user, "syncline-init-");
  try {
    const file = join(folder, "password");
    writeFileSync(file, password, { mode: 0o600 });
    if (user !== undefined) chownSync(file, user.uid, user.gid);
    await runInitdb(options, ["--auth=scram-sha-256", `--pwfile=${file}`]);
  } finally {
    removeFolder(folder);
  }
}

async function runInitdb(options: InitClusterOptions, auth: readonly string[]): Promise<void> {
  const [program, args] = prefixed(options.prefix, join(options.binDir, "initdb"), initdbArgs(options, auth));
  const child = spawn(program, args, {
    ...options.prefix.spawnOptions,
    cwd: "/",
    env: serverEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const tail = new OutputTail(child.stderr);
  const status = await new Promise<number | string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  if (status === 0) return;
  throw new EmbeddedPostgresError({
    code: "init-failed",
    message: `initdb could not make a cluster in "${options.dataDir}" (${status}): ${tail.text()}`,
    hint: "Check free space and permissions of that folder, or choose another one.",
  });
}

function initdbArgs(options: InitClusterOptions, auth: readonly string[]): string[] {
  return [
    `--pgdata=${options.dataDir}`,
    `--username=${options.superuser}`,
    ...auth,
    `--encoding=${options.encoding}`,
    `--locale=${options.locale}`,
    ...(options.durable ? [] : ["--no-sync"]),
    ...options.extraArgs,
  ];
}
