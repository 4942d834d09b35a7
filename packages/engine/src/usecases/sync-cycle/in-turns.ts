import { setImmediate as nextTurn } from "node:timers/promises";

const TURN_MS = 20;

/**
 * Items that are at hand already, with a pause for whoever else waits: a fast server takes rows so quickly that nothing
 * else would get its turn meanwhile, leases and signals included.
 */
export async function* inTurns<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  let began = performance.now();
  for (const item of items) {
    yield item;
    if (performance.now() - began < TURN_MS) continue;
    await nextTurn();
    began = performance.now();
  }
}
