import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createAdaptorServer } from "@hono/node-server";
import { CodedError } from "@syncline/core";
import type { Service } from "@syncline/runtime/services";
import type { Hono } from "hono";
import type { EventHub } from "../events/event-hub.ts";
import type { RequestEnvironment } from "./request-environment.ts";

const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 10_000;
const CHECK_MS = 2_000;
const SWEEP_MS = 100;
/** A reader that takes nothing for so long is cut off, and what its answer holds open with it. */
const STALLED_READER_MS = 60_000;
const MAX_HEADER_BYTES = 16 * 1024;

export interface HttpListenerOptions {
  readonly app: Hono<RequestEnvironment>;
  /** Its streams end before the listener does. */
  readonly events: Pick<EventHub, "start" | "close">;
  readonly host: string;
  readonly port: number;
  /** How long it goes on serving when it is asked to drain, so that balancers hear of it first. Default 0. */
  readonly drainDelayMs?: number;
  readonly stalledReaderMs?: number;
}

/** The socket that the API is served on. */
export class HttpListener implements Service {
  readonly name = "http";
  readonly #options: HttpListenerOptions;
  readonly #server: Server;
  readonly #over = Promise.withResolvers<void>();
  readonly #hurry = new AbortController();
  #closed: Promise<void> | null = null;

  constructor(options: HttpListenerOptions) {
    this.#options = options;
    this.#server = createAdaptorServer({
      fetch: options.app.fetch,
      serverOptions: {
        headersTimeout: HEADERS_TIMEOUT_MS,
        // Bodies have deadlines of their own: an upload may take long as long as it goes on.
        requestTimeout: 0,
        keepAliveTimeout: KEEP_ALIVE_MS,
        connectionsCheckingInterval: CHECK_MS,
        maxHeaderSize: MAX_HEADER_BYTES,
      },
    }) as Server;
    endStalledReaders(this.#server, options.stalledReaderMs ?? STALLED_READER_MS);
  }

  /** `http://127.0.0.1:8270`. */
  get url(): string {
    const { address, port, family } = this.#server.address() as AddressInfo;
    return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  }

  /** @throws CodedError `usage.invalid` when the address cannot be listened on */
  async listen(): Promise<void> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) =>
        reject(
          new CodedError(
            "usage.invalid",
            `"${host}:${port}" cannot be listened on (${error.code ?? "unknown"}).`,
            {
              hint:
                error.code === "EADDRINUSE"
                  ? "Another process uses the port; choose one with --port."
                  : "Check --host (HOST) and --port (PORT).",
            },
          ),
        ),
      );
      this.#server.listen(port, host, resolve);
    });
  }

  /** Serves since `listen`; events flow from here on. */
  async run(): Promise<void> {
    if (this.#closed !== null) return this.#closed;
    await this.#options.events.start();
    await this.#over.promise;
  }

  /**
   * Serves on for the delay; then takes no more connections, ends event streams and waits for the answers that are being
   * written.
   */
  async drain(): Promise<void> {
    this.#closed ??= this.#close();
    await this.#closed;
  }

  async stop(): Promise<void> {
    this.#hurry.abort();
    const closing = this.drain();
    this.#server.closeAllConnections();
    await closing;
  }

  async #close(): Promise<void> {
    // Balancers keep connections for later requests: each is closed with its next answer, not in the middle of a request.
    this.#server.prependListener("request", (_, response) => {
      response.shouldKeepAlive = false;
    });
    await sleep(this.#options.drainDelayMs ?? 0, undefined, this.#hurry).catch(() => {});
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.#options.events.close();
    this.#server.closeIdleConnections();
    // A connection becomes idle when its answer is out; only then it can be closed.
    const sweep = setInterval(() => this.#server.closeIdleConnections(), SWEEP_MS);
    await closed;
    clearInterval(sweep);
    this.#over.resolve();
  }
}

/** Connections that wait for an answer may be silent as long as they like, those that do not take theirs may not. */
function endStalledReaders(server: Server, stalledMs: number): void {
  const waiting = new WeakMap<Socket, number>();
  const count = (socket: Socket, change: number) => waiting.set(socket, (waiting.get(socket) ?? 0) + change);
  server.on("request", ({ socket }, response) => {
    count(socket, 1);
    response.once("close", () => count(socket, -1));
  });
  server.setTimeout(stalledMs, (socket) => {
    if (socket.writableLength > 0 || (waiting.get(socket) ?? 0) === 0) socket.destroy();
  });
}
