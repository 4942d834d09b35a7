import type { ConnectionRule, FaultProxy, Message } from "@syncline/tooling-faults";

/** What one connection of a run without faults carried. */
export interface ConnectionTraffic {
  readonly messages: number;
  readonly commits: number;
  readonly clientBytes: number;
  readonly serverBytes: number;
}

/** What a whole run carried, by connection in the order of their arrival. */
export interface Traffic {
  readonly connections: readonly ConnectionTraffic[];
  readonly messages: number;
  readonly milliseconds: number;
  /** The last COMMIT in time, which makes the patch visible: its connection, and its number there, from 1. */
  readonly lastCommit: { readonly connection: number; readonly commit: number };
}

interface Counter {
  messages: number;
  commits: number;
}

/** Counts what goes through a proxy. */
export class TrafficMeter {
  readonly #counters: Counter[] = [];
  readonly #started = performance.now();
  #lastCommit = { connection: 0, commit: 0 };

  readonly rule = (connectionNumber: number): ConnectionRule => {
    const counter: Counter = { messages: 0, commits: 0 };
    this.#counters[connectionNumber - 1] = counter;
    return {
      onMessage: (message, number) => {
        counter.messages = number;
        if (!isCommit(message)) return undefined;
        counter.commits += 1;
        this.#lastCommit = { connection: connectionNumber, commit: counter.commits };
        return undefined;
      },
    };
  };

  read({ bytes }: FaultProxy): Traffic {
    const connections = this.#counters.map((counter, at) => ({
      ...counter,
      clientBytes: bytes[at]?.["client-to-server"] ?? 0,
      serverBytes: bytes[at]?.["server-to-client"] ?? 0,
    }));
    const messages = connections.reduce((sum, each) => sum + each.messages, 0);
    return {
      connections,
      messages,
      milliseconds: performance.now() - this.#started,
      lastCommit: this.#lastCommit,
    };
  }
}

/** A query of the simple protocol that ends a transaction; that is how the program sends COMMIT. */
function isCommit({ type, body }: Message): boolean {
  return type === "Q" && /^\s*COMMIT\b/i.test(body.toString("utf8"));
}
