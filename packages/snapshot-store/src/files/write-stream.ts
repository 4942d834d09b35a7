import { once } from "node:events";
import type { FileHandle } from "node:fs/promises";
import type { Transform } from "node:stream";

/** Bytes into an open file, compressed on the way; one `write` at a time. */
export class FileWriter {
  readonly #handle: FileHandle;
  readonly #compressor: Transform | undefined;
  /** Ends when the compressor has ended and all it gave is in the file. */
  readonly #drained: Promise<void>;
  #failure: unknown;

  constructor(handle: FileHandle, compressor: Transform | undefined) {
    this.#handle = handle;
    this.#compressor = compressor;
    this.#drained = compressor === undefined ? Promise.resolve() : this.#drain(compressor);
    this.#drained.catch((error: unknown) => {
      this.#failure = error;
      compressor?.destroy();
    });
  }

  async #drain(compressor: Transform): Promise<void> {
    for await (const chunk of compressor) await this.#writeAll(chunk as Uint8Array);
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, offset, bytes.length - offset);
      offset += bytesWritten;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    if (this.#compressor === undefined) return this.#writeAll(bytes);
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#compressor.write(bytes)) await Promise.race([once(this.#compressor, "drain"), this.#drained]);
  }

  /** Writes what is still held back and makes it durable. */
  async finish(): Promise<void> {
    this.#compressor?.end();
    await this.#drained;
    await this.#handle.datasync().catch(ignoreUnsupported);
    await this.#handle.close();
  }

  async abandon(): Promise<void> {
    this.#compressor?.destroy();
    await this.#drained.catch(() => {});
    await this.#handle.close().catch(() => {});
  }
}

/** Devices and pipes cannot be synced. */
function ignoreUnsupported(error: NodeJS.ErrnoException): void {
  if (error.code !== "EINVAL" && error.code !== "ENOTSUP") throw error;
}
