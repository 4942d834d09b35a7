import { CodedError, formatQualifiedName, type PatchTable } from "@syncline/core";
import type { TableInfo } from "../catalog/table-info.ts";

/**
 * Refuses a patch that was made for another shape of the table. A forced application only needs the patch's own
 * columns to be there with their types.
 */
export function checkShape(patchTable: PatchTable, info: TableInfo, forced: boolean): void {
  const differences = columnDifferences(patchTable, info);
  const stale = patchTable.fingerprint !== "" && patchTable.fingerprint !== info.spec.fingerprint;
  if (differences.length === 0 && (!stale || forced)) return;
  const table = formatQualifiedName(info.spec.name);
  const what = differences.length > 0 ? differences.join("; ") : extraDifferences(patchTable, info);
  throw new CodedError(
    "schema.changed",
    `Table "${table}" is not as it was when the patch was made: ${what}.`,
    {
      hint: "Compare again and make a new patch.",
      details: { table, differences },
    },
  );
}

function columnDifferences(patchTable: PatchTable, info: TableInfo): string[] {
  const columns = new Map(info.spec.columns.map((column) => [column.name, column]));
  return [
    ...patchTable.columns,
    ...patchTable.key
      .filter((key) => !patchTable.columns.some(([name]) => name === key))
      .map((key) => [key, null] as const),
  ].flatMap(([name, type]) => {
    const column = columns.get(name);
    if (column === undefined) return [`column "${name}" is missing`];
    if (column.generated) return [`column "${name}" is generated`];
    const found = localType(column.type.name, info);
    return type === null || type === found || type === column.type.name || type === column.type.base
      ? []
      : [`column "${name}" is ${found}, the patch expects ${type}`];
  });
}

function extraDifferences(patchTable: PatchTable, info: TableInfo): string {
  const carried = new Set(patchTable.columns.map(([name]) => name));
  const added = info.spec.columns.filter((column) => !column.generated && !carried.has(column.name));
  return added.length > 0
    ? added.map((column) => `column "${column.name}" is new or was left out`).join("; ")
    : "keys, NOT NULL or generated columns differ";
}

/** Types of the table's own schema count without it, as in the fingerprint. */
function localType(type: string, info: TableInfo): string {
  const { schema } = info.spec.name;
  const prefix = [`${schema}.`, `"${schema.replaceAll('"', '""')}".`].find((each) => type.startsWith(each));
  return prefix === undefined ? type : type.slice(prefix.length);
}
