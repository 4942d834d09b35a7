import { createServer } from "node:net";

/** A TCP port of `host` that was free a moment ago; somebody else may take it before it is used. */
export function findFreePort(host: string): Promise<number> {
  return listenOnce(host, 0).then((port) => port ?? Promise.reject(new Error(`no free port on ${host}`)));
}

export async function isPortFree(host: string, port: number): Promise<boolean> {
  return (await listenOnce(host, port)) !== undefined;
}

function listenOnce(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
}
