import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

const SETUP = /\/accept#(\S+)/;
const KEY = /slk_\w+_[\w-]{43}/;
const ADDRESS = /http:\/\/127\.0\.0\.1:\d+(?=\s)/;
const BYTES_PER_KILOBYTE = 1024;
const MS_PER_TICK = 10;

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly url: string;
  /** Of the first administrator. */
  readonly key: string;
  /** Token by which somebody becomes the first administrator. */
  readonly setup: string;
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Asks it to end; the exit status. */
  stop(): Promise<number | null>;
}

export interface StartServer {
  /** What `installPackedCli` gave, or the executable of the sources. */
  readonly binary: string;
  readonly folder: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A `syncline server` on a free port, in an environment with nothing but what is given. */
export async function startServer({
  binary,
  folder,
  args = [],
  environment = {},
}: StartServer): Promise<ServerProcess> {
  const child = spawn(process.execPath, [binary, "server", "--port", "0", "--log-level", "warn", ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let told = "";
  const listens = Promise.withResolvers<void>();
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (ADDRESS.test(told) && KEY.test(told)) return;
    told += text;
    if (ADDRESS.test(told) && KEY.test(told)) listens.resolve();
  });
  void exited.then((code) => listens.reject(new Error(`the server ended with ${code}: ${told}`)));
  await listens.promise;
  const url = ADDRESS.exec(told)?.[0] ?? "";
  const key = KEY.exec(told)?.[0] ?? "";
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
  return {
    child,
    url,
    key,
    setup: SETUP.exec(told)?.[1] ?? "",
    ask: (path, init = {}) => fetch(url + path, { ...init, headers }),
    stop: () => {
      child.kill("SIGTERM");
      return exited;
    },
  };
}

/** Bytes that Linux counts for a process: `VmRSS` and its peak `VmHWM` of `status`, `Pss` of `smaps_rollup`. */
export function memoryBytes({ pid }: ChildProcess, name: "VmRSS" | "VmHWM" | "Pss"): number {
  const text = readFileSync(`/proc/${pid}/${name === "Pss" ? "smaps_rollup" : "status"}`, "utf8");
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text);
  return Number(found?.[1] ?? 0) * BYTES_PER_KILOBYTE;
}

/** What a process has used so far, user and system. */
export function processorMs({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}
