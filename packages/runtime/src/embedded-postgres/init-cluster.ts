import { spawn } from "node:child_process";
import { join } from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { type LaunchPrefix, prefixed } from "./launch-prefix.ts";
import { OutputTail } from "./output-tail.ts";
import { serverEnvironment } from "./server-environment.ts";

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
}

export async function initCluster(options: InitClusterOptions): Promise<void> {
  const [program, args] = prefixed(options.prefix, join(options.binDir, "initdb"), initdbArgs(options));
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

function initdbArgs(options: InitClusterOptions): string[] {
  return [
    `--pgdata=${options.dataDir}`,
    `--username=${options.superuser}`,
    "--auth=trust",
    `--encoding=${options.encoding}`,
    `--locale=${options.locale}`,
    ...(options.durable ? [] : ["--no-sync"]),
    ...options.extraArgs,
  ];
}
