import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to a server on which every byte is written down. */
export interface RecordingProxy {
  /** The server's URL by way of the proxy. */
  readonly url: string;
  /** Everything that went to the server, and everything that came from it, as Latin-1. */
  sent(): string;
  received(): string;
  forget(): void;
  close(): Promise<void>;
}

export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const { hostname, port } = new URL(target);
  const [sent, received]: [Buffer[], Buffer[]] = [[], []];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const [from, to, log] of [
      [client, upstream, sent],
      [upstream, client, received],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk: Buffer) => log.push(Buffer.from(chunk)));
      from.on("error", () => to.destroy());
      from.on("close", () => sockets.delete(from));
      from.pipe(to);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  url.searchParams.set("sslmode", "disable");
  return {
    url: url.href,
    sent: () => Buffer.concat(sent).toString("latin1"),
    received: () => Buffer.concat(received).toString("latin1"),
    forget() {
      sent.length = 0;
      received.length = 0;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
