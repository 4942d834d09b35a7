import type { Ref } from "react";
import { type KeyboardEvent, useEffect, useImperativeHandle, useMemo, useSyncExternalStore } from "react";
import type { ChangeRow } from "../change-row.ts";
import { ChangeGridRow } from "./change-grid-row.tsx";
import { columnsInView, type GridLayout } from "./grid-columns.ts";
import type { PageCache } from "./page-cache.ts";
import { rowsInView, scrolledPx, topShowingRow } from "./scroll-scale.ts";
import { useGridScroll } from "./use-grid-scroll.ts";

const HEADER_PX = 32;
/** Drawn above and below what is in view. */
const SPARE_ROWS = 3;
/** Read before they come into view. */
const AHEAD_ROWS = 40;
/** While the list flies past, nothing is read. */
const REST_MS = 60;
/** Rows are laid out from one of these, so that places stay small numbers and rows stay where they are. */
const BLOCK_ROWS = 10_000;

export interface ChangeGridHandle {
  readonly show: (row: number) => void;
  readonly focus: () => void;
}

interface ChangeGridProps {
  readonly label: string;
  readonly rows: number;
  readonly cache: PageCache<ChangeRow>;
  readonly layoutFor: (viewPx: number) => GridLayout;
  readonly active: number;
  readonly onActive: (row: number) => void;
  readonly onOpen: (row: number) => void;
  readonly handle: Ref<ChangeGridHandle>;
}

/** Rows of any number: only those in view are in the document, and only their pages are read. */
export function ChangeGrid(props: ChangeGridProps) {
  const { label, rows, cache, layoutFor, active, onActive, onOpen, handle } = props;
  useSyncExternalStore(cache.watch, () => cache.version);
  const { rowPx } = useMemo(() => layoutFor(0), [layoutFor]);
  const scroll = useGridScroll({ rows, rowPx, headerPx: HEADER_PX });
  const { area, listTop, scrollLeft, viewWidth } = scroll;
  const layout = useMemo(() => layoutFor(viewWidth), [layoutFor, viewWidth]);
  const span = rowsInView(area, { listTop, rowPx, rows });
  const columns = columnsInView(layout, { scrollLeft, viewPx: viewWidth });
  useWanted(cache, span, rows);

  const show = (row: number) => scroll.scrollTo(topShowingRow(area, { listTop, rowPx, row }));
  useImperativeHandle(handle, () => ({
    show,
    focus: () => scroll.element.current?.focus({ preventScroll: true }),
  }));

  const goTo = (row: number) => {
    const next = Math.min(Math.max(0, row), rows - 1);
    onActive(next);
    show(next);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const viewRows = Math.max(1, Math.floor(area.viewPx / rowPx) - 1);
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => goTo(active + 1),
      ArrowUp: () => goTo(active - 1),
      PageDown: () => goTo(active + viewRows),
      PageUp: () => goTo(active - viewRows),
      Home: () => goTo(0),
      End: () => goTo(rows - 1),
      ArrowRight: () => scroll.scrollLeftTo(scrollLeft + 120),
      ArrowLeft: () => scroll.scrollLeftTo(scrollLeft - 120),
    };
    const move = event.altKey || event.metaKey || event.ctrlKey ? undefined : moves[event.key];
    if (move === undefined || rows === 0) return;
    event.preventDefault();
    move();
  };

  const first = Math.max(0, span.first - SPARE_ROWS);
  const end = Math.min(rows, span.end + SPARE_ROWS);
  const base = Math.floor(first / BLOCK_ROWS) * BLOCK_ROWS;
  // As many as fit, so that a row that leaves the view hands its elements to one that comes.
  const pool = Math.ceil(area.viewPx / rowPx) + 2 + 2 * SPARE_ROWS;
  const width = layout.pinnedPx + (layout.starts.at(-1) ?? 0);
  const all = [...layout.pinned, ...layout.free];
  return (
    <div
      ref={scroll.element}
      className="dx-grid"
      role="grid"
      aria-label={label}
      aria-rowcount={rows + 1}
      aria-colcount={all.length}
      aria-readonly
      tabIndex={0}
      onKeyDown={onKeyDown}
      {...(rows > 0 && active >= first && active < end ? { "aria-activedescendant": rowId(active) } : {})}
    >
      <div role="presentation" style={{ width, height: scrolledPx(area) + HEADER_PX, minWidth: "100%" }}>
        <div role="rowgroup" className="dx-head" style={{ width }}>
          <HeaderRow layout={layout} columns={columns} />
        </div>
        <div role="rowgroup" className="dx-view" style={{ width, height: area.viewPx, top: HEADER_PX }}>
          <div role="presentation" style={{ transform: `translateY(${base * rowPx - listTop}px)` }}>
            {Array.from({ length: Math.max(0, end - first) }, (_, at) => {
              const index = first + at;
              return (
                <ChangeGridRow
                  key={index % pool}
                  index={index}
                  id={rowId(index)}
                  top={(index - base) * rowPx}
                  row={cache.rowAt(index)}
                  layout={layout}
                  firstColumn={columns.first}
                  endColumn={columns.end}
                  active={index === active}
                  onActive={onActive}
                  onOpen={onOpen}
                />
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

const rowId = (index: number) => `change-row-${index}`;

/** What is in view is read at once when the list rests, and not at all while it flies past. */
function useWanted(
  cache: PageCache<ChangeRow>,
  { first, end }: { first: number; end: number },
  rows: number,
) {
  useEffect(() => {
    const from = Math.max(0, first - AHEAD_ROWS);
    const to = Math.min(rows, end + AHEAD_ROWS);
    const timer = setTimeout(() => cache.want(from, to), cache.rowAt(first) === undefined ? REST_MS : 0);
    return () => clearTimeout(timer);
  }, [cache, first, end, rows]);
  useEffect(() => () => cache.stop(), [cache]);
}

interface HeaderRowProps {
  readonly layout: GridLayout;
  readonly columns: { readonly first: number; readonly end: number };
}

function HeaderRow({ layout: { pinned, free, starts }, columns: { first, end } }: HeaderRowProps) {
  let left = 0;
  return (
    <div role="row" aria-rowindex={1} className="dx-head-row">
      {pinned.map(({ id, name, type, px, role, numeric }, at) => {
        const style = { width: px, left };
        left += px;
        return (
          <div
            key={id}
            role="columnheader"
            aria-colindex={at + 1}
            className="dx-cell dx-pinned"
            data-end={at === pinned.length - 1 || undefined}
            data-numeric={numeric || undefined}
            style={style}
            title={type === "" ? name : `${name} ${type}`}
          >
            {role === "kind" ? <span className="sl-visually-hidden">{name}</span> : name}
            {role === "column" && <span className="dx-key-mark"> key</span>}
          </div>
        );
      })}
      <div role="presentation" style={{ width: starts[first] ?? 0, flex: "none" }} />
      {free.slice(first, end).map(({ id, name, type, px, numeric }, at) => (
        <div
          key={id}
          role="columnheader"
          aria-colindex={pinned.length + first + at + 1}
          className="dx-cell"
          data-numeric={numeric || undefined}
          style={{ width: px }}
          title={type === "" ? name : `${name} ${type}`}
        >
          {name}
        </div>
      ))}
    </div>
  );
}
