import postgres, { type Sql } from "postgres";
import { openSocket, type SocketAddress } from "./open-socket.ts";
import { controlSessionName } from "./session-names.ts";

export interface ConnectionOptions {
  readonly url: string;
  readonly applicationName: string;
  /** Connections at most. */
  readonly max: number;
  /** Called when a connection has ended, whatever ended it. Connections are then kept for as long as they last. */
  readonly onLost?: () => void;
  readonly onNotify?: (channel: string, payload: string) => void;
}

const CONNECT_TIMEOUT_SECONDS = 10;
const IDLE_SECONDS = 60;
/** A statement of ours takes milliseconds; one that takes this long stands behind something that is stuck. */
const STATEMENT_TIMEOUT_MS = 30_000;
const LOCK_TIMEOUT_MS = 10_000;

/** Connects when first used. Session settings are ours, whatever the role's or the database's defaults say. */
export function connect({ url, applicationName, max, onLost, onNotify }: ConnectionOptions): Sql {
  return postgres(url, {
    max,
    idle_timeout: IDLE_SECONDS,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    onnotice: () => {},
    // Its question about types is nobody's: when the connection is lost meanwhile, its rejection ends the process.
    fetch_types: false,
    connection: {
      application_name: controlSessionName(applicationName),
      TimeZone: "UTC",
      DateStyle: "ISO, MDY",
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      default_transaction_isolation: "read committed",
    },
    ...(onLost === undefined ? {} : lasting(onLost)),
    // What the driver's own `listen` is made of; that one stays deaf after an outage.
    ...(onNotify === undefined ? {} : { onnotify: onNotify }),
  });
}

/** A connection that is made once: the driver would try for ever where somebody accepts and hangs up. */
function lasting(onLost: () => void) {
  let made = false;
  return {
    onclose: onLost,
    idle_timeout: 0,
    max_lifetime: null,
    socket: async (address: SocketAddress) => {
      try {
        if (made) throw Object.assign(new Error("the connection is lost"), { code: "CONNECTION_CLOSED" });
        made = true;
        const opened = await openSocket(address, CONNECT_TIMEOUT_SECONDS * 1_000);
        // Before the driver hears of it: a statement between an error and the close would never be answered.
        return opened.on("error", onLost).on("end", onLost);
      } catch (error) {
        onLost();
        throw error;
      }
    },
  };
}
