import { EMPTY_CONFIG, readServiceSettings } from "@syncline/config";
import { createLogger } from "@syncline/observability";
import { startService } from "../service.ts";

/** A server as a process of its own: tells address and key on one line, drains on SIGTERM. */
const environment = process.env;
const service = await startService({
  settings: readServiceSettings({ flags: {}, environment, config: EMPTY_CONFIG, folder: process.cwd() }),
  loadConfig: async () => EMPTY_CONFIG,
  environment,
  folder: process.cwd(),
  version: "0.0.0-test",
  logger: createLogger({ level: "warn" }),
  mode: "server",
});
process.on("SIGTERM", () => void service.drain());
process.stdout.write(`${JSON.stringify({ url: service.url, key: service.firstKey })}\n`);
await service.ended;
