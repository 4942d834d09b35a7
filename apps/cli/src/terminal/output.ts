import { CodedError } from "@syncline/core";

/** Thrown inside a run when the reader of our stdout has gone (`| head`): the run ends quietly with 0. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** stdout as data: honours backpressure; a closed reader or a full disk becomes an error of the writing side. */
export class Output {
  readonly #stream: NodeJS.WriteStream;
  readonly #onGone: (error: Error) => void;
  #failure: Error | null = null;

  /** `onGone` hears of the first failure at once, so that work whose result nobody reads can stop. */
  constructor(stream: NodeJS.WriteStream, onGone: (error: Error) => void) {
    this.#stream = stream;
    this.#onGone = onGone;
    stream.on("error", (error: NodeJS.ErrnoException) => this.#fail(error));
  }

  async write(text: string): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    if (text === "") return;
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(text, (error) => (error ? reject(this.#fail(error)) : resolve()));
    });
  }

  async line(text = ""): Promise<void> {
    await this.write(`${text}\n`);
  }

  async json(value: unknown): Promise<void> {
    await this.line(JSON.stringify(value, null, 2));
  }

  #fail(error: NodeJS.ErrnoException): Error {
    this.#failure ??= translate(error);
    this.#onGone(this.#failure);
    return this.#failure;
  }
}

function translate(error: NodeJS.ErrnoException): Error {
  if (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED") return new ReaderGone();
  return new CodedError(
    "file.io_failed",
    `Writing to standard output failed (${error.code ?? "unknown cause"}).`,
    {
      hint: "Check the free space where the output goes.",
      cause: error,
    },
  );
}
