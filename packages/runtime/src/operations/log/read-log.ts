import { type LedgerEntry, readLog as readTargetLog } from "@syncline/engine";
import { openTarget } from "../../endpoint-registry.ts";
import { resolvePlace } from "../../place.ts";
import type { OperationSetting } from "../contract.ts";

export interface LogInput {
  /** Locator, as it was typed. */
  readonly target: string;
  /** Newest entries to read. */
  readonly limit: number;
}

/** What was applied to a target, newest first. */
export async function readLog(
  { workspace, context }: Pick<OperationSetting, "workspace" | "context">,
  { target: locator, limit }: LogInput,
): Promise<readonly LedgerEntry[]> {
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
