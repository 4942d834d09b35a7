import { spawn } from "node:child_process";
import type { Readable } from "node:stream";

/** When to send the signal; the first that happens counts. Without any the process runs to its end. */
export interface KillMoment {
  /** Bytes on standard output. */
  readonly bytes?: number;
  /** Milliseconds after the start. */
  readonly ms?: number;
  readonly stdoutPattern?: RegExp;
  readonly stderrPattern?: RegExp;
  /** For a moment known elsewhere: abort it in a fault proxy's `onMessage` to kill at the n-th statement. */
  readonly abort?: AbortSignal;
}

export interface RunAndKillOptions {
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly after?: KillMoment;
  /** Default SIGKILL. */
  readonly signal?: NodeJS.Signals;
}

export interface KilledRun {
  /** False when the process ended before its moment came. */
  readonly killed: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in a process group of its own and kills the whole group at the given moment. */
export async function runAndKill(options: RunAndKillOptions): Promise<KilledRun> {
  const { after = {}, signal = "SIGKILL" } = options;
  const child = spawn(options.command, [...(options.args ?? [])], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let killed = false;
  const kill = () => {
    if (killed || child.exitCode !== null || child.signalCode !== null) return;
    killed = true;
    signalGroup(child.pid, signal);
  };
  const killAtExit = () => signalGroup(child.pid, "SIGKILL");
  process.once("exit", killAtExit);

  const stdout = collect(child.stdout, (text, bytes) => {
    if (bytes >= (after.bytes ?? Number.POSITIVE_INFINITY) || after.stdoutPattern?.test(text)) kill();
  });
  const stderr = collect(child.stderr, (text) => {
    if (after.stderrPattern?.test(text)) kill();
  });
  const timer = after.ms === undefined ? undefined : setTimeout(kill, after.ms);
  after.abort?.addEventListener("abort", kill, { once: true });
  if (after.abort?.aborted) kill();
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");

  try {
    const ended = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(
      (resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code, endedBy) => resolve({ code, signal: endedBy }));
      },
    );
    return { killed, ...ended, stdout: stdout(), stderr: stderr() };
  } finally {
    clearTimeout(timer);
    after.abort?.removeEventListener("abort", kill);
    process.off("exit", killAtExit);
  }
}

/** Calls `watch` with all text so far and its length in bytes; returns a function for the whole text. */
function collect(stream: Readable, watch: (text: string, bytes: number) => void): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const text = () => Buffer.concat(chunks).toString("utf8");
  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    watch(text(), bytes);
  });
  return text;
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
