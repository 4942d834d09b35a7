import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Measurement {
  readonly seconds: number;
  /** Peak resident memory of the process in bytes, null where the system does not tell. */
  readonly peakBytes: number | null;
  readonly stdout: string;
}

/** Runs a command to its end. Rejects with its error output when the status is not among `accept`. */
export async function runCommand(
  command: readonly string[],
  { input, accept = [0] }: { input?: string; accept?: readonly number[] } = {},
): Promise<Measurement> {
  const [file = "", ...args] = command;
  const started = performance.now();
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"] });
  const peak = watchPeak(child);
  const output = collect(child);
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const seconds = (performance.now() - started) / 1000;
  if (!accept.includes(status ?? -1)) {
    throw new Error(`${command.join(" ")} ended with ${status}:\n${output.stderr}`);
  }
  return { seconds, peakBytes: peak(), stdout: output.stdout };
}

const KEPT_OUTPUT = 64 * 1024;

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.on("data", (data: Buffer) => {
      if (output[name].length < KEPT_OUTPUT) output[name] += data.toString();
    });
  }
  return output;
}

/** Linux keeps the peak in /proc; the last look before the end is close to it. */
function watchPeak(child: ChildProcess): () => number | null {
  let peak: number | null = null;
  const timer = setInterval(() => {
    peak = readPeak(child.pid) ?? peak;
  }, 40);
  child.on("exit", () => clearInterval(timer));
  return () => peak;
}

function readPeak(pid: number | undefined): number | null {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return found?.[1] === undefined ? null : Number(found[1]) * 1024;
  } catch {
    return null;
  }
}

export async function timed<T>(work: () => Promise<T>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
