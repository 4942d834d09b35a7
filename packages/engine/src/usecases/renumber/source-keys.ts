import { formatQualifiedName, type TableAgreement } from "@syncline/core";
import type { PairedSides } from "../diff-contract.ts";

/** Keys of the source's rows in batches, as the source has them; the filter is left aside, for rows outside it are referred to. */
export async function* sourceKeys(
  { snapshots, prepared }: PairedSides,
  { source }: TableAgreement,
  { column, signal }: { readonly column: string; readonly signal: AbortSignal },
): AsyncGenerator<readonly string[]> {
  const rows = snapshots.source.selectRows({
    table: source,
    columns: [column],
    filter: null,
    scope: prepared.source.scopes.get(formatQualifiedName(source.name)) ?? null,
    masks: new Map(),
  });
  for await (const batch of rows.texts({ order: "physical", signal }))
    yield batch.flatMap(([key]) => (key === null || key === undefined ? [] : [key]));
}
