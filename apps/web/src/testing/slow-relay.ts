import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { Transform, type TransformCallback } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

/** A way to a database on which rows come as slowly as a test wants, so that there is time to look. */
export interface SlowRelay {
  /** Where it leads from now on; the address to give to a server instead. */
  towards(databaseUrl: string): string;
  /** Bytes a second from the database, of each connection; null: as fast as they come. */
  limit(bytesPerSecond: number | null): void;
  close(): Promise<void>;
}

const STEP_MS = 20;

export async function startSlowRelay(): Promise<SlowRelay> {
  let to = new URL("postgres://127.0.0.1:5432");
  let rate: number | null = null;
  const sockets = new Set<{ destroy(): unknown }>();
  const server = createServer((client) => {
    const database = connect(Number(to.port), to.hostname);
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket
        .on("error", () => {})
        .on("close", () => {
          client.destroy();
          database.destroy();
        });
    }
    client.pipe(database);
    database.pipe(slowed(() => rate)).pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    towards: (databaseUrl) => {
      to = new URL(databaseUrl);
      const url = new URL(databaseUrl);
      url.host = `127.0.0.1:${port}`;
      return url.href;
    },
    limit: (bytesPerSecond) => {
      rate = bytesPerSecond;
    },
    close: async () => {
      rate = null;
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function slowed(rate: () => number | null): Transform {
  return new Transform({
    async transform(this: Transform, bytes: Buffer, _encoding, done: TransformCallback) {
      let at = 0;
      while (at < bytes.length) {
        const now = rate();
        const step = now === null ? bytes.length : Math.max(1, Math.floor((now * STEP_MS) / 1_000));
        this.push(bytes.subarray(at, at + step));
        at += step;
        if (now !== null && at < bytes.length) await sleep(STEP_MS);
      }
      done();
    },
  });
}
