import { type Message, MessageFramer } from "./message-framer.ts";

/** Messages after which the server sends one ReadyForQuery: Query, Sync and FunctionCall. */
const ANSWERED_BY_READY = new Set(["Q", "S", "F"]);
const READY_FOR_QUERY = "Z";
/** The server says once by itself that it is ready, after the authentication. */
const READY_OF_STARTUP = 1;

/** Holds back the server's replies from a COMMIT on, and says when the server has answered it. */
export class ReplyGate {
  readonly #framer = new MessageFramer("backend");
  #asked = READY_OF_STARTUP;
  #answered = 0;
  #closeAfter: number | undefined;

  expectSingleByte(): void {
    this.#framer.expectSingleByte();
  }

  /** Counts a message that goes to the server. */
  sent(message: Message): void {
    if (ANSWERED_BY_READY.has(message.type)) this.#asked += 1;
  }

  /** `commit` is about to be sent: its answer ends with the next ReadyForQuery that is not asked for yet. */
  closeAtReplyOf(commit: Message): void {
    if (commit.type === "Q" || commit.type === "E") this.#closeAfter ??= this.#asked + 1;
  }

  /** Which bytes of the server still reach the client, and whether the connection is to be cut now. */
  judge(chunk: Buffer): { forward: Buffer; cut: boolean } {
    const passed: Buffer[] = [];
    for (const message of this.#framer.push(chunk)) {
      if (message.type === READY_FOR_QUERY) this.#answered += 1;
      if (this.#closeAfter !== undefined && this.#answered >= this.#closeAfter) {
        return { forward: Buffer.concat(passed), cut: true };
      }
      if (!this.#belongsToCommit()) passed.push(message.raw);
    }
    return { forward: Buffer.concat(passed), cut: false };
  }

  #belongsToCommit(): boolean {
    return this.#closeAfter !== undefined && this.#answered >= this.#closeAfter - 1 && this.#answered > 0;
  }
}
