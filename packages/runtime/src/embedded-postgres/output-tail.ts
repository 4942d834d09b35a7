import type { Readable } from "node:stream";

const KEPT_CHARACTERS = 4_000;

/** Drains a child's output and keeps the end of it for error messages. */
export class OutputTail {
  #text = "";

  constructor(stream: Readable) {
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      this.#text = (this.#text + chunk).slice(-KEPT_CHARACTERS);
    });
  }

  text(): string {
    return this.#text.trim();
  }
}
