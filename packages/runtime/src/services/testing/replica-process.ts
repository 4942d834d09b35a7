import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ReplicaProcessInput } from "./replica.fixture.ts";

const FIXTURE = fileURLToPath(new URL("./replica.fixture.ts", import.meta.url));

/** A replica that runs as a process, and what it has said. */
export class ReplicaProcess {
  readonly lines: string[] = [];
  readonly child: ChildProcess;
  readonly exited: Promise<{
    readonly code: number | null;
    readonly signal: string | null;
    readonly at: number;
  }>;

  constructor(input: ReplicaProcessInput) {
    this.child = spawn(process.execPath, [FIXTURE, JSON.stringify(input)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (this.child.stdout !== null)
      createInterface({ input: this.child.stdout }).on("line", (line) => this.lines.push(line));
    this.exited = once(this.child, "exit").then(([code, signal]) => ({ code, signal, at: Date.now() }));
  }

  /** Waits for a line that begins so. */
  async said(text: string, timeoutMs = 120_000): Promise<void> {
    const giveUpAt = Date.now() + timeoutMs;
    while (!this.lines.some((line) => line.startsWith(text))) {
      if (Date.now() > giveUpAt)
        throw new Error(`no "${text}" within ${timeoutMs} ms:\n${this.lines.join("\n")}`);
      await sleep(20);
    }
  }

  /** Ends the process if it still runs. */
  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    await this.exited;
  }
}
