import { countText } from "../../../components/number-text.ts";
import { ValueView } from "../../../components/value-view.tsx";
import { type ChangeRow, cutLength, textOf } from "../change-row.ts";
import { type ShownPart, shownChange } from "../values/changed-parts.ts";
import { MarkedText } from "../values/marked-text.tsx";
import type { GridColumn } from "./grid-columns.ts";

const LETTER_PX = 7.9;
const MOST_LETTERS = 160;

interface CellProps {
  readonly row: ChangeRow;
  readonly column: GridColumn;
}

const lettersOf = ({ px }: GridColumn) => Math.min(MOST_LETTERS, Math.ceil(px / LETTER_PX) + 2);

/** Keys do not change: an update has them once. */
export function KeyCell({ row, column }: CellProps) {
  const value = textOf(row.key, column.name);
  return (
    <span className="dx-line">
      <ValueView value={value} limit={lettersOf(column)} />
    </span>
  );
}

/** Old over new of an update; one value of rows that come or go. */
export function ChangeCell({ row, column }: CellProps) {
  const { name } = column;
  const limit = lettersOf(column);
  const [old, next] = [textOf(row.before, name), textOf(row.after, name)];
  if (row.kind !== "update") {
    const side = row.kind === "insert" ? "new" : "old";
    return (
      <OneValue value={row.kind === "insert" ? next : old} limit={limit} cut={cutLength(row, side, name)} />
    );
  }
  if (old === undefined || next === undefined)
    return (
      <span className="dx-same" title="equal on both sides">
        <span aria-hidden>·</span>
        <span className="sl-visually-hidden">equal</span>
      </span>
    );
  const [oldCut, newCut] = [cutLength(row, "old", name), cutLength(row, "new", name)];
  if (old === next && oldCut !== undefined && newCut !== undefined)
    return <DiffersLater value={old} limit={limit} cut={newCut} />;
  const parts = isPlain(old) && isPlain(next) ? shownChange(old, next, limit) : null;
  return (
    <span className="dx-pair">
      <del className="dx-line dx-old">
        <Side value={old} parts={parts?.old} limit={limit} cut={oldCut} />
      </del>
      <ins className="dx-line dx-new">
        <Side value={next} parts={parts?.new} limit={limit} cut={newCut} />
      </ins>
    </span>
  );
}

const isPlain = (value: string | null): value is string => value !== null && value !== "";

interface SideProps {
  readonly value: string | null;
  readonly parts: readonly ShownPart[] | undefined;
  readonly limit: number;
  readonly cut: number | undefined;
}

function Side({ value, parts, limit, cut }: SideProps) {
  if (parts === undefined) return <OneValue value={value} limit={limit} cut={cut} />;
  return (
    <>
      <MarkedText parts={parts} />
      <CutMark length={cut} />
    </>
  );
}

interface OneValueProps {
  readonly value: string | null | undefined;
  readonly limit: number;
  readonly cut: number | undefined;
}

function OneValue({ value, limit, cut }: OneValueProps) {
  return (
    <span className="dx-line">
      <ValueView value={value} limit={limit} />
      <CutMark length={cut} />
    </span>
  );
}

/** That there is more of a value than was sent. */
function CutMark({ length }: { readonly length: number | undefined }) {
  if (length === undefined) return null;
  return <span className="dx-cut">{countText(length)} characters</span>;
}

/** Both are alike as far as the list has them. */
function DiffersLater({ value, limit, cut }: OneValueProps) {
  return (
    <span className="dx-pair">
      <span className="dx-line">
        <ValueView value={value} limit={limit} />
      </span>
      <span className="dx-line">
        <span className="dx-cut dx-later">differs further on</span>
        <CutMark length={cut} />
      </span>
    </span>
  );
}

const MOST_PIECES = 6;
const PIECE_LETTERS = 28;

/** What changes in one line, for rows of several tables. */
export function SummaryCell({ row }: { readonly row: ChangeRow }) {
  const columns = row.columns.filter((name) => row.kind === "update" || !Object.hasOwn(row.key, name));
  return (
    <span className="dx-line">
      {columns.slice(0, MOST_PIECES).map((name) => (
        <span key={name} className="dx-piece">
          <span className="dx-piece-name">{name} </span>
          {differsLater(row, name) && <span className="dx-cut">differs further on</span>}
          {row.kind === "update" && (
            <>
              <ShortSide row={row} name={name} side="old" />
              <span className="dx-arrow"> → </span>
            </>
          )}
          <ShortSide row={row} name={name} side={row.kind === "delete" ? "old" : "new"} />
        </span>
      ))}
      {columns.length > MOST_PIECES && (
        <span className="dx-piece-name">and {countText(columns.length - MOST_PIECES)} more</span>
      )}
    </span>
  );
}

function differsLater(row: ChangeRow, name: string): boolean {
  return (
    row.kind === "update" &&
    cutLength(row, "old", name) !== undefined &&
    textOf(row.before, name) === textOf(row.after, name)
  );
}

function ShortSide({ row, name, side }: { row: ChangeRow; name: string; side: "old" | "new" }) {
  const [old, next] = [textOf(row.before, name), textOf(row.after, name)];
  const value = side === "old" ? old : next;
  if (
    row.kind === "update" &&
    typeof old === "string" &&
    typeof next === "string" &&
    old !== "" &&
    next !== ""
  ) {
    const parts = shownChange(old, next, PIECE_LETTERS)[side];
    return (
      <span className={side === "old" ? "dx-old" : "dx-new"}>
        <MarkedText parts={parts} />
      </span>
    );
  }
  return <ValueView value={value} limit={PIECE_LETTERS} />;
}
