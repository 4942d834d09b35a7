import { openConnection } from "@syncline/pg-adapter";
import type { ScratchDatabase } from "@syncline/schema-engine";
import { startEmbeddedPostgres } from "./embedded-postgres/index.ts";

/** An empty database of the embedded server, which ends with it. */
export async function openScratchDatabase(): Promise<ScratchDatabase> {
  const server = await startEmbeddedPostgres();
  const connection = {
    host: server.host,
    port: server.port,
    database: "postgres",
    user: server.superuser,
    sslMode: "disable",
    connectTimeoutMs: 10_000,
    applicationName: "syncline scratch",
  } as const;
  return { connect: () => openConnection(connection), drop: () => server.stop("immediate") };
}
