import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, EMPTY_CONFIG, parseConfig, readServiceSettings } from "@syncline/config";
import { createLogger } from "@syncline/observability";
import { traceFields } from "@syncline/observability/tracing";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { type RunningService, startService } from "../service.ts";

export interface TestService {
  readonly url: string;
  /** Of the first administrator. */
  readonly key: string;
  readonly service: RunningService;
  readonly database: TestDatabase;
  readonly folder: string;
  /** Everything that was logged. */
  readonly log: () => string;
  /** A request; `key: null` sends none. */
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>;
  stop(): Promise<void>;
}

export interface AskOptions {
  readonly key?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
  readonly json: any;
}

export interface StartTestService {
  readonly label: string;
  readonly config?: () => Config;
  readonly environment?: Readonly<Record<string, string>>;
  /** Another replica on the same control database. */
  readonly beside?: TestService;
}

/** The real server on a database of its own, listening on a free port of loopback. */
export async function startTestService(options: StartTestService): Promise<TestService> {
  const { label, beside, config = () => EMPTY_CONFIG, environment = {} } = options;
  const database = beside?.database ?? (await createTestDatabase(label));
  const folder = beside?.folder ?? (await mkdtemp(join(tmpdir(), "syncline-server-")));
  const lines: string[] = [];
  const settings = readServiceSettings({
    flags: {},
    environment: {
      PORT: "0",
      SYNCLINE_DATABASE_URL: database.url,
      SYNCLINE_STATE_DIRECTORY: join(folder, "state"),
      SYNCLINE_GRACE: "5s",
      ...environment,
    },
    config: config(),
    folder,
  });
  const service = await startService({
    settings,
    loadConfig: async () => config(),
    environment,
    folder,
    version: "0.0.0-test",
    logger: createLogger({
      level: "debug",
      mixin: traceFields,
      destination: { write: (line) => void lines.push(line) },
    }),
    mode: "server",
  });
  const url = service.url ?? "";
  const key = service.firstKey ?? beside?.key ?? "";
  return {
    url,
    key,
    service,
    database,
    folder,
    log: () => lines.join(""),
    ask: (method, path, wanted = {}) => ask(url + path, { method, key, ...wanted }),
    stop: async () => {
      await service.drain();
      if (beside !== undefined) return;
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A config whose servers `a` and `b` are one database. */
export function placesConfig(url: string, more = ""): Config {
  const text = `version: 1\nservers:\n  a: {url: "${url}"}\n  b: {url: "${url}", protection: open}\n${more}`;
  return parseConfig(text, "/syncline.yaml").config;
}

async function ask(
  url: string,
  { method, key, body, headers }: AskOptions & { method: string },
): Promise<Answer> {
  const bytes = typeof body === "string" || body instanceof Uint8Array;
  const response = await fetch(url, {
    method,
    headers: {
      ...(key == null ? {} : { Authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: bytes ? (body as string) : JSON.stringify(body) }),
  });
  if (response.headers.get("content-type")?.startsWith("text/event-stream") === true) {
    await response.body?.cancel();
    return { status: response.status, headers: response.headers, text: "", json: null };
  }
  const text = await response.text();
  const json =
    /[/+]json/.test(response.headers.get("content-type") ?? "") && text !== "" ? JSON.parse(text) : null;
  return { status: response.status, headers: response.headers, text, json };
}
