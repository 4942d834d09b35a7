import type { ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { installPackedCli } from "./packed-cli.ts";
import { memoryBytes, processorMs, type ServerProcess, startServer } from "./server-process.ts";

const SOURCES = fileURLToPath(new URL("../../../apps/cli/bin/syncline.js", import.meta.url));
const STREAMS = 1_000;
const REQUESTS_PER_SECOND = 200;
const SECONDS = 20;
const CONNECTIONS = 20;
const MB = 1_000_000;

interface Load {
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly requests: { readonly total: number };
  readonly non2xx: number;
  readonly errors: number;
}

type Autocannon = (options: Readonly<Record<string, unknown>>) => Promise<Load>;

export interface ServerBench {
  readonly streams?: number;
  readonly seconds?: number;
  /** Run the sources instead of the package as it is published. */
  readonly sources?: boolean;
}

/** A real server with many readers of events, asked for a list and a single object at a steady rate. Prints what it took. */
export async function benchServer({
  streams = STREAMS,
  seconds = SECONDS,
  sources = false,
}: ServerBench = {}): Promise<void> {
  // @ts-expect-error it brings no types
  const { default: autocannon } = (await import("autocannon")) as { default: Autocannon };
  const folder = mkdtempSync(join(tmpdir(), "syncline-bench-server-"));
  chmodSync(folder, 0o755); // the embedded database runs under another user
  const binary = sources ? SOURCES : await installPackedCli(folder);
  const server = await startServer({
    binary,
    folder,
    environment: { SYNCLINE_REQUESTS_PER_MINUTE: "1000000" },
  });
  const sockets: Socket[] = [];
  try {
    const measured = async (path: string, duration: number): Promise<Load & { readonly cpuMs: number }> => {
      const before = processorMs(server.child);
      const load = await autocannon({
        url: `${server.url}/api/v1${path}`,
        headers: { authorization: `Bearer ${server.key}` },
        connections: CONNECTIONS,
        overallRate: REQUESTS_PER_SECOND,
        duration,
      });
      return { ...load, cpuMs: processorMs(server.child) - before };
    };
    const one = `/jobs/${await makeJobs(server)}`;
    const idle = memory(server.child);
    await measured("/jobs", 3);
    const alone = [await measured("/jobs", seconds), await measured(one, seconds)] as const;
    const before = memory(server.child);
    for (let made = 0; made < streams; made += 50) {
      const batch = Array.from({ length: Math.min(50, streams - made) }, () => openStream(server));
      sockets.push(...(await Promise.all(batch)));
    }
    await sleep(2_000);
    const after = memory(server.child);
    const loaded = [await measured("/jobs", seconds), await measured(one, seconds)] as const;
    const rate = `at ${REQUESTS_PER_SECOND}/s`;
    process.stdout.write(
      `${[
        `event streams: ${sockets.length}, of ${sources ? "the sources" : "the published package"}`,
        `memory idle: ${idle}; after load: ${before}; with the streams: ${after}; under load: ${memory(server.child)}`,
        `list of 50 jobs ${rate} without streams: ${describe(alone[0])}`,
        `one job ${rate} without streams: ${describe(alone[1])}`,
        `list of 50 jobs ${rate} with the streams: ${describe(loaded[0])}`,
        `one job ${rate} with the streams: ${describe(loaded[1])}`,
        `streams still open: ${sockets.filter(({ closed }) => !closed).length}, bytes read by one: ${sockets[0]?.bytesRead ?? 0}`,
      ].join("\n")}\n`,
    );
  } finally {
    for (const socket of sockets) socket.destroy();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface JobList {
  readonly items: readonly [{ readonly id: string }];
}

/** Gives the id of one. */
async function makeJobs({ ask }: ServerProcess): Promise<string> {
  const send = (path: string, body: unknown) =>
    ask(`/api/v1${path}`, { method: "POST", body: JSON.stringify(body) });
  await send("/servers", { name: "a", url: "postgres://nobody@8.8.8.8/none" });
  for (let n = 0; n < 50; n += 1)
    await send("/jobs", { name: `job-${n}`, kind: "diff", source: "a:s:t", target: "a:t:t" });
  const { items } = (await (await ask("/api/v1/jobs?limit=1")).json()) as JobList;
  return items[0].id;
}

function openStream({ url, key }: ServerProcess): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer ${key}\r\n\r\n`);
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("data", () => resolve(socket.resume()));
  });
}

/** Resident, and in proportion to what is shared with other processes. */
function memory(child: ChildProcess): string {
  const megabytes = (name: "VmRSS" | "Pss") => Math.round(memoryBytes(child, name) / MB);
  return `${megabytes("VmRSS")} MB RSS, ${megabytes("Pss")} MB PSS`;
}

function describe({ latency, requests, non2xx, errors, cpuMs }: Load & { readonly cpuMs: number }): string {
  const cost = `${(cpuMs / requests.total).toFixed(2)} ms of processor each`;
  return `${requests.total} answers, p50 ${latency.p50} ms, p99 ${latency.p99} ms, longest ${latency.max} ms, ${cost}, ${non2xx + errors} failed`;
}
