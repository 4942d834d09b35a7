import type { TestProject } from "vitest/node";
import { queryOnce } from "./query-once.ts";
import { startTestServer } from "./start-test-server.ts";
import type { TestServer } from "./test-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    pgUrl: string;
    /** For example `18.4`. */
    pgVersion: string;
  }
}

/** Each vitest project loads this module anew, so what they share hangs on the process. */
interface SharedServer {
  readonly started: Promise<TestServer>;
  users: number;
}

const KEY = Symbol.for("syncline.test-postgres.shared-server");
const holder = globalThis as { [KEY]?: SharedServer };

/** Starts one server for all projects of the run that need it, and tells the tests its address. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  holder[KEY] ??= { started: startAndTell(), users: 0 };
  const shared = holder[KEY];
  shared.users += 1;
  const { url } = await shared.started;
  project.provide("pgUrl", url);
  project.provide("pgVersion", await readVersion(url));
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    delete holder[KEY];
    await (await shared.started).stop();
  };
}

async function startAndTell(): Promise<TestServer> {
  const server = await startTestServer();
  process.stderr.write(`test server: ${server.origin}\n`);
  return server;
}

async function readVersion(url: string): Promise<string> {
  const [row] = await queryOnce<{ version: string }>(
    url,
    "SELECT current_setting('server_version') AS version",
  );
  return row?.version.split(" ")[0] ?? "";
}
