import type { Direction } from "@syncline/tooling-faults";
import type { Random } from "./random.ts";
import type { Traffic } from "./traffic.ts";

/** A moment of a run, and what happens then. Connections and messages count from 1. */
export type FaultPlan =
  | { readonly kind: "kill-at-message"; readonly number: number; readonly forwarded: boolean }
  /** Ctrl-C. */
  | { readonly kind: "interrupt-at-message"; readonly number: number }
  | { readonly kind: "kill-at-byte"; readonly connection: number; readonly at: number }
  | { readonly kind: "kill-at-time"; readonly ms: number }
  | {
      readonly kind: "cut-at-byte";
      readonly connection: number;
      readonly direction: Direction;
      readonly at: number;
      /** Nobody gets through afterwards either. */
      readonly outage: boolean;
    }
  | {
      readonly kind: "cut-before-commit";
      readonly connection: number;
      readonly commit: number;
      readonly outage: boolean;
    }
  | {
      readonly kind: "cut-before-reply";
      readonly connection: number;
      readonly commit: number;
      readonly outage: boolean;
    }
  | {
      readonly kind: "half-open";
      readonly connection: number;
      readonly direction: Direction;
      readonly at: number;
    };

/** Those around COMMIT, which matter most. */
const LAST_MESSAGES = 2;

export function planKill(random: Random, traffic: Traffic): FaultPlan {
  const roll = random.next();
  if (roll < 0.5) {
    const last = traffic.messages;
    const number = random.chance(0.25) ? random.integer(last - LAST_MESSAGES, last) : random.integer(1, last);
    return { kind: "kill-at-message", number, forwarded: random.chance(0.5) };
  }
  if (roll < 0.85) {
    const { connection, bytes } = pickConnection(random, traffic, "client-to-server");
    return { kind: "kill-at-byte", connection, at: random.integer(1, bytes) };
  }
  return { kind: "kill-at-time", ms: random.integer(0, Math.ceil(traffic.milliseconds * 1.1)) };
}

export function planInterrupt(random: Random, traffic: Traffic): FaultPlan {
  return { kind: "interrupt-at-message", number: random.integer(1, traffic.messages) };
}

const SHARES = 20;

/** Of each 20 cuts: 4 between COMMIT and its reply, 3 before COMMIT, 3 half-open, 10 at a random byte. */
export function planCut(random: Random, traffic: Traffic, index: number): FaultPlan {
  const share = index % SHARES;
  const outage = random.chance(0.2);
  if (share < 4) return { kind: "cut-before-reply", ...traffic.lastCommit, outage };
  if (share < 7) return { kind: "cut-before-commit", ...traffic.lastCommit, outage };
  const direction = random.pick<Direction>(["client-to-server", "server-to-client"]);
  const { connection, bytes } = pickConnection(random, traffic, direction);
  const at = random.integer(1, bytes);
  if (share < 10) return { kind: "half-open", connection, direction, at };
  return { kind: "cut-at-byte", connection, direction, at, outage };
}

/** A connection, the more likely the more it carries. */
function pickConnection(random: Random, { connections }: Traffic, direction: Direction) {
  const sizes = connections.map((each) =>
    direction === "client-to-server" ? each.clientBytes : each.serverBytes,
  );
  let left = random.next() * sizes.reduce((sum, size) => sum + size, 0);
  const at = sizes.findIndex((size) => {
    left -= size;
    return left < 0;
  });
  return { connection: at + 1, bytes: sizes[at] ?? 1 };
}
