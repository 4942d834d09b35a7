import type { BodyOf, diffs, QueryInputOf } from "@syncline/api";
import type { ExplorerSearch } from "./explorer-search.ts";

/** Which changes are shown; the server takes the same for selections. */
export type ChangeFilter = BodyOf<typeof diffs.selectChanges>["filter"];
/** The same as parameters of a call. */
export type FilterQuery = Partial<QueryInputOf<typeof diffs.countChanges>>;
export type ChangeKindName = NonNullable<ChangeFilter["kinds"]>[number];

/** The filter in an address. */
export function filterOfSearch({ table, kind, column, key, text, values }: ExplorerSearch): ChangeFilter {
  return {
    ...(table === undefined ? {} : { table }),
    ...(kind === undefined ? {} : { kinds: [kind] }),
    ...(column === undefined ? {} : { column }),
    ...(key === undefined ? {} : { key }),
    ...(text === undefined ? {} : { text }),
    ...(values === undefined ? {} : { values }),
  };
}

/** The other way; what the filter does not say is taken out of the address. A filter of several kinds has no tab. */
export function searchOfFilter({
  table,
  kinds,
  column,
  key,
  text,
  values,
}: ChangeFilter): Pick<ExplorerSearch, "table" | "kind" | "column" | "key" | "text" | "values"> {
  return {
    table,
    kind: kinds?.length === 1 ? kinds[0] : undefined,
    column,
    key,
    text,
    values,
  };
}

export function queryOfFilter({ table, kinds, column, key, text, values }: ChangeFilter): FilterQuery {
  return {
    ...(table === undefined ? {} : { table }),
    ...(kinds === undefined ? {} : { kind: kinds }),
    ...(column === undefined ? {} : { column }),
    ...(key === undefined ? {} : { key }),
    ...(text === undefined ? {} : { text }),
    ...(values === undefined ? {} : { value: values.map((value) => JSON.stringify(value)) }),
  };
}

/** What the tabs of kinds divide: everything but the kind. */
export function withoutKinds({ kinds: _, ...rest }: ChangeFilter): ChangeFilter {
  return rest;
}

export function isFiltered(filter: ChangeFilter): boolean {
  return Object.keys(filter).length > 0;
}
