import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { CodedError } from "@syncline/core";
import { interruption, type RowFiles } from "@syncline/engine";
import type { RemotePlace } from "../place.ts";
import { connectRemote } from "./connect-remote.ts";

/** Opens an export file; see the registry of endpoints. */
type OpenExportFile = (options: {
  readonly path: string;
  readonly label: string;
  readonly edited: boolean;
  readonly identities: readonly string[];
  readonly signal: AbortSignal;
}) => Promise<RowFiles>;

/**
 * Rows of a place of another Syncline as of one instant, fetched into a temporary file that `close` removes.
 * @throws CodedError as the server says; `remote.failed` when the rows broke off, `file.io_failed` for a full disk
 */
export async function openRemoteRows(
  place: RemotePlace,
  openFile: OpenExportFile,
  signal: AbortSignal,
): Promise<RowFiles> {
  const body = await (await connectRemote(place)).readRows(place.locator, signal);
  const folder = await mkdtemp(join(tmpdir(), "syncline-remote-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, "rows.ndjson");
    await save(body, path, place, signal);
    const files = await openFile({ path, label: place.label, edited: false, identities: [], signal });
    return removedAfter(files, remove);
  } catch (error) {
    await remove();
    throw error instanceof CodedError && error.code === "file.damaged" ? brokenOff(place, error) : error;
  }
}

async function save(
  body: globalThis.ReadableStream<Uint8Array>,
  path: string,
  place: RemotePlace,
  signal: AbortSignal,
): Promise<void> {
  try {
    await pipeline(
      Readable.fromWeb(body as ReadableStream<Uint8Array>),
      createWriteStream(path, { mode: 0o600 }),
      {
        signal,
      },
    );
  } catch (error) {
    if (signal.aborted) throw interruption(signal);
    const { syscall, code } = error as NodeJS.ErrnoException;
    if (syscall !== "write" && syscall !== "open") throw brokenOff(place, error);
    throw new CodedError(
      "file.io_failed",
      `Rows of "${place.label}" cannot be kept in a temporary file (${code ?? "unknown cause"}).`,
      { hint: "Make room, or set TMPDIR to a folder on a larger disk.", cause: error },
    );
  }
}

function brokenOff({ label }: RemotePlace, cause: unknown): CodedError {
  return new CodedError("remote.failed", `The rows of "${label}" broke off on their way.`, {
    hint: "Try again; the other server's log says why.",
    retryable: true,
    cause,
  });
}

function removedAfter(files: RowFiles, remove: () => Promise<void>): RowFiles {
  return {
    label: files.label,
    tables: files.tables,
    scope: files.scope,
    pathOf: (table) => files.pathOf(table),
    rows: (table, signal) => files.rows(table, signal),
    close: () => files.close().finally(remove),
  };
}
