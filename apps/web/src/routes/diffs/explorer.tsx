import { useQuery } from "@tanstack/react-query";
import { EmptyState } from "../../components/empty-state.tsx";
import { counted } from "../../components/number-text.ts";
import { type ChangeFilter, queryOfFilter, searchOfFilter, withoutKinds } from "./change-filter.ts";
import type { ExplorerPanelProps, PatchAnswer, PatchTables } from "./explorer-props.ts";
import type { ExplorerSearch } from "./explorer-search.ts";
import { countOfKinds, knownCount } from "./known-count.ts";
import { ExplorerPanel } from "./panels/explorer-panel.tsx";
import { ExportMenu } from "./panels/export-menu.tsx";
import { MakePatchButton } from "./panels/make-patch-button.tsx";
import { ViewBar } from "./panels/view-bar.tsx";
import { changeCountQuery } from "./patch-queries.ts";
import { RowsView } from "./rows/rows-view.tsx";
import { FailedTables } from "./verdict/failed-tables.tsx";
import { TableList } from "./verdict/table-list.tsx";
import { verdictOf } from "./verdict/verdict.ts";
import { VerdictBanner } from "./verdict/verdict-banner.tsx";

interface ExplorerProps {
  readonly patch: PatchAnswer;
  readonly tables: PatchTables;
  readonly search: ExplorerSearch;
  readonly filter: ChangeFilter;
  readonly mayReadRows: boolean;
  readonly onSearch: (change: Partial<ExplorerSearch>, replace?: boolean) => void;
  readonly onFilter: (filter: ChangeFilter) => void;
}

/** Verdict, tables, rows. */
export function Explorer(props: ExplorerProps) {
  const { patch, tables, search, filter, mayReadRows, onSearch, onFilter } = props;
  const base = withoutKinds(filter);
  const known = knownCount(tables, base);
  const asked = useQuery({
    ...changeCountQuery(patch.id, base),
    enabled: mayReadRows && known === null,
  });
  const count = known ?? asked.data ?? null;
  const chooseTable = (table: string | undefined) => {
    // Columns and keys are those of another table.
    const { column: _, key: __, values: ___, table: ____, ...rest } = filter;
    onFilter(table === undefined ? rest : { ...rest, table });
  };
  const view = search.view ?? "rows";
  const panel: ExplorerPanelProps = {
    patch,
    tables,
    filter,
    query: queryOfFilter(filter),
    count: count === null ? null : countOfKinds(count, filter.kinds),
    setFilter: (next) => onSearch({ ...searchOfFilter(next), row: undefined, view: undefined }),
  };
  const panes = (
    <div className="dx-panes">
      {tables.tables.length > 1 && (
        <TableList
          tables={tables.tables}
          complete={tables.complete}
          chosen={filter.table}
          onChoose={chooseTable}
          find={search.find ?? ""}
          onFind={(find) => onSearch({ find: find === "" ? undefined : find }, true)}
          order={search.order ?? "most"}
          onOrder={(order) => onSearch({ order: order === "most" ? undefined : order }, true)}
        />
      )}
      {tables.total === 0 ? (
        <div className="sl-card dx-nothing">
          <EmptyState title="There is no row to show">
            {tables.complete
              ? "As far as these tables were compared, both places hold the same rows."
              : "The comparison stopped before it found a difference."}
          </EmptyState>
        </div>
      ) : view !== "rows" && (mayReadRows || view === "columns") ? (
        <div className="sl-card dx-main">
          <ExplorerPanel name={view} {...panel} />
        </div>
      ) : mayReadRows ? (
        <div className="sl-card dx-main">
          <RowsView
            patchId={patch.id}
            tables={tables}
            filter={filter}
            search={search}
            count={count}
            countError={known === null ? asked.error : null}
            onFilter={onFilter}
            onSearch={onSearch}
          />
        </div>
      ) : (
        <div className="sl-card dx-nothing">
          <EmptyState title="You may see the verdict, not the rows">
            {counted(tables.total, "change")} {tables.total === 1 ? "is" : "are"} in this comparison. To read
            rows takes the role of an operator, in the project or in the environments of both places; an
            administrator can give it.
          </EmptyState>
        </div>
      )}
    </div>
  );
  return (
    <div className="dx-page">
      <VerdictBanner verdict={verdictOf(tables)} />
      <FailedTables tables={tables.tables} />
      {tables.total === 0 ? (
        panes
      ) : (
        <ViewBar
          view={view}
          onView={(next) => onSearch({ view: next === "rows" ? undefined : next, row: undefined })}
          actions={
            mayReadRows && (
              <>
                <MakePatchButton {...panel} />
                <ExportMenu {...panel} />
              </>
            )
          }
        >
          {panes}
        </ViewBar>
      )}
    </div>
  );
}
