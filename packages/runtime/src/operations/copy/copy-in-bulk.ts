import { type CopyOptions, copyTables } from "@syncline/engine";
import { openAnyEndpoint, openBulk } from "../../endpoint-registry.ts";
import { applicationOf } from "../target/apply-wish.ts";
import type { CopyMethod } from "./copy-input.ts";
import { type CopyPlan, copyScope } from "./plan-copy.ts";

type BulkCopy = Extract<CopyMethod, { kind: "bulk" }>;

/** Loads empty tables at full speed; null when they are not empty, or what is wanted needs a comparison. */
export async function copyInBulk(plan: CopyPlan): Promise<BulkCopy | null> {
  const { setting, source, target, input } = plan;
  if (!mayLoad(plan)) return null;
  const bulk = openBulk(target);
  try {
    const result = await copyTables({
      ctx: setting.context,
      openSource: () => openAnyEndpoint(source, null),
      target: bulk,
      ...applicationOf(setting),
      ...(input.reason === null ? {} : { reason: input.reason }),
      scope: copyScope(plan),
      options: { ...loadOptions(plan), fence: setting.fence },
    });
    return result.outcome === "unsuitable" ? null : { kind: "bulk", result };
  } finally {
    await bulk.close();
  }
}

/** Which rows are loaded, and how. */
export function loadOptions({ input, diff }: CopyPlan): CopyOptions {
  const { tableMap, columnMap, tablePatterns, filter, ignoreFields, parallel } = diff;
  return {
    tableMap,
    columnMap,
    tablePatterns,
    targetOnly: "leave",
    filter,
    ignoreFields,
    parallel,
    ...(diff.prepare === undefined ? {} : { prepare: diff.prepare }),
    singleTransaction: input.singleTransaction,
    dryRun: false,
    triggers: input.triggers,
    lockTimeoutMs: input.lockTimeoutMs,
  };
}

/** A dry run shall do what a real one does and take it back; files and questions need the comparison. */
export function mayLoad({ source, input, diff }: CopyPlan): boolean {
  const asks = input.strategy === "interactive" || input.strategy === "three-way";
  return (
    source.kind === "live" &&
    !input.dryRun &&
    !input.incremental &&
    !input.renumber &&
    input.dataset === null &&
    !asks &&
    diff.keys.size === 0
  );
}
