import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@syncline/runtime/embedded-postgres";
import { TEST_SETTINGS } from "./start-test-server.ts";

export interface ServerCopies {
  /** Addresses of the same database on each. */
  readonly urls: readonly [string, string];
  stop(): Promise<void>;
}

/** Two servers from one copy of the files, as a restored backup makes them: they share their system identifier. */
export async function startServerCopies(): Promise<ServerCopies> {
  const folder = mkdtempSync(join(tmpdir(), "syncline-copies-"));
  chmodSync(folder, 0o755);
  const start = (name: string) =>
    startEmbeddedPostgres({ dataDir: join(folder, name), settings: TEST_SETTINGS });
  await (await start("one")).stop();
  execFileSync("cp", ["-a", join(folder, "one"), join(folder, "two")]);
  const servers = [await start("one"), await start("two")] as const;
  return {
    urls: [servers[0].url(), servers[1].url()],
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
