import { type LedgerEntry, readLog as readTargetLog } from "@syncline/engine";
import { openTarget } from "../../endpoint-registry.ts";
import { resolvePlace, resolveRemote } from "../../place.ts";
import { connectRemote } from "../../remote/connect-remote.ts";
import type { OperationSetting } from "../contract.ts";

export interface LogInput {
  /** Locator, as it was typed. */
  readonly target: string;
  /** Newest entries to read. */
  readonly limit: number;
}

/** What was applied to a target, newest first; also of a place of another Syncline server. */
export async function readLog(
  { workspace, context }: Pick<OperationSetting, "workspace" | "context">,
  { target: locator, limit }: LogInput,
): Promise<readonly LedgerEntry[]> {
  const remote = await resolveRemote(workspace, locator, context.signal);
  if (remote !== null) return (await connectRemote(remote)).readLog(remote.locator, limit, context.signal);
  const place = await resolvePlace(workspace, locator, context.signal);
  const target = await openTarget(place, context.signal);
  try {
    const entries: LedgerEntry[] = [];
    for await (const entry of readTargetLog({ target, ctx: context })) {
      entries.push(entry);
      if (entries.length >= limit) break;
    }
    return entries;
  } finally {
    await target.close();
  }
}
