import {
  type CheckedFilter,
  type ColumnSpec,
  checkTableFilter,
  type FilterDocument,
  type TableAgreement,
} from "@syncline/core";

/** The filter names the target's columns; on the source the columns paired with them are meant. */
export function sideFilters(
  document: FilterDocument | null,
  agreement: TableAgreement,
): { readonly source: CheckedFilter | null; readonly target: CheckedFilter | null } {
  if (document === null) return { source: null, target: null };
  const target = checkTableFilter(document, agreement.target);
  const originals = new Map<ColumnSpec, ColumnSpec>();
  const renamed = agreement.columns.map((column) => {
    const view = { ...column.source, name: column.target.name };
    originals.set(view, column.source);
    return view;
  });
  const others = agreement.source.columns.filter(
    (column) => !agreement.columns.some((pair) => pair.source === column),
  );
  const taken = new Set(renamed.map((column) => column.name));
  const columns = [...renamed, ...others.filter((column) => !taken.has(column.name))];
  const source = checkTableFilter(document, { ...agreement.source, name: agreement.target.name, columns });
  return {
    source: source === null ? null : withColumns(source, (column) => originals.get(column) ?? column),
    target,
  };
}

function withColumns(filter: CheckedFilter, map: (column: ColumnSpec) => ColumnSpec): CheckedFilter {
  switch (filter.kind) {
    case "and":
    case "or":
      return { ...filter, items: filter.items.map((item) => withColumns(item, map)) };
    case "not":
      return { ...filter, item: withColumns(filter.item, map) };
    case "search":
      return { ...filter, columns: filter.columns.map(map) };
    default:
      return { ...filter, column: map(filter.column) };
  }
}
