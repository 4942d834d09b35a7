import { memo } from "react";
import { KIND_GLYPHS, KIND_WORDS } from "../../../components/kind-glyph.tsx";
import { counted, countText } from "../../../components/number-text.ts";
import { type ChangeRow, keyText } from "../change-row.ts";
import { ChangeCell, KeyCell, SummaryCell } from "./change-cell.tsx";
import type { GridColumn, GridLayout } from "./grid-columns.ts";

interface ChangeGridRowProps {
  readonly index: number;
  readonly id: string;
  readonly top: number;
  /** Undefined: not read yet. */
  readonly row: ChangeRow | undefined;
  readonly layout: GridLayout;
  readonly firstColumn: number;
  readonly endColumn: number;
  readonly active: boolean;
  readonly onActive: (row: number) => void;
  readonly onOpen: (row: number) => void;
}

/** One row of the grid. Drawn anew only when something of it changes: while the list is scrolled it moves with it. */
export const ChangeGridRow = memo(function ChangeGridRow(props: ChangeGridRowProps) {
  const { index, id, top, row, layout, firstColumn, endColumn, active, onActive, onOpen } = props;
  const { pinned, free, starts, rowPx } = layout;
  const columns = free.slice(firstColumn, endColumn);
  let left = 0;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys.
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={active}
      className="dx-row"
      data-kind={row?.kind}
      data-n={row?.n}
      style={{ top, height: rowPx }}
      onClick={() => {
        onActive(index);
        if (row !== undefined && !isSelecting()) onOpen(index);
      }}
    >
      {pinned.map((column, at) => {
        const style = { width: column.px, left };
        left += column.px;
        return (
          <div
            key={column.id}
            role="gridcell"
            aria-colindex={at + 1}
            className="dx-cell dx-pinned"
            data-end={at === pinned.length - 1 || undefined}
            data-numeric={column.numeric || undefined}
            style={style}
          >
            <Cell row={row} column={column} />
          </div>
        );
      })}
      <div role="presentation" style={{ width: starts[firstColumn] ?? 0, flex: "none" }} />
      {columns.map((column, at) => (
        <div
          key={column.id}
          role="gridcell"
          aria-colindex={pinned.length + firstColumn + at + 1}
          className="dx-cell"
          data-numeric={column.numeric || undefined}
          style={{ width: column.px }}
        >
          <Cell row={row} column={column} />
        </div>
      ))}
    </div>
  );
});

function Cell({ row, column }: { readonly row: ChangeRow | undefined; readonly column: GridColumn }) {
  if (row === undefined)
    return column.role === "kind" ? (
      <span className="sl-visually-hidden">Loading</span>
    ) : (
      <span className="dx-skeleton" aria-hidden />
    );
  switch (column.role) {
    case "kind":
      return (
        <span style={{ display: "grid", justifyItems: "center" }}>
          <span className={`sl-mono dx-glyph sl-tint-${row.kind}`} title={KIND_WORDS[row.kind]}>
            <span aria-hidden>{KIND_GLYPHS[row.kind]}</span>
            <span className="sl-visually-hidden">{KIND_WORDS[row.kind]}</span>
          </span>
          {row.count > 1 && (
            <span
              className="sl-mono"
              title={counted(row.count, "identical row")}
              style={{ fontSize: "0.6875rem", lineHeight: 1.1 }}
            >
              ×{countText(row.count)}
            </span>
          )}
        </span>
      );
    case "table":
      return (
        <span className="sl-mono dx-line" title={row.table}>
          {row.table}
        </span>
      );
    case "key":
      return (
        <span className="sl-mono dx-line" title={keyText(row)}>
          {keyText(row)}
        </span>
      );
    case "changes":
      return <SummaryCell row={row} />;
    case "column":
      return Object.hasOwn(row.key, column.name) ? (
        <KeyCell row={row} column={column} />
      ) : (
        <ChangeCell row={row} column={column} />
      );
  }
}

/** Somebody marks a text to copy it: that is no click. */
function isSelecting(): boolean {
  return document.getSelection()?.type === "Range";
}
