import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to a database that can be broken while it is used. */
export interface DatabaseRelay {
  readonly url: string;
  /** Nothing goes through any more, and nobody is told. */
  standStill(): void;
  /** Connections break off, new ones are refused at once. */
  cut(): void;
  goOn(): void;
  close(): void;
}

export async function startDatabaseRelay(databaseUrl: string): Promise<DatabaseRelay> {
  const to = new URL(databaseUrl);
  let state: "open" | "still" | "cut" = "open";
  const sockets = new Set<Socket>();
  const end = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (state === "cut") return void client.destroy();
    const database = connect(Number(to.port), to.hostname);
    for (const [from, other] of [
      [client, database],
      [database, client],
    ] as const) {
      sockets.add(from);
      from.on("error", () => other.destroy()).on("close", () => other.destroy());
      from.on("data", (bytes) => {
        if (state === "open") other.write(bytes);
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    standStill: () => {
      state = "still";
    },
    cut: () => {
      state = "cut";
      end();
    },
    goOn: () => {
      state = "open";
      end();
    },
    close: () => {
      end();
      server.close();
    },
  };
}
