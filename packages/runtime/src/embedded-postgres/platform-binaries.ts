import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { linkLibraries } from "./link-libraries.ts";

const run = promisify(execFile);

/** Name of the npm package that carries the server binaries of one machine kind. */
export function platformPackageName(platform: string, arch: string): string {
  const os = platform === "win32" ? "windows" : platform;
  return `@embedded-postgres/${os}-${arch}`;
}

/**
 * Folder with `initdb` and `postgres` of the installed platform package.
 * The `embedded-postgres` package is only located, never loaded: its exit hook turns a failing process into status 0.
 */
export function findPlatformBinDir(platform: string = process.platform, arch: string = process.arch): string {
  const name = platformPackageName(platform, arch);
  try {
    const launcher = createRequire(import.meta.url).resolve("embedded-postgres");
    const binDir = join(dirname(createRequire(launcher).resolve(name)), "..", "native", "bin");
    linkLibraries(binDir);
    return binDir;
  } catch (cause) {
    if (cause instanceof EmbeddedPostgresError) throw cause;
    throw new EmbeddedPostgresError({
      code: "binaries-missing",
      message: `no PostgreSQL binaries for ${platform}-${arch}: package "${name}" is not installed`,
      hint: "Install with optional dependencies, or point to a PostgreSQL server of your own.",
      cause,
    });
  }
}

export interface ServerVersion {
  readonly major: number;
  /** As the binary prints it, for example `18.4`. */
  readonly text: string;
}

export async function readServerVersion(binDir: string): Promise<ServerVersion> {
  try {
    const { stdout } = await run(join(binDir, "postgres"), ["--version"], { cwd: "/" });
    return parseServerVersion(stdout);
  } catch (cause) {
    if (cause instanceof EmbeddedPostgresError) throw cause;
    throw new EmbeddedPostgresError({
      code: "binaries-missing",
      message: `cannot run the PostgreSQL server in "${binDir}"`,
      hint: "Check that the folder holds `postgres` and `initdb` for this machine and that they may be executed.",
      cause,
    });
  }
}

/** Reads `postgres (PostgreSQL) 18.4` and `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`. */
export function parseServerVersion(output: string): ServerVersion {
  const text = /\(PostgreSQL\) (\d+(?:[.\w]*))/.exec(output)?.[1];
  if (text === undefined) {
    throw new EmbeddedPostgresError({
      code: "binaries-missing",
      message: "`postgres --version` printed no PostgreSQL version",
      hint: "Check that the folder holds the binaries of a PostgreSQL server.",
    });
  }
  return { major: Number.parseInt(text, 10), text };
}
