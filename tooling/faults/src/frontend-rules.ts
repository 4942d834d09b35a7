import { CommitWatch } from "./commit-watch.ts";
import type { ConnectionRule } from "./connection-rule.ts";
import { isEncryptionRequest, type Message, MessageFramer } from "./message-framer.ts";
import type { ReplyGate } from "./reply-gate.ts";

export interface FrontendVerdict {
  /** Bytes that still go to the server. */
  readonly forward: Buffer;
  readonly cut?: "message" | "before-commit";
}

/** Applies the rules about messages of the client. Forwards whole messages only; does nothing without such a rule. */
export class FrontendRules {
  readonly active: boolean;
  readonly #rule: ConnectionRule;
  readonly #gate: ReplyGate;
  readonly #framer = new MessageFramer("frontend");
  readonly #commits = new CommitWatch();
  #messages = 0;
  #commitsSeen = 0;

  constructor(rule: ConnectionRule, gate: ReplyGate) {
    this.#rule = rule;
    this.#gate = gate;
    this.active =
      rule.atCommit !== undefined || rule.onMessage !== undefined || rule.holdMessage !== undefined;
  }

  /** One verdict a chunk, or one a message where messages may be held up. */
  async *judge(chunk: Buffer): AsyncGenerator<FrontendVerdict> {
    if (!this.active) return yield { forward: chunk };
    const waiting: Buffer[] = [];
    for (const message of this.#framer.push(chunk)) {
      const held = this.#hold(message);
      if (held !== undefined) {
        yield { forward: Buffer.concat(waiting.splice(0)) };
        await held;
      }
      const cut = this.#judgeMessage(message);
      if (cut !== undefined) return yield { forward: Buffer.concat(waiting), cut };
      waiting.push(message.raw);
    }
    yield { forward: Buffer.concat(waiting) };
  }

  #hold(message: Message): Promise<void> | undefined {
    return message.type === "startup" ? undefined : this.#rule.holdMessage?.(message, this.#messages + 1);
  }

  #judgeMessage(message: Message): FrontendVerdict["cut"] {
    if (message.type === "startup") {
      if (isEncryptionRequest(message.body)) this.#gate.expectSingleByte();
      return undefined;
    }
    this.#messages += 1;
    if (this.#rule.onMessage?.(message, this.#messages) === "cut") return "message";
    const isChosenCommit = this.#commits.sees(message) && this.#isChosenCommit();
    if (isChosenCommit && this.#rule.atCommit === "cut-before") return "before-commit";
    if (isChosenCommit) this.#gate.closeAtReplyOf(message);
    this.#gate.sent(message);
    return undefined;
  }

  #isChosenCommit(): boolean {
    if (this.#rule.atCommit === undefined) return false;
    this.#commitsSeen += 1;
    return this.#commitsSeen === (this.#rule.commitNumber ?? 1);
  }
}
