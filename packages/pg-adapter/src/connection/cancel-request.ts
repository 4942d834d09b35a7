import { connect, type Socket } from "node:net";
import type pg from "pg";

const CANCEL_REQUEST_CODE = 80_877_102;
const PATIENCE_MS = 1_000;

interface CancelKey {
  readonly processID: number | null;
  readonly secretKey: number | Buffer | null;
}

/** Asks the server to end the client's running statement. Never rejects; resolves once the server has taken it. */
export function cancelStatement(client: pg.Client): Promise<void> {
  const { processID, secretKey } = client as unknown as CancelKey;
  if (processID === null || secretKey === null) return Promise.resolve();
  const packet = Buffer.alloc(12);
  const key = typeof secretKey === "number" ? int32(secretKey) : secretKey;
  packet.writeInt32BE(12 + key.length, 0);
  packet.writeInt32BE(CANCEL_REQUEST_CODE, 4);
  packet.writeInt32BE(processID, 8);
  return send(client, Buffer.concat([packet, key]));
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function send({ host, port, connection }: pg.Client, packet: Buffer): Promise<void> {
  // Where the session leads: another look-up may give another server.
  const { remoteAddress } = connection.stream as Socket;
  return new Promise((resolve) => {
    const socket = host.startsWith("/")
      ? connect(`${host}/.s.PGSQL.${port}`)
      : connect(port, remoteAddress ?? host);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.end(packet);
  });
}

/** Ends a client at once, with its running statement. `end()` would wait for the server. */
export async function abandonClient(client: pg.Client): Promise<void> {
  await cancelStatement(client);
  client.connection.stream.destroy();
}
