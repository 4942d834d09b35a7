import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionOptions } from "../scope.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { describeConnection, openConnection } from "./connect.ts";
import { translateError } from "./translate-error.ts";

export interface ListenerInput {
  readonly connection: ConnectionOptions;
  readonly channels: readonly string[];
  readonly onNotification: (channel: string) => void;
  /** The session is gone; what is sent from now on is not heard. Called once, not after `close`. */
  readonly onLost: () => void;
}

export interface Listener {
  close(): Promise<void>;
}

/** A connection that is asked nothing for so long may be gone without anybody noticing. */
const PROBE_MS = 15_000;
const PATIENCE_MS = 10_000;

/**
 * Listens to channels on a session of its own, which a pooler in transaction mode cannot give.
 * @throws CodedError `connection.*`
 */
export async function openListener(input: ListenerInput): Promise<Listener> {
  const { connection, channels, onNotification, onLost } = input;
  const client = await openConnection(connection);
  const closing = new AbortController();
  const lose = () => {
    if (closing.signal.aborted) return;
    closing.abort();
    client.connection.stream.destroy();
    onLost();
  };
  client.on("notification", ({ channel }) => onNotification(channel));
  client.on("end", lose);
  try {
    for (const channel of channels) await client.query(`LISTEN ${quoteIdentifier(channel)}`);
  } catch (error) {
    closing.abort();
    client.connection.stream.destroy();
    throw translateError(error, describeConnection(connection));
  }
  void probe(client, closing.signal).catch(lose);
  return {
    async close() {
      closing.abort();
      await client.end().catch(() => {});
    },
  };
}

async function probe(client: Awaited<ReturnType<typeof openConnection>>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(PROBE_MS, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return;
    const late = new AbortController();
    await Promise.race([
      client.query("SELECT 1"),
      sleep(PATIENCE_MS, undefined, { signal: late.signal, ref: false }).then(() => {
        throw new Error("no answer");
      }),
    ]).finally(() => late.abort());
  }
}
