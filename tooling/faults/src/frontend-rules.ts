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
    this.active = rule.atCommit !== undefined || rule.onMessage !== undefined;
  }

  judge(chunk: Buffer): FrontendVerdict {
    if (!this.active) return { forward: chunk };
    const forwarded: Buffer[] = [];
    for (const message of this.#framer.push(chunk)) {
      const cut = this.#judgeMessage(message);
      if (cut !== undefined) return { forward: Buffer.concat(forwarded), cut };
      forwarded.push(message.raw);
    }
    return { forward: Buffer.concat(forwarded) };
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
