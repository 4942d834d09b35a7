import {
  type MergeConflict,
  type PatchRow,
  type PatchTable,
  ValueDisplay,
  visibleText,
} from "@syncline/core";
import { formatColumns } from "../../render/text-table.ts";

const NARROWEST = 14;
const CONTEXT = 6;
/** What stands around three cells of a line. */
const FRAME = 14;

export interface ConflictViewOptions {
  /** Characters of a line of the terminal. */
  readonly width: number;
  /** What theirs is called: `source`, `patch`. */
  readonly theirs: string;
}

/**
 * The versions of a row beside each other: the key, then every column in which they differ. `!` marks an undecided
 * column, `*` a cell that is not as in the base.
 */
export function conflictLines(
  conflict: MergeConflict,
  table: PatchTable,
  { width, theirs }: ConflictViewOptions,
): string[] {
  const knowsBase = hasBase(conflict);
  const sides = knowsBase ? (["base", "ours", "theirs"] as const) : (["ours", "theirs"] as const);
  const names = { base: "base", ours: "ours (target)", theirs: `theirs (${theirs})` };
  const columns = shownColumns(conflict, table);
  const longestName = Math.max(6, ...columns.map((column) => column.length));
  const room = Math.max(NARROWEST, Math.floor((width - FRAME - longestName) / sides.length));
  const display = new ValueDisplay(table);
  const lines = columns.map((column) => {
    const texts = sides.map((side) => cellText(display, conflict[side], column));
    const marks = sides.map((side) => knowsBase && side !== "base" && differs(conflict, side, column));
    const cut = cutTogether(texts, room);
    const mark = conflict.columns.includes(column) ? "!" : " ";
    return [`  ${mark} ${visibleText(column)}`, ...cut.map((text, at) => `${marks[at] ? "*" : " "} ${text}`)];
  });
  const head = ["    column", ...sides.map((side) => `  ${names[side]}`)];
  const same = table.columns.length - columns.length;
  const note =
    same > 0 ? [`    (${same === 1 ? "1 more column is" : `${same} more columns are`} the same)`] : [];
  return [...formatColumns([head, ...lines], ["left", "left", "left", "left"]), ...note];
}

/** In a comparison of two sides nothing is known of a base. */
export function hasBase({ base, kind }: MergeConflict): boolean {
  return base !== null || kind === "insert-insert";
}

function shownColumns(conflict: MergeConflict, table: PatchTable): string[] {
  const { base, ours, theirs } = conflict;
  const rows = [base, ours, theirs].filter((row) => row !== null);
  return table.columns
    .map(([name]) => name)
    .filter((name) => {
      const known = rows.filter((row) => row.has(name)).map((row) => row.get(name));
      return conflict.columns.includes(name) || conflict.key.has(name) || new Set(known).size > 1;
    });
}

function cellText(display: ValueDisplay, row: PatchRow | null, column: string): string {
  if (row === null) return "no row";
  return row.has(column) ? display.value(column, row.get(column) ?? null) : "";
}

function differs({ base, ...sides }: MergeConflict, side: "ours" | "theirs", column: string): boolean {
  const row = sides[side];
  if (row === null || base === null) return row !== base;
  return row.has(column) && row.get(column) !== base.get(column);
}

/** Texts that do not fit begin shortly before their first difference. */
function cutTogether(texts: readonly string[], room: number): string[] {
  if (texts.every((text) => text.length <= room)) return [...texts];
  const long = texts.filter((text) => text.length > room);
  const start = Math.max(0, commonPrefix(long.length > 1 ? long : texts) - CONTEXT);
  return texts.map((text) => (text.length <= room ? text : cut(text, start, room)));
}

function cut(text: string, start: number, room: number): string {
  const from = Math.min(start, text.length - room + 1);
  const head = from > 0 ? "…" : "";
  const rest = text.slice(from, from + room - head.length);
  return from + room - head.length < text.length ? `${head}${rest.slice(0, -1)}…` : head + rest;
}

function commonPrefix([first = "", ...rest]: readonly string[]): number {
  for (let at = 0; at < first.length; at += 1)
    if (rest.some((text) => text.charAt(at) !== first.charAt(at))) return at;
  return first.length;
}
