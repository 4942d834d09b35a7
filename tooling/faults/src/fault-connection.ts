import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionRule, Direction } from "./connection-rule.ts";
import { FrontendRules } from "./frontend-rules.ts";
import { ReplyGate } from "./reply-gate.ts";

export interface ConnectionSockets {
  readonly client: Socket;
  readonly server: Socket;
}

export type CutReason = "bytes" | "predicate" | "message" | "before-commit" | "before-reply" | "asked";

/** One client connection through the proxy, and its rule. */
export class FaultConnection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #rule: ConnectionRule;
  readonly #gate: ReplyGate;
  readonly #frontend: FrontendRules;
  readonly #bytes: Record<Direction, number> = { "client-to-server": 0, "server-to-client": 0 };
  readonly #onCut: (reason: CutReason) => void;
  #stalled: Direction | undefined;
  #cut = false;

  constructor(sockets: ConnectionSockets, rule: ConnectionRule, onCut: (reason: CutReason) => void) {
    this.#client = sockets.client;
    this.#server = sockets.server;
    this.#rule = rule;
    this.#onCut = onCut;
    this.#gate = new ReplyGate();
    this.#frontend = new FrontendRules(rule, this.#gate);
    for (const socket of [this.#client, this.#server]) {
      socket.setNoDelay(true);
      socket.on("error", () => this.#destroyBoth());
    }
  }

  /** Bytes forwarded so far. */
  get bytes(): Readonly<Record<Direction, number>> {
    return this.#bytes;
  }

  /** Resolves when both directions have ended. */
  async run(): Promise<void> {
    const directions = [
      this.#pump(this.#client, this.#server, (chunk) => this.#fromClient(chunk)),
      this.#pump(this.#server, this.#client, (chunk) => this.#fromServer(chunk)),
    ];
    await Promise.allSettled(directions);
    this.#destroyBoth();
  }

  /** Resets both sockets at once. */
  cut(reason: CutReason = "asked"): void {
    if (this.#cut) return;
    this.#cut = true;
    this.#onCut(reason);
    for (const socket of [this.#client, this.#server]) {
      if (!socket.destroyed) socket.resetAndDestroy();
    }
  }

  async #pump(from: Socket, to: Socket, handle: (chunk: Buffer) => Promise<void>): Promise<void> {
    try {
      for await (const chunk of from) await handle(chunk as Buffer);
      if (!this.#cut && this.#stalled === undefined) to.end();
    } catch {
      this.#destroyBoth();
    }
  }

  async #fromClient(chunk: Buffer): Promise<void> {
    if (this.#rule.cutWhen?.(chunk, this.#bytes["client-to-server"])) return this.cut("predicate");
    for await (const verdict of this.#frontend.judge(chunk)) {
      await this.#forward("client-to-server", this.#server, verdict.forward);
      if (verdict.cut !== undefined) this.#cutAfterFlush(this.#server, verdict.cut);
    }
  }

  async #fromServer(chunk: Buffer): Promise<void> {
    const verdict = this.#frontend.active ? this.#gate.judge(chunk) : { forward: chunk, cut: false };
    await this.#forward("server-to-client", this.#client, verdict.forward);
    if (verdict.cut) this.cut("before-reply");
  }

  async #forward(direction: Direction, to: Socket, chunk: Buffer): Promise<void> {
    if (chunk.length === 0 || this.#stalled === direction) return;
    if (this.#rule.delayMs !== undefined) await sleep(this.#rule.delayMs);
    if (this.#cut) return;
    const { cutAt, stallAt } = this.#limits(direction);
    const before = this.#bytes[direction];
    const passed = chunk.subarray(0, Math.max(0, Math.min(cutAt, stallAt) - before));
    this.#bytes[direction] = before + passed.length;
    if (passed.length > 0 && !to.write(passed)) await Promise.race([once(to, "drain"), once(to, "close")]);
    if (this.#bytes[direction] >= cutAt) this.#cutAfterFlush(to, "bytes");
    else if (this.#bytes[direction] >= stallAt) this.#stalled = direction;
  }

  #limits(direction: Direction): { cutAt: number; stallAt: number } {
    const { cutAfterClientBytes, cutAfterServerBytes, halfOpen } = this.#rule;
    const cutAt = direction === "client-to-server" ? cutAfterClientBytes : cutAfterServerBytes;
    const stallAt = halfOpen?.direction === direction ? halfOpen.afterBytes : undefined;
    return { cutAt: cutAt ?? Number.POSITIVE_INFINITY, stallAt: stallAt ?? Number.POSITIVE_INFINITY };
  }

  /** A reset throws away what the receiver has not read: the bytes that still belong to it leave as a normal end. */
  #cutAfterFlush(receiver: Socket, reason: CutReason): void {
    if (this.#cut) return;
    this.#cut = true;
    this.#onCut(reason);
    const other = receiver === this.#client ? this.#server : this.#client;
    if (!other.destroyed) other.resetAndDestroy();
    receiver.end(() => receiver.destroy());
  }

  #destroyBoth(): void {
    this.#client.destroy();
    this.#server.destroy();
  }
}
