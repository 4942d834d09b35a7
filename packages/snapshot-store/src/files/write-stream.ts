import { once } from "node:events";
import type { FileHandle } from "node:fs/promises";
import { type Duplex, pipeline } from "node:stream";

/** Bytes into an open file, through stages such as compression and encryption; one `write` at a time. */
export class FileWriter {
  readonly #handle: FileHandle;
  /** Takes what is written. */
  readonly #first: Duplex | undefined;
  /** Ends when the last stage has ended and all it gave is in the file. */
  readonly #drained: Promise<void>;
  #failure: unknown;

  constructor(handle: FileHandle, stages: readonly Duplex[]) {
    this.#handle = handle;
    this.#first = stages[0];
    const last = stages.at(-1);
    if (stages.length > 1) pipeline(stages as Duplex[], () => {}); // a failure also ends the last stage
    this.#drained = last === undefined ? Promise.resolve() : this.#drain(last);
    this.#drained.catch((error: unknown) => {
      this.#failure = error;
      this.#first?.destroy();
    });
  }

  async #drain(last: Duplex): Promise<void> {
    for await (const chunk of last) await this.#writeAll(chunk as Uint8Array);
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, offset, bytes.length - offset);
      offset += bytesWritten;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    if (this.#first === undefined) return this.#writeAll(bytes);
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#first.write(bytes)) await Promise.race([once(this.#first, "drain"), this.#drained]);
  }

  /** Writes what is still held back and makes it durable. */
  async finish(): Promise<void> {
    this.#first?.end();
    await this.#drained;
    await this.#handle.datasync().catch(ignoreUnsupported);
    await this.#handle.close();
  }

  async abandon(): Promise<void> {
    this.#first?.destroy();
    await this.#drained.catch(() => {});
    await this.#handle.close().catch(() => {});
  }
}

/** Devices and pipes cannot be synced. */
function ignoreUnsupported(error: NodeJS.ErrnoException): void {
  if (error.code !== "EINVAL" && error.code !== "ENOTSUP") throw error;
}
