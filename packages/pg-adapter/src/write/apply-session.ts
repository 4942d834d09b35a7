import { CodedError } from "@syncline/core";
import type { Client } from "pg";
import { openConnection } from "../connection/connect.ts";
import { isAbort } from "../connection/translate-error.ts";
import type { ConnectionOptions } from "../scope.ts";
import { endHolder } from "./commit-outcome.ts";
import { sqlStateOf, translateWriteError } from "./write-errors.ts";

const HELPER_TIMEOUT_MS = 2_000;
/** How long the server may take to answer a request to stop. */
const ANSWER_PATIENCE_MS = 2_000;
const GOODBYE_PATIENCE_MS = 1_000;

/** One session on the target that knows whether it still lives and how to stop what it runs. */
export class ApplySession {
  readonly client: Client;
  /** The server's process, also behind a pooler; 0 until `identify`. */
  pid = 0;
  readonly #connection: ConnectionOptions;
  readonly #label: string;
  #lost = false;

  private constructor(client: Client, connection: ConnectionOptions, label: string) {
    this.client = client;
    this.#connection = connection;
    this.#label = label;
    client.on("error", () => this.#markLost());
    client.on("end", () => this.#markLost());
  }

  static async open(connection: ConnectionOptions, label: string): Promise<ApplySession> {
    return new ApplySession(await openConnection(connection), connection, label);
  }

  get lost(): boolean {
    return this.#lost;
  }

  #markLost(): void {
    this.#lost = true;
  }

  /** The error of a statement as ours; one without an SQLSTATE on a dead session is a lost connection. */
  translate(error: unknown): CodedError {
    if (error instanceof CodedError) return error;
    if (isAbort(error)) return translateWriteError(error, this.#label);
    const state = sqlStateOf(error);
    const fromServer = /^[0-9A-Z]{5}$/.test(state) && !["EPIPE"].includes(state);
    if (fromServer) return translateWriteError(error, this.#label);
    if (!this.#lost && !this.client.connection.stream.destroyed)
      return translateWriteError(error, this.#label);
    return new CodedError("connection.lost", `The connection to "${this.#label}" was lost.`, {
      hint: "Nothing was written; try again.",
      retryable: true,
      details: { sqlState: null },
      cause: error,
    });
  }

  /** Asks the server to stop the running statement; gives up quietly. */
  async cancel(): Promise<void> {
    if (this.pid === 0) return;
    await this.#withHelper((helper) => helper.query("SELECT pg_catalog.pg_cancel_backend($1)", [this.pid]));
  }

  async #withHelper(work: (helper: Client) => Promise<unknown>): Promise<void> {
    try {
      const helper = await openConnection({ ...this.#connection, connectTimeoutMs: HELPER_TIMEOUT_MS });
      await work(helper).catch(() => {});
      await helper.end();
    } catch {
      // The server cannot be reached, so the socket's end is all that is left.
    }
  }

  /**
   * Ends what runs when `signal` aborts: asks first, and takes the connection away when no answer comes, as over a
   * network that is gone. `holdsLock` is the application's advisory lock, if it has one. Returns how to stop watching.
   */
  stopOn(signal: AbortSignal, holdsLock: string | null): () => void {
    let timer: NodeJS.Timeout | undefined;
    const stop = () => {
      void this.cancel();
      timer = setTimeout(() => void this.#takeAway(holdsLock), ANSWER_PATIENCE_MS);
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    return () => {
      signal.removeEventListener("abort", stop);
      clearTimeout(timer);
    };
  }

  /** The server would keep the transaction and its locks until it finds out that we are gone. */
  async #takeAway(holdsLock: string | null): Promise<void> {
    this.destroy();
    if (holdsLock !== null) await this.#withHelper((helper) => helper.query(endHolder(holdsLock)));
  }

  destroy(): void {
    this.#lost = true;
    this.client.connection.stream.destroy();
  }

  async close(): Promise<void> {
    if (this.#lost) return this.destroy();
    // A network that is gone never answers a goodbye.
    const timer = setTimeout(() => this.destroy(), GOODBYE_PATIENCE_MS);
    await this.client.end().catch(() => {});
    clearTimeout(timer);
  }
}
