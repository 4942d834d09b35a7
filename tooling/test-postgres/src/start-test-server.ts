import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from "@syncline/runtime/embedded-postgres";
import { startContainerServer } from "./container-server.ts";
import type { TestServer } from "./test-server.ts";

const CONTAINER_IMAGE = "postgres:18";

/** Settings that tests need: many databases with few sessions each, and logical decoding. */
export const TEST_SETTINGS: Readonly<Record<string, string>> = {
  max_connections: "200",
  shared_buffers: "64MB",
  wal_level: "logical",
  max_prepared_transactions: "20",
  max_wal_senders: "10",
  autovacuum: "off",
  log_min_messages: "fatal",
};

/**
 * The first that is there of: `TEST_DATABASE_URL`, the embedded server, a container.
 * @throws Error with what each step said, when none is there
 */
export async function startTestServer(
  options: EmbeddedPostgresOptions = {},
  startContainer: () => Promise<TestServer> = () => startContainerServer(CONTAINER_IMAGE, TEST_SETTINGS),
): Promise<TestServer> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined && given !== "")
    return { url: given, origin: "TEST_DATABASE_URL", stop: async () => {} };

  const embedded = await attempt(() => startEmbeddedServer(options));
  if (embedded.value !== undefined) return embedded.value;
  const container = await attempt(startContainer);
  if (container.value !== undefined) return container.value;

  throw new Error(
    [
      "No PostgreSQL server for the tests:",
      "  TEST_DATABASE_URL is not set",
      `  embedded: ${embedded.failure}`,
      `  container: ${container.failure}`,
      "Set TEST_DATABASE_URL to a server on which databases may be created.",
    ].join("\n"),
  );
}

async function startEmbeddedServer(options: EmbeddedPostgresOptions): Promise<TestServer> {
  const server = await startEmbeddedPostgres({
    ...options,
    settings: { ...TEST_SETTINGS, ...options.settings },
  });
  return { url: server.url(), origin: "embedded", stop: () => server.stop("immediate") };
}

async function attempt<T>(start: () => Promise<T>): Promise<{ value?: T; failure?: string }> {
  try {
    return { value: await start() };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
