import { setImmediate } from "node:timers/promises";

/** Lets others have their turn once work has gone on for some milliseconds. */
export function createGiveWay(afterMs = 8, signal?: AbortSignal): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < afterMs) return;
    signal?.throwIfAborted();
    await setImmediate();
    since = performance.now();
  };
}

/** How long a call searches before it hands back what it has. */
const BUDGET_MS = 70;
const TURN_MS = 5;

/** Gives way now and then; false once a call has searched for long enough. */
export function withinBudget(signal: AbortSignal | undefined): () => Promise<boolean> {
  const start = performance.now();
  const giveWay = createGiveWay(TURN_MS, signal);
  return async () => {
    await giveWay();
    return performance.now() - start < BUDGET_MS;
  };
}
