import type { Sql } from "postgres";
import { connect } from "./connect.ts";

export interface SessionOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly onLost?: () => void;
  /** Called for what `LISTEN` brings. */
  readonly onNotify?: (channel: string, payload: string) => void;
}

/** A query of the driver, as far as it is used: it can be settled from outside. */
interface Sent {
  readonly reject: (reason: Error) => void;
}

const END_SECONDS = 5;
/** The driver knows better what happened, where it says something. */
const DRIVER_FIRST_MS = 20;
/** Texts that a connection keeps prepared: each costs memory on both sides, and some name as many values as they are given. */
const MAX_PREPARED = 200;

/**
 * One connection. Once it is lost every further statement is refused here: the driver would connect again by itself,
 * and go on outside of the transaction and without the locks of the connection before; and a statement of a `begin` or
 * `reserve` of its own that comes after the loss ends the process (postgres 3.4.9 writes to a socket that is gone).
 */
export class Session {
  /** Refuses when the connection is lost. */
  readonly sql: Sql;
  readonly #client: Sql;
  readonly #prepared = new Set<string>();
  readonly #unanswered = new Set<Sent>();
  #lost = false;

  constructor({ url, applicationName, onLost, onNotify }: SessionOptions) {
    this.#client = connect({
      url,
      applicationName,
      max: 1,
      onLost: () => {
        this.#lost = true;
        setTimeout(() => this.#giveUp(), DRIVER_FIRST_MS);
        onLost?.();
      },
      ...(onNotify === undefined ? {} : { onNotify }),
    });
    this.sql = new Proxy(this.#client, {
      apply: (client, receiver, given) => (this.#lost ? refuse() : Reflect.apply(client, receiver, given)),
      get: (client, name) => {
        if (name === "unsafe") return (...given: Parameters<Sql["unsafe"]>) => this.#unsafe(...given);
        return Reflect.get(client, name);
      },
    });
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** A statement that was prepared takes one round trip instead of two. */
  #unsafe(...[text, parameters = [], options]: Parameters<Sql["unsafe"]>) {
    if (this.#lost) return refuse();
    const prepare = parameters.length > 0 && this.#keepPrepared(text);
    const query = this.#client.unsafe(text, parameters, { ...options, prepare });
    const sent = query as unknown as Sent;
    this.#unanswered.add(sent);
    const settled = () => void this.#unanswered.delete(sent);
    query.then(settled, settled);
    return query;
  }

  /** What waited behind another statement when the connection was lost, or never made: the driver forgets it. */
  #giveUp(): void {
    for (const { reject } of this.#unanswered) reject(lostConnection());
  }

  #keepPrepared(text: string): boolean {
    if (this.#prepared.size < MAX_PREPARED) this.#prepared.add(text);
    return this.#prepared.has(text);
  }

  async end(): Promise<void> {
    await this.#client.end({ timeout: this.#lost ? 0 : END_SECONDS });
  }
}

/** What a query of the driver looks like, as far as it is used. */
function refuse() {
  const refused = Promise.reject(lostConnection());
  return Object.assign(refused, { values: () => refused });
}

function lostConnection(): Error {
  return Object.assign(new Error("the connection is lost"), { code: "CONNECTION_CLOSED" });
}
