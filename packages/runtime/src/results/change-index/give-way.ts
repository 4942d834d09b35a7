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
