import { useQuery } from "@tanstack/react-query";
import { type ChangeFilter, isFiltered } from "../change-filter.ts";
import { keyValues } from "../change-row.ts";
import type { RowAddress } from "../explorer-search.ts";
import { changeQuery, findChangeQuery } from "../patch-queries.ts";

export interface RowPlace {
  /** Number in the patch; null: it is being found, or there is no such row. */
  readonly n: number | null;
  /** Place among the rows that are shown; null: not known, or not among them. */
  readonly offset: number | null;
  /** The filter does not choose it. */
  readonly hidden: boolean;
  readonly problem: unknown;
}

/** Finds the row of an address: its number, and where the filter has it. Null: the address names none. */
export function useRowAddress(
  patchId: string,
  { row, filter }: { readonly row: RowAddress | undefined; readonly filter: ChangeFilter },
): RowPlace | null {
  const [table = "", ...key] = Array.isArray(row) ? row : [];
  const byKey = useQuery({
    ...findChangeQuery(patchId, { table, row: key, filter: {} }),
    enabled: Array.isArray(row) && key.length > 0,
  });
  const n = typeof row === "number" ? row : (byKey.data?.n ?? null);
  const filtered = isFiltered(filter);
  const found = useQuery({ ...changeQuery(patchId, n ?? 0), enabled: n !== null && filtered });
  const values = found.data === undefined ? null : keyValues(found.data);
  const ofOtherTable =
    found.data !== undefined && filter.table !== undefined && filter.table !== found.data.table;
  const inFilter = useQuery({
    ...findChangeQuery(patchId, { table: found.data?.table ?? "", row: values ?? [], filter }),
    enabled: filtered && values !== null && !ofOtherTable,
  });
  if (row === undefined) return null;
  const gone =
    byKey.data?.n === null ? new Error("This comparison does not change that row, or not any more.") : null;
  return {
    n,
    offset: !filtered ? n : ofOtherTable ? null : (inFilter.data?.offset ?? null),
    hidden: filtered && (ofOtherTable || (inFilter.data !== undefined && inFilter.data.offset === null)),
    problem: byKey.error ?? gone,
  };
}
