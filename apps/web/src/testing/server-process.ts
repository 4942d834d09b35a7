import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.ts";

const SYNCLINE = fileURLToPath(new URL("../../../cli/bin/syncline.js", import.meta.url));
const LISTENS = /listens on (http:\/\/[^\s]+)/;
const SETUP = /\/accept#(\S+)/;
const KEY = /slk_\w+_[\w-]{43}/;

export interface StartServerProcess {
  /** With `syncline.yaml`. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** `syncline server` as people run it, on one port over all its lives. */
export class ServerProcess {
  readonly #options: StartServerProcess;
  readonly #port: number;
  #child: ChildProcess | null = null;
  #told = "";

  private constructor(options: StartServerProcess, port: number) {
    this.#options = options;
    this.#port = port;
  }

  static async start(options: StartServerProcess): Promise<ServerProcess> {
    const server = new ServerProcess(options, await freePort());
    await server.start();
    return server;
  }

  /** Another one on the same control database and folder. What is told once is known from the first one. */
  async beside(): Promise<ServerProcess> {
    const server = new ServerProcess(this.#options, await freePort());
    server.#told = this.#told;
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What it printed, over all its lives. */
  get told(): string {
    return this.#told;
  }

  /** Token by which the first administrator becomes one. */
  get setup(): string {
    return SETUP.exec(this.#told)?.[1] ?? "";
  }

  /** Of no person; may do everything. */
  get key(): string {
    return KEY.exec(this.#told)?.[0] ?? "";
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const { folder, environment } = this.#options;
    const child = spawn(process.execPath, [SYNCLINE, "server", "--log-level", "warn"], {
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? "",
        HOME: folder,
        TZ: "UTC",
        NO_COLOR: "1",
        PORT: String(this.#port),
        ...environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    let life = "";
    const listens = Promise.withResolvers<void>();
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        life += text;
        this.#told += text;
        // The link and the key of the first start come right after.
        if (LISTENS.test(life) && this.setup !== "" && this.key !== "") listens.resolve();
      });
    child.once("error", listens.reject);
    child.once("exit", (code) => listens.reject(new Error(`the server ended with ${code}:\n${life}`)));
    await listens.promise;
  }

  /** `SIGKILL` leaves everything as it is; `SIGTERM` drains. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }
}
