import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { say } from "./narrate.ts";
import { SYNCLINE } from "./syncline.ts";

/** Jobs that the served demonstration has from the start. */
const JOBS = `jobs:
  - name: compare-staging
    description: What would make production equal staging
    kind: diff
    source: staging:public:*
    target: prod:public:*
  - name: refresh-staging
    description: Production's rows for staging, with people masked
    kind: copy
    source: prod:public:*
    target: staging:public:*
    mask: people
    schedule: { cron: "30 3 * * *", timeZone: Europe/Berlin }
  - name: watch-prices
    description: Alerts when prices drift apart
    kind: watch
    source: staging:public:products
    target: prod:public:products
    schedule: { every: 1h }
`;

/** Runs `syncline server` over the demonstration's databases until it ends. Returns its exit code. */
export async function serve(folder: string, interrupted: Promise<unknown>): Promise<number> {
  appendFileSync(join(folder, "syncline.yaml"), JOBS);
  chmodSync(folder, 0o755); // its embedded database may run as another user
  const state = join(folder, "state");
  mkdirSync(state);
  say();
  say("Two databases, three jobs. The server keeps its own state apart from both:");
  const child = spawn(
    process.execPath,
    [
      SYNCLINE,
      "server",
      "--state-directory",
      state,
      "--log-level",
      "warn",
      "--port",
      process.env["PORT"] ?? "8270",
    ],
    { cwd: folder, stdio: ["ignore", "inherit", "inherit"], detached: true },
  );
  void interrupted.then(() => child.kill("SIGTERM"));
  return ended(child);
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}
