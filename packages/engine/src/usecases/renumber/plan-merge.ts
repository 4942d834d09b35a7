import { formatQualifiedName, type PatchRow } from "@syncline/core";
import type { PairedSides } from "../diff-contract.ts";
import { diffEndpoints } from "../diff-endpoints.ts";
import type { MergeInput } from "../merge/merge-contract.ts";
import { mergeEndpoints } from "../merge/merge-endpoints.ts";
import { type RenumberInput, Renumbering } from "./renumbering.ts";

/**
 * New keys for a merge, before it begins: first for rows whose key another tenant's row has, then, by merging once
 * without writing, for rows that both sides added under one key.
 */
export async function planMerge(input: MergeInput, renumber: RenumberInput): Promise<Renumbering> {
  const renumbering = new Renumbering(renumber, input.ctx.signal);
  const quiet = { ...input, ctx: { ...input.ctx, warn: () => {}, progress: () => {} } };
  await planKeys(quiet, renumbering);
  for (const [table, keys] of await addedTwice(quiet, renumbering)) await renumbering.renumber(table, keys);
  return renumbering;
}

async function planKeys(
  { ctx, diff, openTheirs, openOurs }: MergeInput,
  renumbering: Renumbering,
): Promise<void> {
  const source = await openTheirs();
  const target = await openOurs().catch(async (error: unknown) => {
    await source.close();
    throw error;
  });
  const reconcile = async (sides: PairedSides) => {
    await renumbering.plan(sides);
    return sides.prepared;
  };
  const run = await diffEndpoints({ ctx, source, target, options: { ...diff, reconcile } });
  run.result.catch(() => {}); // nobody reads any row
  await run.close();
}

/** Keys, as the source has them, of rows that both sides added and that differ. */
async function addedTwice(
  input: MergeInput,
  renumbering: Renumbering,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { onUndecided: _, onConflict: __, ...rest } = input;
  const found = new Map<string, string[]>();
  const names = new Map<string, string>();
  const run = await mergeEndpoints({
    ...rest,
    renumbering,
    onConflict: ({ kind, key }, { name }) => {
      const table = names.get(name) ?? "";
      const text = onlyValue(key);
      if (kind === "insert-insert" && text !== null && renumbering.mayRenumber(table, text))
        found.set(table, [...(found.get(table) ?? []), text]);
      return undefined;
    },
  });
  try {
    for (const { target, patchTable } of run.tables) names.set(patchTable.name, formatQualifiedName(target));
    for await (const operations of run.operations) void operations;
    await run.result;
  } finally {
    await run.close();
  }
  return found;
}

function onlyValue(key: PatchRow): string | null {
  return key.size === 1 ? ([...key.values()][0] ?? null) : null;
}
