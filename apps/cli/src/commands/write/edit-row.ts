import {
  type MergeConflict,
  type PatchRow,
  type PatchTable,
  type RowValue,
  ValueDisplay,
} from "@syncline/core";
import type { Session } from "../../session.ts";

/** Asks for the values of the undecided columns, one after the other. */
export async function editRow(
  { people }: Session,
  conflict: MergeConflict,
  table: PatchTable,
): Promise<PatchRow> {
  const start: PatchRow = conflict.ours ?? conflict.theirs ?? conflict.base ?? new Map();
  const display = new ValueDisplay(table);
  const types = new Map(table.columns);
  people.tell(
    "  Enter keeps the value in brackets, NULL is none, text that looks like either goes in double quotes.",
  );
  const edited = new Map<string, RowValue>();
  for (const column of editedColumns(conflict, table)) {
    const value = start.get(column) ?? null;
    const typed = await people.ask(`  ${column} [${display.value(column, value)}]: `);
    edited.set(column, readTyped(typed, { value, type: types.get(column) ?? "text" }));
  }
  return conflict.ours === null ? new Map([...start, ...edited]) : edited;
}

/** The undecided columns; of a row that is undecided as a whole, those that differ from the base. */
function editedColumns({ columns, base, ours, theirs, key }: MergeConflict, table: PatchTable): string[] {
  const names = table.columns.map(([name]) => name).filter((name) => !key.has(name));
  if (columns.length > 0) return names.filter((name) => columns.includes(name));
  const row = ours ?? theirs;
  const differing = names.filter((name) => row?.get(name) !== base?.get(name));
  return differing.length > 0 ? differing : names;
}

/** What a typed line means. */
export function readTyped(
  typed: string,
  { value, type }: { readonly value: RowValue; readonly type: string },
): RowValue {
  if (typed === "") return value;
  if (typed.trim() === "NULL") return null;
  if (type === "boolean" && /^(true|false)$/i.test(typed.trim())) return typed.trim().charAt(0).toLowerCase();
  return unquoted(typed) ?? typed;
}

function unquoted(typed: string): string | undefined {
  if (!/^".*"$/.test(typed.trim())) return undefined;
  try {
    const text: unknown = JSON.parse(typed.trim());
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}
