import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface WebhookReceiver {
  readonly url: string;
  close(): void;
}

/** Takes messages on loopback: `/chat` always, `/pager` never, `/flaky` every other time. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  let seen = 0;
  const server = createServer((request, response) => {
    request.resume();
    seen += 1;
    const refused = request.url === "/pager" || (request.url === "/flaky" && seen % 2 === 0);
    response.writeHead(refused ? 503 : 204).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
