import type { PatchTable } from "../explorer-props.ts";

export interface GridColumn {
  readonly id: string;
  /** `kind`, `table`, `key` (all of it) and `changes` are made of the row; others are columns of the table. */
  readonly role: "kind" | "table" | "key" | "changes" | "column";
  readonly name: string;
  readonly type: string;
  readonly px: number;
  readonly numeric: boolean;
}

export interface GridLayout {
  /** Stay in view at the left. */
  readonly pinned: readonly GridColumn[];
  readonly free: readonly GridColumn[];
  /** Where each free column begins, and the end of the last. */
  readonly starts: readonly number[];
  readonly pinnedPx: number;
  readonly rowPx: number;
}

const ONE_LINE_PX = 30;
/** Old over new. */
const TWO_LINES_PX = 44;
const MOST_PINNED = 3;
const LETTER_PX = 7.9;
const MOST_NAME_PX = 260;
const NUMBERS = /^(smallint|integer|bigint|numeric|real|double|oid|money)/;
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/\[\]$/, 220],
  [/^(boolean|"char"|smallint)/, 90],
  [/^(integer|oid|date)/, 110],
  [/^(bigint|numeric|real|double|money|time( |$))/, 140],
  [/^timestamp/, 232],
  [/^uuid/, 300],
  [/^(jsonb?|bytea|xml|tsvector)/, 300],
];
const TEXT_PX = 210;

const KIND: GridColumn = { id: "kind", role: "kind", name: "Change", type: "", px: 40, numeric: false };

export interface LayoutWanted {
  /** Null: rows of several tables. */
  readonly table: PatchTable | null;
  readonly kind: "insert" | "update" | "delete" | undefined;
  /** Columns that no update changes, too. */
  readonly allColumns: boolean;
  /** Width that is there; the last column takes what is left. */
  readonly viewPx: number;
}

/** Which columns the grid has. Of updates the changed ones; inserts and deletes have all. */
export function gridLayout({ table, kind, allColumns, viewPx }: LayoutWanted): GridLayout {
  if (table === null) return mixedLayout(viewPx);
  const keys = table.key.map((name) => tableColumn(table, name));
  const pinned = keys.length > 0 && keys.length <= MOST_PINNED ? keys : keys.length === 0 ? [] : [wholeKey];
  const shown = shownColumns(table, { kind, allColumns });
  const free = table.columns
    .filter(({ name }) => shown.has(name) && !table.key.includes(name))
    .map(({ name }) => tableColumn(table, name));
  return finished(
    [KIND, ...pinned],
    free,
    kind === "insert" || kind === "delete" ? ONE_LINE_PX : TWO_LINES_PX,
    viewPx,
  );
}

const wholeKey: GridColumn = { id: "key", role: "key", name: "Key", type: "", px: 240, numeric: false };

function mixedLayout(viewPx: number): GridLayout {
  const table: GridColumn = { id: "table", role: "table", name: "Table", type: "", px: 170, numeric: false };
  const changes: GridColumn = {
    id: "changes",
    role: "changes",
    name: "What changes",
    type: "",
    px: 700,
    numeric: false,
  };
  return finished([KIND, table, wholeKey], [changes], ONE_LINE_PX, viewPx);
}

function finished(
  pinned: readonly GridColumn[],
  columns: readonly GridColumn[],
  rowPx: number,
  viewPx: number,
): GridLayout {
  const pinnedPx = pinned.reduce((sum, { px }) => sum + px, 0);
  const wanted = columns.reduce((sum, { px }) => sum + px, 0);
  const spare = Math.max(0, viewPx - pinnedPx - wanted);
  const free = columns.map((column, at) =>
    at === columns.length - 1 ? { ...column, px: column.px + spare } : column,
  );
  const starts = [0];
  for (const { px } of free) starts.push((starts.at(-1) ?? 0) + px);
  return { pinned, free, starts, pinnedPx, rowPx };
}

/** Rows that come or go have all columns; where most do so, all are shown. */
function shownColumns(
  { columns, changedColumns, inserts, updates, deletes }: PatchTable,
  { kind, allColumns }: Pick<LayoutWanted, "kind" | "allColumns">,
): ReadonlySet<string> {
  const mostlyWhole = kind === undefined ? inserts + deletes > updates : kind !== "update";
  const all = allColumns || mostlyWhole || changedColumns.length === 0;
  return new Set((all ? columns : changedColumns).map(({ name }) => name));
}

function tableColumn({ columns }: PatchTable, name: string): GridColumn {
  const type = columns.find((column) => column.name === name)?.type ?? "";
  const usual = WIDTHS.find(([pattern]) => pattern.test(type))?.[1] ?? TEXT_PX;
  const px = Math.max(usual, Math.min(MOST_NAME_PX, name.length * LETTER_PX + 28));
  return {
    id: `column ${name}`,
    role: "column",
    name,
    type,
    px,
    numeric: NUMBERS.test(type) && !type.endsWith("]"),
  };
}

/** Free columns that are at least partly in view; of 300 some ten are. */
export function columnsInView(
  { starts, free, pinnedPx }: GridLayout,
  { scrollLeft, viewPx }: { readonly scrollLeft: number; readonly viewPx: number },
): { readonly first: number; readonly end: number } {
  const right = scrollLeft + Math.max(0, viewPx - pinnedPx);
  let first = 0;
  while (first < free.length - 1 && (starts[first + 1] ?? 0) <= scrollLeft) first += 1;
  let end = first;
  while (end < free.length && (starts[end] ?? 0) < right) end += 1;
  return { first, end };
}

/** Rows on a page: fewer where they are wide, so that one is read and shown in a moment. */
export function pageRowsOf(table: PatchTable | null): number {
  const columns = table?.columns.length ?? 12;
  if (columns > 120) return 50;
  return columns > 30 ? 100 : 200;
}
