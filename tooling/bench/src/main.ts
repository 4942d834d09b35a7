import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@syncline/runtime/embedded-postgres";
import { benchAccounts } from "./account-scenarios.ts";
import { benchApply } from "./apply-scenarios.ts";
import { benchDashboard } from "./dashboard-scenario.ts";
import { Databases } from "./databases.ts";
import { benchDiff } from "./diff-scenarios.ts";
import { benchMoves } from "./move-scenarios.ts";
import { readOptions } from "./options.ts";
import { Report } from "./report.ts";
import { benchResults } from "./result-scenario.ts";
import { benchServer } from "./server-scenario.ts";

const SETTINGS = {
  shared_buffers: "1GB",
  max_wal_size: "8GB",
  checkpoint_timeout: "1h",
  autovacuum: "off",
  work_mem: "4MB",
};

const options = readOptions(process.argv.slice(2));
if (options.only.join() === "server") {
  await benchServer({ sources: options.sources });
  process.exit();
}
const folder = mkdtempSync(join(tmpdir(), "syncline-bench-"));
const server = await startEmbeddedPostgres({
  settings: SETTINGS,
  ...(options.serverBin === undefined ? {} : { binDir: options.serverBin }),
});
try {
  const databases = new Databases((database) => server.url(database));
  if (options.only.join() === "results")
    await benchResults(databases, { changes: options.rows, sources: options.sources });
  else if (options.only.join() === "dashboard")
    await benchDashboard(databases, { changes: options.rows, sources: options.sources });
  else await benchRows(databases);
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function benchRows(databases: Databases): Promise<void> {
  const client = await databases.open("postgres");
  const version = String((await client.query("SHOW server_version")).rows[0].server_version);
  await client.end();
  process.stdout.write(`Making ${options.rows.toLocaleString("en")} rows on PostgreSQL ${version} …\n`);
  await databases.createOriginal(options.rows);
  const report = new Report();
  if (options.only.includes("diff")) await benchDiff(databases, options.rows, options.runs, report);
  if (options.only.includes("apply")) await benchApply(databases, folder, options, report);
  await benchMoves(databases, folder, options, report);
  if (options.only.includes("accounts")) await benchAccounts(databases, folder, options, report);
  if (options.report !== null) {
    const tableBytes = await databases.size("original");
    report.write(options.report, {
      server: `PostgreSQL ${version}`,
      rows: options.rows,
      tableBytes,
      runs: options.runs,
    });
    process.stdout.write(`Written to ${options.report}\n`);
  }
}
