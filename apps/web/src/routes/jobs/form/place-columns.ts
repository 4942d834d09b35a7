import { formatEndpointLocator, formatTableName, parseEndpointLocator } from "@syncline/core";
import { useQuery } from "@tanstack/react-query";
import { useMe } from "../../../api/me.ts";
import { tablesQuery } from "../../../api/place-tables.ts";
import { usePlaceFacts } from "../../../api/places.ts";
import { tableInPlace } from "../../../components/place-picker/place-parts.ts";

export interface PlaceColumns {
  readonly tables: readonly string[];
  /** Of all tables, each once. */
  readonly columns: readonly string[];
  /** `table.column`. */
  readonly tableColumns: readonly string[];
  readonly columnsOf: (table: string) => readonly string[];
}

const NONE: PlaceColumns = { tables: [], columns: [], tableColumns: [], columnsOf: () => [] };

/** What a place has, to be chosen from; nothing while it is not known or may not be looked at. */
export function usePlaceColumns(locator: string): PlaceColumns {
  const me = useMe();
  const environment = usePlaceFacts()(locator)?.environment ?? null;
  const all = wholePlace(locator);
  const { data } = useQuery({
    ...tablesQuery(all ?? ""),
    enabled: all !== null && me.can("databases:test", environment),
  });
  if (data === undefined) return NONE;
  const named = data.items.map((table) => ({ ...table, shown: tableInPlace(table, data.schema) }));
  return {
    tables: named.map(({ shown }) => shown),
    columns: [...new Set(named.flatMap(({ columns }) => columns.map(({ name }) => name)))].sort(),
    tableColumns: named.flatMap(({ shown, columns }) =>
      columns.map(({ name }) => `${shown}.${formatTableName({ schema: null, name })}`),
    ),
    columnsOf: (table) =>
      named
        .filter(
          ({ shown, name, schema }) => table === shown || table === name || table === `${schema}.${name}`,
        )
        .flatMap(({ columns }) => columns.map(({ name }) => name)),
  };
}

function wholePlace(locator: string): string | null {
  try {
    const parsed = parseEndpointLocator(locator);
    if (parsed.kind !== "tenant" || parsed.server === null) return null;
    return formatEndpointLocator({ ...parsed, tables: { kind: "all" } });
  } catch {
    return null;
  }
}
