import { connect, type Socket } from "node:net";

export interface SocketAddress {
  readonly host: readonly string[];
  readonly port: readonly number[];
  /** Of a Unix socket. */
  readonly path?: string | false | undefined;
}

/** A connected socket to the first of the hosts that answers; the last one's error otherwise. */
export async function openSocket({ host, port, path }: SocketAddress, timeoutMs: number): Promise<Socket> {
  if (typeof path === "string" && path !== "") return connected(connect({ path }), timeoutMs);
  let last: unknown = new Error("no host is named");
  for (const [index, name] of host.entries()) {
    try {
      return await connected(connect({ host: name, port: port[index] ?? 5432, keepAlive: true }), timeoutMs);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

async function connected(socket: Socket, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy();
      reject(Object.assign(new Error("no answer in time"), { code: "CONNECT_TIMEOUT" }));
    }, timeoutMs);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners();
      resolve(socket);
    });
    socket.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
