import { once } from "node:events";
import { finished } from "node:stream/promises";
import type { Client } from "pg";
import type { CopyStreamQuery } from "pg-copy-streams";
import { copyFromStdin } from "../connection/copy-from-stdin.ts";

/** One running COPY … FROM STDIN. After a failure the session must be destroyed. */
export class CopyStream {
  readonly #stream: CopyStreamQuery;
  readonly #done: Promise<void>;
  /** After it the driver's stream has no connection any more, and writing would hide what happened. */
  #failure: Error | null = null;
  #sent = 0;

  constructor(client: Client, statement: string) {
    this.#stream = client.query(copyFromStdin(statement));
    this.#done = finished(this.#stream);
    this.#done.catch(() => {}); // also awaited in write and finish; it may fail between them
    this.#stream.once("error", (error) => {
      this.#failure = error;
    });
  }

  /** Waits while the server is slower than we are. */
  async write(lines: readonly string[]): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    this.#sent += lines.length;
    if (!this.#stream.write(Buffer.from(lines.join(""), "utf8"))) {
      await Promise.race([once(this.#stream, "drain"), this.#done]);
    }
  }

  /** Resolves with the rows that were sent and that arrived. */
  async finish(): Promise<{ readonly sent: number; readonly arrived: number }> {
    if (this.#failure !== null) throw this.#failure;
    this.#stream.end();
    await this.#done;
    return { sent: this.#sent, arrived: this.#stream.rowCount };
  }
}
