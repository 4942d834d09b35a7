import type { LedgerEntry, PatchTarget } from "../ports/patch-target.ts";
import type { RunContext } from "../ports/run-context.ts";

/** What was applied to the target in its scope, newest first. */
export async function* readLog({
  target,
  ctx,
}: {
  target: PatchTarget;
  ctx: RunContext;
}): AsyncIterable<LedgerEntry> {
  for await (const entry of target.readLedger()) {
    ctx.signal.throwIfAborted();
    yield entry;
  }
}
