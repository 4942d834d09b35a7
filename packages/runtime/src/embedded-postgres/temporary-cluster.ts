import { rmSync } from "node:fs";
import { readPostmasterFile } from "./postmaster-file.ts";

const WAIT_MS = 2_000;
const STEP_MS = 5;

/** Removes a folder while no event loop turns: waits, blocking, for the server to leave it first. */
export function removeAfterServerSync(folder: string, dataDir: string): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; waited < WAIT_MS && readPostmasterFile(dataDir) !== undefined; waited += STEP_MS) {
    Atomics.wait(pause, 0, 0, STEP_MS);
  }
  removeFolder(folder);
}

/** Leftovers in a temporary folder are harmless, so a failure is not an error. */
export function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  } catch {}
}
