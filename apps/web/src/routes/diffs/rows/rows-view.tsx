import { Button, Group, Text } from "@mantine/core";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api } from "../../../api/client.ts";
import { useShortcuts } from "../../../app/shortcuts.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { counted, countText } from "../../../components/number-text.ts";
import { type ChangeFilter, isFiltered, queryOfFilter, withoutKinds } from "../change-filter.ts";
import { type ChangeRow, changeRow } from "../change-row.ts";
import { RowPanel } from "../detail/row-panel.tsx";
import type { ChangeCount, PatchTable, PatchTables } from "../explorer-props.ts";
import type { ExplorerSearch } from "../explorer-search.ts";
import { ChangeGrid, type ChangeGridHandle } from "../grid/change-grid.tsx";
import { gridLayout, pageRowsOf } from "../grid/grid-columns.ts";
import { PageCache } from "../grid/page-cache.ts";
import { countOfKinds } from "../known-count.ts";
import { FilterBar } from "./filter-bar.tsx";
import { KIND_TABS, KindTabs } from "./kind-tabs.tsx";
import { noRowsText } from "./no-rows-text.ts";
import { useRowAddress } from "./use-row-address.ts";

interface RowsViewProps {
  readonly patchId: string;
  readonly tables: PatchTables;
  readonly filter: ChangeFilter;
  readonly search: ExplorerSearch;
  /** Of the filter without its kind; null: not counted yet. */
  readonly count: ChangeCount | null;
  readonly countError: unknown;
  readonly onFilter: (filter: ChangeFilter) => void;
  readonly onSearch: (change: Partial<ExplorerSearch>, replace?: boolean) => void;
}

/** Changed rows, filtered; one of them opened beside. */
export function RowsView(props: RowsViewProps) {
  const { patchId, tables, filter, search, count, countError, onFilter, onSearch } = props;
  const kind = filter.kinds?.length === 1 ? filter.kinds[0] : undefined;
  const table = tableShown(tables.tables, filter);
  const shown = count === null ? null : countOfKinds(count, filter.kinds);
  const rows = shown?.count ?? 0;
  const cache = usePages(patchId, { filter, pageRows: pageRowsOf(table) });
  const grid = useRef<ChangeGridHandle>(null);
  const searchInput = useRef<HTMLInputElement>(null);
  const [active, setActive] = useState(0);
  const address = useRowAddress(patchId, { row: search.row, filter });
  const allColumns = search.all ?? false;
  const unfiltered = !isFiltered(filter);

  // Another filter, another list.
  const filterKey = JSON.stringify(filter);
  const shownFilter = useRef(filterKey);
  useEffect(() => {
    if (shownFilter.current === filterKey) return;
    shownFilter.current = filterKey;
    setActive(0);
    grid.current?.show(0);
  }, [filterKey]);

  // A row that the address names is gone to, once its place is known.
  const place = address?.offset ?? null;
  const hasRows = rows > 0;
  const openedHere = useRef<number | null>(null);
  useEffect(() => {
    if (place === null || !hasRows || openedHere.current === search.row) return;
    setActive(place);
    grid.current?.show(place);
  }, [place, hasRows, search.row]);

  const open = useCallback(
    (index: number, replace = false) => {
      // Of all changes the number is the place, so that a row can be opened before it is read.
      const n = cache.rowAt(index)?.n ?? (unfiltered ? index : undefined);
      if (n === undefined) return;
      openedHere.current = n;
      onSearch({ row: n }, replace);
    },
    [cache, onSearch, unfiltered],
  );
  const close = () => {
    onSearch({ row: undefined }, true);
    grid.current?.focus();
  };
  const step = (by: number) => {
    const next = Math.min(Math.max(0, active + by), rows - 1);
    setActive(next);
    grid.current?.show(next);
    if (search.row !== undefined) open(next, true);
  };
  const chooseTab = (at: number) => {
    const tab = KIND_TABS[at] ?? "all";
    onFilter(tab === "all" ? withoutKinds(filter) : { ...filter, kinds: [tab] });
  };
  useShortcuts("Changed rows", [
    { keys: "j", label: "Next row", run: () => step(1) },
    { keys: "k", label: "Row before", run: () => step(-1) },
    { keys: "Enter", label: "Open the row", run: () => open(active) },
    ...(search.row === undefined ? [] : [{ keys: "Escape", label: "Close the row", run: close }]),
    { keys: "/", label: "Search in values", run: () => searchInput.current?.focus() },
    ...KIND_TABS.map((tab, at) => ({
      keys: String(at + 1),
      label: tab === "all" ? "All changes" : `${tab[0]?.toUpperCase()}${tab.slice(1)}s only`,
      run: () => chooseTab(at),
    })),
  ]);

  const layoutFor = useCallback(
    (viewPx: number) => gridLayout({ table, kind, allColumns, viewPx }),
    [table, kind, allColumns],
  );
  const canCollapse =
    table !== null &&
    kind !== "insert" &&
    kind !== "delete" &&
    table.changedColumns.length < table.columns.length;
  return (
    <div className="dx-rows" data-open={search.row !== undefined || undefined}>
      <FilterBar
        filter={filter}
        onFilter={onFilter}
        tables={table === null ? tables.tables : [table]}
        searchRef={searchInput}
        allColumns={canCollapse ? allColumns : null}
        onAllColumns={(all) => onSearch({ all: all ? true : undefined }, true)}
      />
      <KindTabs
        kind={kind}
        count={count}
        onKind={(next) => onFilter(next === undefined ? withoutKinds(filter) : { ...filter, kinds: [next] })}
      >
        <div className="dx-grid-frame">
          {countError !== null && count === null ? (
            <ErrorState what="The rows could not be counted" error={countError} />
          ) : shown?.exact === true && rows === 0 ? (
            <NoRows filter={filter} tables={tables} onFilter={onFilter} />
          ) : (
            <ChangeGrid
              key={`${patchId} ${table?.name ?? ""}`}
              label={`Changed rows${table === null ? "" : ` of ${table.name}`}`}
              rows={rows}
              cache={cache}
              layoutFor={layoutFor}
              active={active}
              onActive={setActive}
              onOpen={open}
              handle={grid}
            />
          )}
          <PageErrors cache={cache} />
        </div>
      </KindTabs>
      <Group gap="md" justify="space-between" className="dx-foot">
        <Text size="xs" c="dimmed" role="status">
          {shown === null
            ? "Counting…"
            : shown.exact
              ? `${counted(rows, "change")} shown${isFiltered(filter) ? ` of ${countText(tables.total)}` : ""}`
              : `At least ${counted(rows, "change")}; still searching…`}
        </Text>
        <Text size="xs" c="dimmed" visibleFrom="md">
          j k move · Enter opens · / searches · 1–4 kinds
        </Text>
      </Group>
      {search.row !== undefined && (
        <RowPanel
          key={address?.n ?? "finding"}
          patchId={patchId}
          n={address?.n ?? null}
          problem={address?.problem ?? null}
          tables={tables.tables}
          hidden={address?.hidden ?? false}
          onShowAll={() => onFilter({})}
          onClose={close}
          onStep={step}
          atStart={active <= 0}
          atEnd={active >= rows - 1}
        />
      )}
    </div>
  );
}

/** The table that all rows are of: the one that is chosen, or the only one with changes. */
function tableShown(tables: readonly PatchTable[], { table }: ChangeFilter): PatchTable | null {
  const withChanges = tables.filter(({ state }) => state === "different");
  const chosen = table === undefined ? withChanges : tables.filter(({ name }) => name === table);
  return chosen.length === 1 ? (chosen[0] ?? null) : null;
}

function usePages(
  patchId: string,
  { filter, pageRows }: { readonly filter: ChangeFilter; readonly pageRows: number },
): PageCache<ChangeRow> {
  const filterKey = JSON.stringify(filter);
  return useMemo(() => {
    // An equal filter is the same filter.
    const query = queryOfFilter(JSON.parse(filterKey) as ChangeFilter);
    return new PageCache<ChangeRow>({
      pageRows,
      read: async ({ offset, limit, signal }) => {
        const page = await api.diffs.listChanges({
          params: { id: patchId },
          query: { ...query, offset, limit },
          signal,
        });
        return { items: page.items.map(changeRow), last: page.next === null, searching: page.searching };
      },
    });
  }, [patchId, filterKey, pageRows]);
}

/** Says that rows in view could not be read; the list stays as it is. */
function PageErrors({ cache }: { readonly cache: PageCache<ChangeRow> }) {
  const [, setVersion] = useState(0);
  useEffect(() => cache.watch(() => setVersion(cache.version)), [cache]);
  const error = cache.wantedError();
  if (error === null) return null;
  return (
    <div className="dx-page-error">
      <ErrorState what="Some rows could not be read" error={error} retry={() => cache.retry()} />
    </div>
  );
}

interface NoRowsProps {
  readonly filter: ChangeFilter;
  readonly tables: PatchTables;
  readonly onFilter: (filter: ChangeFilter) => void;
}

function NoRows({ filter, tables, onFilter }: NoRowsProps) {
  const { title, advice } = noRowsText(filter, tables);
  return (
    <EmptyState
      title={title}
      action={
        <Button variant="default" size="xs" onClick={() => onFilter({})}>
          Show all changes
        </Button>
      }
    >
      {advice}
    </EmptyState>
  );
}
