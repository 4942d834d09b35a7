import { CodedError } from "../errors/coded-error.ts";
import type { PatchOperation, PatchTable } from "./patch.ts";

const KINDS = ["insert", "update", "delete"] as const;
const TERM = /\s*(key\.(?:"(?:[^"]|"")+"|[^=,"]+)|[a-z]+)\s*=\s*("(?:[^"]|"")*"|[^,"]*)\s*(,|$)/y;

/** `table=users,kind=update|delete,key=17` or, with several key columns, `key.tenant=4,key.id=17`. */
export interface PatchSelection {
  readonly text: string;
  readonly table: string | null;
  readonly kinds: readonly PatchOperation["op"][] | null;
  /** The value of a key of one column. */
  readonly key: string | null;
  /** Values of key columns by name. */
  readonly keyColumns: ReadonlyMap<string, string>;
}

/** Reads one `--select`; throws `usage.invalid` naming the part that is wrong. Quoted values may hold commas. */
export function parsePatchSelection(text: string): PatchSelection {
  const terms = readTerms(text);
  const kind = terms.get("kind");
  const keyColumns = new Map<string, string>();
  for (const [name, value] of terms) {
    if (name.startsWith("key.")) keyColumns.set(unquoted(name.slice(4)), value);
    else if (!["table", "kind", "key"].includes(name)) throw invalid(text, `it knows no "${name}"`);
  }
  if (keyColumns.size > 0 && terms.has("key"))
    throw invalid(text, '"key" and "key.<column>" exclude each other');
  const { table = null, key = null } = { table: terms.get("table"), key: terms.get("key") };
  return { text, table, key, keyColumns, kinds: kind === undefined ? null : parseKinds(text, kind) };
}

function readTerms(text: string): ReadonlyMap<string, string> {
  const terms = new Map<string, string>();
  TERM.lastIndex = 0;
  let comma = true;
  while (comma) {
    const at = TERM.lastIndex;
    const [, name, value, separator] = TERM.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw invalid(text, `expected name=value at character ${at + 1}`);
    if (terms.has(name)) throw invalid(text, `"${name}" stands twice`);
    terms.set(name, unquoted(value));
    comma = separator === ",";
  }
  return terms;
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.trim();
}

function parseKinds(text: string, value: string): readonly PatchOperation["op"][] {
  return value.split("|").map((part) => {
    const kind = KINDS.find((known) => known === part.trim());
    if (kind === undefined) throw invalid(text, `kind must be insert, update or delete, found "${part}"`);
    return kind;
  });
}

function invalid(text: string, problem: string): CodedError {
  return new CodedError("usage.invalid", `The selection "${text}" cannot be used: ${problem}.`, {
    hint: 'Write it like table=users,kind=update|delete,key=17; a key of several columns like key.tenant=4,key.id=17; quote odd values: key="a,b".',
  });
}

/** Whether an operation is one of the selected; refuses tables and key columns that the patch does not have. */
export function createPatchFilter(
  selections: readonly PatchSelection[],
  tables: readonly PatchTable[],
): (operation: PatchOperation) => boolean {
  for (const selection of selections) checkSelection(selection, tables);
  return (operation) => selections.some((selection) => matches(selection, operation));
}

function checkSelection(selection: PatchSelection, tables: readonly PatchTable[]): void {
  const chosen = selection.table === null ? tables : tables.filter((table) => table.name === selection.table);
  if (chosen.length === 0) {
    const names = tables.slice(0, 20).map((table) => `"${table.name}"`);
    throw invalid(selection.text, `the patch has no table "${selection.table}", only ${names.join(", ")}`);
  }
  const fits = (table: PatchTable) =>
    (selection.key === null || table.key.length === 1) &&
    [...selection.keyColumns.keys()].every((column) => table.key.includes(column));
  if (chosen.some(fits)) return;
  const keys = chosen
    .slice(0, 5)
    .map((table) => `"${table.name}" (${table.key.map((column) => `"${column}"`).join(", ") || "none"})`);
  throw invalid(selection.text, `its key is not the key of ${keys.join(", ")}`);
}

function matches(selection: PatchSelection, operation: PatchOperation): boolean {
  if (selection.table !== null && operation.table !== selection.table) return false;
  if (selection.kinds !== null && !selection.kinds.includes(operation.op)) return false;
  if (
    selection.key !== null &&
    (operation.key.size !== 1 || [...operation.key.values()][0] !== selection.key)
  )
    return false;
  return [...selection.keyColumns].every(([column, value]) => operation.key.get(column) === value);
}
