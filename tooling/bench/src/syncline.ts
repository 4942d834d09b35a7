import { fileURLToPath } from "node:url";
import { type Measurement, runCommand } from "./measure.ts";

const BIN = fileURLToPath(new URL("../../../apps/cli/bin/syncline.js", import.meta.url));

/** Runs the real command line in a process of its own. */
export function syncline(args: readonly string[], accept: readonly number[] = [0]): Promise<Measurement> {
  return runCommand([process.execPath, BIN, ...args], { accept });
}
