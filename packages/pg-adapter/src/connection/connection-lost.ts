import type pg from "pg";

/** What the driver says of a lost connection depends on what was under way, has no code and may be nonsense. */
export function lostConnection(cause: unknown): Error {
  return Object.assign(new Error("the connection was lost", { cause }), { code: "ECONNRESET" });
}

/** Whether the server, or what lies between, has hung up. To be asked before we do. */
export function connectionLost(client: pg.Client): boolean {
  const { stream } = client.connection;
  return stream.destroyed || stream.readableEnded || !stream.writable;
}
