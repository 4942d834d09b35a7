import { createInterface } from "node:readline/promises";
import { CodedError } from "@syncline/core";
import type { Progress } from "./progress.ts";

interface PeopleOptions {
  readonly input: NodeJS.ReadStream;
  readonly stream: NodeJS.WriteStream;
  readonly quiet: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** stderr: words for people, and questions to them. */
export class People {
  readonly #options: PeopleOptions;

  constructor(options: PeopleOptions) {
    this.#options = options;
  }

  /** Something worth knowing; silent with --quiet. */
  say(text: string): void {
    if (!this.#options.quiet) this.#write(text);
  }

  /** Something that was asked for, so it is written with --quiet too. */
  tell(text: string): void {
    this.#write(text);
  }

  /** Removes a drawn progress line, so that data can go to the same terminal. */
  pause(): void {
    this.#options.progress.clear();
  }

  /** Something that must not be missed. */
  warn(text: string): void {
    this.#write(`warning: ${text}`);
  }

  get canAsk(): boolean {
    return this.#options.input.isTTY === true && this.#options.stream.isTTY === true;
  }

  /** Asks for a line; rejects with `interrupted` on Ctrl-C. Only after `canAsk`. */
  async ask(question: string): Promise<string> {
    const resume = this.#options.progress.suspend();
    const terminal = createInterface({ input: this.#options.input, output: this.#options.stream });
    const stop = new AbortController();
    terminal.once("SIGINT", () => stop.abort());
    terminal.once("close", () => stop.abort());
    try {
      return await terminal.question(question, {
        signal: AbortSignal.any([stop.signal, this.#options.signal]),
      });
    } catch (error) {
      this.#options.stream.write("\n");
      throw new CodedError("interrupted", "The question was not answered, so nothing was done.", {
        cause: error,
      });
    } finally {
      terminal.close();
      resume();
    }
  }

  #write(text: string): void {
    this.#options.progress.clear();
    this.#options.stream.write(`${text}\n`);
  }
}
