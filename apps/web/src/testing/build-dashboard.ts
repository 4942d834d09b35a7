import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BUILD = fileURLToPath(new URL("../../build/main.ts", import.meta.url));

/** The folder of the dashboard as it is served in production; all test files share one build of the same sources. */
export async function buildDashboard(): Promise<string> {
  // A process of its own: vitest's NODE_ENV would build React for development.
  const { stdout } = await promisify(execFile)(process.execPath, [BUILD], {
    env: { ...process.env, NODE_ENV: "production" },
  });
  return stdout.trim().split("\n").at(-1) ?? "";
}
