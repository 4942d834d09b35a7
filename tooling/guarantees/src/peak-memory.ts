import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../../../apps/cli/bin/syncline.js", import.meta.url));
const LOOK_EVERY_MS = 20;

/** Runs the real command line to its end. Resolves with the peak of its resident memory in bytes, 0 where no system tells. */
export async function peakOf(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: tmpdir(),
    env: { ...process.env, NO_COLOR: "1", CI: "1", NODE_OPTIONS: "" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let peak = 0;
  let said = "";
  child.stderr.on("data", (data: Buffer) => {
    said = `${said}${data}`.slice(-4_000);
  });
  const timer = setInterval(() => {
    peak = Math.max(peak, highWater(child.pid));
  }, LOOK_EVERY_MS);
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    if (status !== 0) throw new Error(`syncline ${args[0]} ended with ${status}:\n${said}`);
    return peak;
  } finally {
    clearInterval(timer);
  }
}

/** Linux keeps the peak itself. */
function highWater(pid: number | undefined): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return Number(found?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
