import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { type LaunchPrefix, prefixed } from "./launch-prefix.ts";
import { OutputTail } from "./output-tail.ts";
import { readPostmasterFile } from "./postmaster-file.ts";
import { serverEnvironment } from "./server-environment.ts";

export interface ServerCommand {
  readonly binDir: string;
  readonly dataDir: string;
  readonly prefix: LaunchPrefix;
  readonly settings: Readonly<Record<string, string>>;
}

/** `fast` disconnects the clients, `immediate` also skips the final checkpoint. */
export type StopMode = "fast" | "immediate";

const STOP_SIGNALS: Record<StopMode, NodeJS.Signals> = { fast: "SIGINT", immediate: "SIGQUIT" };
const STOP_PATIENCE_MS = 10_000;
const POLL_MS = 10;

/** One postmaster that we spawned. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #tail: OutputTail;
  readonly #dataDir: string;
  readonly #ended: Promise<void>;
  #failure: string | undefined;

  constructor(command: ServerCommand) {
    const settings = Object.entries(command.settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const [program, args] = prefixed(command.prefix, join(command.binDir, "postgres"), [
      "-D",
      command.dataDir,
      ...settings,
    ]);
    this.#dataDir = command.dataDir;
    this.#child = spawn(program, args, {
      ...command.prefix.spawnOptions,
      cwd: "/",
      env: serverEnvironment(),
      // A terminal sends its Ctrl-C to the whole group: the server must outlive us by the moments we need it.
      detached: process.platform !== "win32",
      stdio: ["ignore", "ignore", "pipe"],
    });
    if (this.#child.stderr === null) throw new TypeError("the server's log is not piped");
    this.#tail = new OutputTail(this.#child.stderr);
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error) => {
        this.#failure = error.message;
        resolve();
      });
      this.#child.once("exit", () => resolve());
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#failure === undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when the process has ended, however that came. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  log(): string {
    return this.#failure ?? this.#tail.text();
  }

  /** Lets our own event loop end while the server still runs. */
  unref(): void {
    this.#child.unref();
    const log = this.#child.stderr;
    if (log !== null && "unref" in log && typeof log.unref === "function") log.unref();
  }

  signal(signal: NodeJS.Signals): void {
    if (this.alive) this.#child.kill(signal);
  }

  async waitUntilReady(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (this.alive && Date.now() < deadline) {
      const file = readPostmasterFile(this.#dataDir);
      if (file?.pid === this.pid && file?.status === "ready") return;
      await Promise.race([sleep(POLL_MS), this.#ended]);
    }
    const reason = this.alive ? `was not ready after ${timeoutMs} ms` : "ended while it started";
    await this.stop("immediate");
    throw new EmbeddedPostgresError({
      code: "start-failed",
      message: `the PostgreSQL server on "${this.#dataDir}" ${reason}: ${this.log()}`,
      hint: "The end of the server's log above names the cause.",
    });
  }

  async stop(mode: StopMode): Promise<void> {
    for (const signal of [STOP_SIGNALS[mode], "SIGQUIT", "SIGKILL"] as const) {
      this.signal(signal);
      if (await this.#endsWithin(STOP_PATIENCE_MS)) return;
    }
    throw new EmbeddedPostgresError({
      code: "stop-failed",
      message: `process ${this.pid} of the PostgreSQL server does not end`,
      hint: "End it by hand.",
    });
  }

  async #endsWithin(patienceMs: number): Promise<boolean> {
    const timer = new AbortController();
    const late = sleep(patienceMs, false, { signal: timer.signal }).catch(() => false);
    const ended = await Promise.race([this.#ended.then(() => true), late]);
    timer.abort();
    return ended;
  }
}
