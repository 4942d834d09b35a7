import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const LISTENS = /listens on (\S+)/;
const KEY = /(slk_[0-9a-f]+_\S+)/;

export interface StartServer {
  readonly binary: string;
  /** Where it is started; its config is found from there. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Whom it runs as, where that can be chosen. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** A `syncline server` as a unit or a container starts it, with nothing of this process's environment. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;
  output = "";

  constructor({ binary, folder, environment, user }: StartServer) {
    this.#child = spawn(process.execPath, [binary, "server"], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...environment },
      stdio: ["ignore", "ignore", "pipe"],
      ...user,
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
    });
    this.ended = new Promise((resolve) => this.#child.once("close", resolve));
  }

  async url(): Promise<string> {
    return await this.#found(LISTENS);
  }

  /** Of the first administrator, where this process made it. */
  async key(): Promise<string> {
    return await this.#found(KEY);
  }

  /** Asks it to end; its exit status. */
  end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    this.#child.kill(signal);
    return this.ended;
  }

  async #found(pattern: RegExp): Promise<string> {
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
      const [, found] = pattern.exec(this.output) ?? [];
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null) break;
    }
    throw new Error(`no ${pattern} in: ${this.output.slice(0, 4_000)}`);
  }
}

/** Ports of loopback that nobody uses now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
