import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@syncline/runtime/embedded-postgres";
import { TEST_SETTINGS } from "./start-test-server.ts";

/** `bin` folder of an installed PostgreSQL of that major version, or `null`. */
export function findInstalledBinDir(major: number): string | null {
  const candidates = [`/usr/lib/postgresql/${major}/bin`, `/usr/pgsql-${major}/bin`, configuredBinDir(major)];
  return candidates.find((folder) => folder !== null && existsSync(join(folder, "initdb"))) ?? null;
}

/**
 * A server of another major version from the machine's own packages, or `null` when there is none:
 * `describe.skipIf(findInstalledBinDir(15) === null)` reports such tests as skipped.
 */
export async function startSecondServer({ major }: { major: number }): Promise<EmbeddedPostgres | null> {
  const binDir = findInstalledBinDir(major);
  return binDir === null ? null : startEmbeddedPostgres({ binDir, settings: TEST_SETTINGS });
}

function configuredBinDir(major: number): string | null {
  try {
    const ask = (flag: string) => execFileSync("pg_config", [flag], { encoding: "utf8" }).trim();
    return Number.parseInt(ask("--version").replace(/^PostgreSQL /, ""), 10) === major
      ? ask("--bindir")
      : null;
  } catch {
    return null;
  }
}
