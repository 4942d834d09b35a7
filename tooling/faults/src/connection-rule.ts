import type { Message } from "./message-framer.ts";

export type Direction = "client-to-server" | "server-to-client";

/** What happens to one connection. Rules that look at messages need an unencrypted connection. */
export interface ConnectionRule {
  /** Cuts when so many bytes have gone from the client to the server. The bytes up to there arrive. */
  readonly cutAfterClientBytes?: number;
  readonly cutAfterServerBytes?: number;
  /** Milliseconds that each chunk waits, in both directions. */
  readonly delayMs?: number;
  /** Stops forwarding one direction after so many bytes of it, and leaves both sockets open. */
  readonly halfOpen?: { readonly direction: Direction; readonly afterBytes: number };
  /** Asked before a chunk of the client is forwarded; `sentBefore` counts the bytes before it. `true` cuts. */
  readonly cutWhen?: (chunk: Buffer, sentBefore: number) => boolean;
  /**
   * What happens at the client's COMMIT: `cut-before` never forwards it, so the server rolls back;
   * `cut-before-reply` forwards it, waits for the server's answer, drops that and cuts, so the server has committed.
   */
  readonly atCommit?: "cut-before" | "cut-before-reply";
  /** Which COMMIT of the connection, from 1. Default 1. */
  readonly commitNumber?: number;
  /** Called for each message of the client before it is forwarded; counts from 1 after the startup. `"cut"` cuts. */
  readonly onMessage?: (message: Message, number: number) => "cut" | undefined;
  /** Called like `onMessage`; the message waits for the promise, and so does everything the client sends after it. */
  readonly holdMessage?: (message: Message, number: number) => Promise<void> | undefined;
}

/** One rule for every connection, or one chosen by the number of the connection, from 1. */
export type RuleChoice = ConnectionRule | ((connectionNumber: number) => ConnectionRule);

export function chooseRule(choice: RuleChoice, connectionNumber: number): ConnectionRule {
  return typeof choice === "function" ? choice(connectionNumber) : choice;
}
