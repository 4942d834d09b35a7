import { CodedError } from "@syncline/core";
import type pg from "pg";
import { abandonClient } from "./cancel-request.ts";
import { connectionLost, lostConnection } from "./connection-lost.ts";
import { translateError } from "./translate-error.ts";

export type TextRow = readonly (string | null)[];

/** One connection inside a snapshot. After a failure or an abort it is broken and must not be used again. */
export class ReadSession {
  readonly client: pg.Client;
  readonly #about: string;
  #broken = false;
  #ended = false;
  #lost = false;
  #settings = "";

  constructor(client: pg.Client, about: string) {
    this.client = client;
    this.#about = about;
    client.once("error", () => {
      this.#lost = true; // hung up on between two statements
    });
  }

  get broken(): boolean {
    return this.#broken || this.#lost;
  }

  /** Rows as arrays of the server's texts. Rejects with a CodedError; `interrupted` when the signal ended it. */
  async rows(
    text: string,
    values: readonly unknown[],
    signal: AbortSignal,
    about = this.#about,
  ): Promise<TextRow[]> {
    const query = () => this.client.query({ text, values: [...values], rowMode: "array" });
    return (await this.#guard(query, signal, about)).rows as unknown as TextRow[];
  }

  /** Settings for the statements that follow, once. */
  async configure(settings: string, signal: AbortSignal): Promise<void> {
    if (this.#settings === settings) return;
    await this.#guard(() => this.client.query(settings), signal, this.#about);
    this.#settings = settings;
  }

  async abandon(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#broken = true;
    await abandonClient(this.client);
  }

  /** Says goodbye; a broken session is cut off. */
  async end(): Promise<void> {
    if (this.#ended) return;
    if (this.#broken) return this.abandon();
    this.#ended = true;
    this.#broken = true;
    await this.client.end();
  }

  /** What a failed statement or stream means to people. */
  explain(error: unknown, signal: AbortSignal, about = this.#about): CodedError {
    this.#broken = true;
    return signal.aborted ? interrupted(signal) : translateError(this.#withCode(error), about);
  }

  /** The driver's own error of a connection that ended has no code to be told by. */
  #withCode(error: unknown): unknown {
    const { code } = error as { code?: unknown };
    if (error instanceof CodedError || code !== undefined || !(this.#lost || connectionLost(this.client)))
      return error;
    return lostConnection(error);
  }

  async #guard<T>(run: () => Promise<T>, signal: AbortSignal, about: string): Promise<T> {
    if (signal.aborted) throw interrupted(signal);
    const stop = () => void this.abandon();
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await run();
    } catch (error) {
      throw this.explain(error, signal, about);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}

export function interrupted(signal: AbortSignal): CodedError {
  if (signal.reason instanceof CodedError) return signal.reason;
  return new CodedError("interrupted", "The work was interrupted.", { cause: signal.reason });
}
