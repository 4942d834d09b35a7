import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../../../apps/cli/bin/syncline.js", import.meta.url));
const STREAMS = 1_000;
const REQUESTS_PER_SECOND = 200;
const SECONDS = 20;
const CONNECTIONS = 20;
const MIB = 1024 * 1024;

interface Load {
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly requests: { readonly total: number };
  readonly non2xx: number;
  readonly errors: number;
}

type Autocannon = (options: Readonly<Record<string, unknown>>) => Promise<Load>;

/** A real server with many readers of events, asked for a list at a steady rate. Prints what it took. */
export async function benchServer({ streams = STREAMS, seconds = SECONDS } = {}): Promise<void> {
  // @ts-expect-error it brings no types
  const { default: autocannon } = (await import("autocannon")) as { default: Autocannon };
  const folder = mkdtempSync(join(tmpdir(), "syncline-bench-server-"));
  const server = await startServer(folder);
  const sockets: Socket[] = [];
  try {
    const load = (duration: number) =>
      autocannon({
        url: `${server.url}/api/v1/jobs`,
        headers: { authorization: `Bearer ${server.key}` },
        connections: CONNECTIONS,
        overallRate: REQUESTS_PER_SECOND,
        duration,
      });
    await makeJobs(server);
    await load(3);
    const alone = await load(seconds);
    const before = residentBytes(server.child);
    for (let made = 0; made < streams; made += 50) {
      const batch = Array.from({ length: Math.min(50, streams - made) }, () => openStream(server));
      sockets.push(...(await Promise.all(batch)));
    }
    await sleep(2_000);
    const after = residentBytes(server.child);
    const loaded = await load(seconds);
    const [one] = sockets;
    process.stdout.write(
      `${[
        `event streams: ${sockets.length}`,
        `resident before: ${mib(before)} MiB, with the streams: ${mib(after)} MiB, under load: ${mib(residentBytes(server.child))} MiB`,
        `GET /api/v1/jobs at ${REQUESTS_PER_SECOND}/s without streams: ${describe(alone)}`,
        `the same with the streams: ${describe(loaded)}`,
        `streams still open: ${sockets.filter(({ closed }) => !closed).length}, bytes read by one: ${one?.bytesRead ?? 0}`,
      ].join("\n")}\n`,
    );
  } finally {
    for (const socket of sockets) socket.destroy();
    server.child.kill("SIGTERM");
    await new Promise((ended) => server.child.once("exit", ended));
    rmSync(folder, { recursive: true, force: true });
  }
}

interface BenchedServer {
  readonly child: ChildProcess;
  readonly url: string;
  readonly key: string;
}

async function startServer(folder: string): Promise<BenchedServer> {
  const child = spawn(process.execPath, [BIN, "server", "--port", "0", "--log-level", "warn"], {
    cwd: folder,
    env: { ...process.env, SYNCLINE_REQUESTS_PER_MINUTE: "1000000" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const told = Promise.withResolvers<{ url: string; key: string }>();
  const read = (bytes: Buffer) => {
    text += bytes;
    const url = /http:\/\/[\d.]+:\d+/.exec(text)?.[0];
    const key = /slk_\w+_[\w-]{43}/.exec(text)?.[0];
    if (url !== undefined && key !== undefined) told.resolve({ url, key });
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  child.once("exit", (code) => told.reject(new Error(`the server ended with ${code}: ${text}`)));
  return { child, ...(await told.promise) };
}

async function makeJobs({ url, key }: BenchedServer): Promise<void> {
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
  const send = (path: string, body: unknown) =>
    fetch(`${url}/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  await send("/servers", { name: "a", url: "postgres://nobody@8.8.8.8/none" });
  for (let n = 0; n < 50; n += 1)
    await send("/jobs", { name: `job-${n}`, kind: "diff", source: "a:s:t", target: "a:t:t" });
}

function openStream({ url, key }: BenchedServer): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer ${key}\r\n\r\n`);
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("data", () => resolve(socket.resume()));
  });
}

function residentBytes({ pid }: ChildProcess): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(found?.[1] ?? 0) * 1024;
}

const mib = (bytes: number) => Math.round(bytes / MIB);

function describe({ latency, requests, non2xx, errors }: Load): string {
  return `${requests.total} answers, p50 ${latency.p50} ms, p99 ${latency.p99} ms, longest ${latency.max} ms, ${non2xx + errors} failed`;
}
