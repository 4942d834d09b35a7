import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "@syncline/core";
import type { Logger } from "@syncline/observability";
import {
  clusterFolderOf,
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  startEmbeddedPostgres,
} from "@syncline/runtime/embedded-postgres";

/** The control database of a server without settings. */
export interface EmbeddedState {
  readonly url: string;
  stop(): Promise<void>;
}

const PASSWORD_FILE = "postgres.password";
/** Where the running server of a state folder is reached; removed when it stops. */
const ADDRESS_FILE = "postgres.url";
const RESTART_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Starts the PostgreSQL of a state folder and starts it again, at the same port, when it dies.
 * @throws CodedError `control.unavailable`
 */
export async function startEmbeddedState(stateFolder: string, logger: Logger): Promise<EmbeddedState> {
  mkdirSync(stateFolder, { recursive: true });
  const password = passwordOf(stateFolder);
  const start = (port?: number) =>
    startEmbeddedPostgres({
      dataDir: clusterFolderOf(stateFolder),
      durable: true,
      password,
      ...(port === undefined ? {} : { port }),
    });
  let server = await start().catch((error: unknown) => {
    throw translate(error);
  });
  const url = server.url();
  writePrivate(join(stateFolder, ADDRESS_FILE), url);
  let stopping = false;
  const watch = async (): Promise<void> => {
    for (;;) {
      await server.ended;
      if (stopping) return;
      logger.error({ pid: server.pid }, "the embedded PostgreSQL ended; it is started again");
      server = await startAgain(
        () => start(server.port),
        () => stopping,
        logger,
      );
    }
  };
  const watching = watch().catch(() => {});
  return {
    url,
    stop: async () => {
      stopping = true;
      await server.stop();
      await watching;
      rmSync(join(stateFolder, ADDRESS_FILE), { force: true });
    },
  };
}

/** The address of the embedded database that another process of this state folder runs. @throws CodedError `control.unavailable` */
export function readEmbeddedUrl(stateFolder: string): string {
  const file = join(stateFolder, ADDRESS_FILE);
  if (existsSync(file)) return readFileSync(file, "utf8");
  throw new CodedError("control.unavailable", `No server runs on the state folder "${stateFolder}".`, {
    hint: "Start one with `syncline server` or `syncline service`, or give --database-url.",
  });
}

async function startAgain(
  start: () => Promise<EmbeddedPostgres>,
  stopping: () => boolean,
  logger: Logger,
): Promise<EmbeddedPostgres> {
  for (let pause = RESTART_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    if (stopping()) throw new CodedError("service.draining", "The server is stopping.");
    try {
      return await start();
    } catch (error) {
      logger.error({ err: translate(error) }, "the embedded PostgreSQL does not start");
      await sleep(pause);
    }
  }
}

function passwordOf(stateFolder: string): string {
  const file = join(stateFolder, PASSWORD_FILE);
  if (!existsSync(file)) writePrivate(file, randomBytes(24).toString("base64url"));
  return readFileSync(file, "utf8");
}

function writePrivate(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600, flush: true });
  renameSync(temporary, file);
}

function translate(error: unknown): unknown {
  if (!(error instanceof EmbeddedPostgresError)) return error;
  if (error.code === "binaries-missing")
    return new CodedError(
      "control.unavailable",
      "No control database is named, and this installation has no PostgreSQL of its own.",
      {
        hint: "Set SYNCLINE_DATABASE_URL (or SYNCLINE_DATABASE_URL_FILE, or --database-url) to a PostgreSQL database.",
        cause: error,
      },
    );
  return new CodedError("control.unavailable", `The embedded PostgreSQL does not run: ${error.message}.`, {
    hint: error.hint,
  });
}
