import { setTimeout as sleep } from "node:timers/promises";
import { Session, type SessionOptions } from "./session.ts";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

export interface ListenOptions extends Omit<SessionOptions, "onLost" | "onNotify"> {
  /** A plain name. */
  readonly channel: string;
  /** Called with each notification's payload, and with null when a lost connection was made again: something may have been missed. */
  readonly heard: (payload: string | null) => void;
}

/** Listens until it is closed, on a connection of its own that is made again whenever it is lost. */
export class ChannelListener {
  readonly #options: ListenOptions;
  readonly #closing = new AbortController();
  readonly #ended: Promise<void>;

  private constructor(options: ListenOptions, first: Open) {
    this.#options = options;
    this.#ended = this.#keep(first);
  }

  /** @throws what the driver throws where nobody can be listened to now */
  static async open(options: ListenOptions): Promise<ChannelListener> {
    return new ChannelListener(options, await listen(options));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#ended;
  }

  async #keep(first: Open): Promise<void> {
    const { signal } = this.#closing;
    const closed = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    let open: Open | null = first;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      if (open !== null) {
        await Promise.race([open.lost, closed]);
        await open.session.end().catch(() => {});
        pause = FIRST_PAUSE_MS;
      }
      if (!signal.aborted)
        await sleep(pause / 2 + (Math.random() * pause) / 2, null, { signal }).catch(() => {});
      if (signal.aborted) return;
      const opening = listen(this.#options).catch(() => null);
      open = await Promise.race([opening, closed.then(() => null)]);
      if (signal.aborted) void opening.then((late) => late?.session.end().catch(() => {}));
      else if (open !== null) this.#options.heard(null);
    }
  }
}

interface Open {
  readonly session: Session;
  readonly lost: Promise<void>;
}

async function listen({ channel, heard, ...options }: ListenOptions): Promise<Open> {
  const lost = Promise.withResolvers<void>();
  const session = new Session({
    ...options,
    onLost: () => lost.resolve(),
    onNotify: (_, payload) => heard(payload),
  });
  try {
    await session.sql.unsafe(`LISTEN "${channel.replaceAll('"', '""')}"`);
    return { session, lost: lost.promise };
  } catch (error) {
    await session.end().catch(() => {});
    throw error;
  }
}
