import { CodedError } from "../errors/coded-error.ts";
import type { TableSpec } from "../schema/table-spec.ts";
import { parseTableSelection } from "../values/parse-endpoint-locator.ts";
import { formatQualifiedName } from "../values/qualified-name.ts";
import { type CheckedFilter, checkFilter } from "./check-filter.ts";
import type { FilterDocument } from "./filter-ast.ts";
import { filterError, suggest } from "./filter-error.ts";

/** The document's filter for one table, judged against it; null when all of its rows are meant. */
export function checkTableFilter(document: FilterDocument, table: TableSpec): CheckedFilter | null {
  const own = [...document.tables].find(([name]) => namesTable(name, table));
  const filter = own?.[1] ?? document.where;
  if (filter === null) return null;
  try {
    return checkFilter(filter, table);
  } catch (error) {
    throw own === undefined ? withTablesHint(error, table) : error;
  }
}

/** Refuses a document that names a table which is not there: its filter would silently not hold. */
export function assertFilterTables(document: FilterDocument, tables: readonly TableSpec[]): void {
  const names = tables.map((table) => formatQualifiedName(table.name));
  for (const name of document.tables.keys()) {
    if (tables.some((table) => namesTable(name, table))) continue;
    throw filterError(
      `tables[${JSON.stringify(name)}]`,
      `no such table takes part${suggest(name, names)}`,
      `Tables: ${names.join(", ")}.`,
    );
  }
}

/** `users` names it in every schema, `billing.users` in one; quoted as in a locator. */
function namesTable(name: string, table: TableSpec): boolean {
  const selection = parseTableSelection(name);
  if (selection.kind !== "named" || selection.names.length !== 1) return false;
  return selection.names.every(
    (wanted) =>
      wanted.name === table.name.name && (wanted.schema === null || wanted.schema === table.name.schema),
  );
}

function withTablesHint(error: unknown, table: TableSpec): unknown {
  if (!(error instanceof CodedError) || error.details.missingColumn === undefined) return error;
  const name = table.name.name;
  const hint = `${error.hint === undefined ? "" : `${error.hint} `}"where" holds for every table; for a filter of its own write {"tables": {"${name}": {"where": {…}}}}.`;
  return new CodedError(error.code, error.message, {
    hint,
    details: { ...error.details, table: formatQualifiedName(table.name) },
  });
}
