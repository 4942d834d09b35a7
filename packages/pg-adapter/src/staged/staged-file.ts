import {
  CodedError,
  type ColumnSpec,
  formatQualifiedName,
  parsePatchTableName,
  type QualifiedName,
  type TableSpec,
} from "@syncline/core";
import { type FileTable, REFERENCED_COLUMN } from "@syncline/engine";
import { quoteIdentifier } from "../sql/quote.ts";

/** What is known of the other side: types and collations where the files do not say. */
export interface PartnerTables {
  readonly tenantSchema: string;
  readonly tables: readonly TableSpec[];
  /** As `LockedTables.database`; without it rows must not leave out columns that others have. */
  readonly database?: string | null;
}

export interface StagedFileColumn {
  readonly name: string;
  /** Index into the values of a file's row. */
  readonly at: number;
  /** As the file declares it, or null. */
  readonly declared: string | null;
  readonly partner: ColumnSpec | null;
}

/** One table of row files and the temporary table that its rows go to. */
export interface StagedFile {
  readonly table: FileTable;
  /** As the rest of the comparison knows it. */
  readonly name: QualifiedName;
  readonly relationName: string;
  readonly columns: readonly StagedFileColumn[];
  /** Columns that name a row; empty when nothing does. */
  readonly key: readonly string[];
  readonly partner: TableSpec | null;
  /** Names of the columns that only we see: line, `referenced`, and the indexes of the columns that a row leaves out. */
  readonly hidden: { readonly line: string; readonly referenced: string; readonly omitted: string };
}

/** Plans the staging of the tables that `accept` wants. Rejects files that name one table twice. */
export function planFiles(
  tables: readonly FileTable[],
  tenantSchema: string,
  partner: PartnerTables | null,
  accept: (name: QualifiedName) => boolean,
): StagedFile[] {
  const planned = tables.map((table, index) => planFile(table, index, tenantSchema, partner));
  const seen = new Map<string, string>();
  for (const { name, table } of planned) {
    const text = formatQualifiedName(name);
    const twin = seen.get(text);
    if (twin !== undefined) throw doubled(twin, table.name);
    seen.set(text, table.name);
  }
  return planned.filter(({ name }) => accept(name));
}

/** In the order in which rows are sent. */
export function hiddenColumns({ hidden }: StagedFile): string[] {
  return [hidden.line, hidden.referenced, hidden.omitted];
}

export function quotedRelation(file: StagedFile): string {
  return `pg_temp.${quoteIdentifier(file.relationName)}`;
}

function planFile(
  table: FileTable,
  index: number,
  tenantSchema: string,
  partner: PartnerTables | null,
): StagedFile {
  const parsed = parsePatchTableName(table.name);
  if (parsed === undefined) {
    throw new CodedError("file.damaged", `"${table.name}" is no table name.`, {
      hint: "Write it as users, billing.invoices or with double quotes around odd names.",
    });
  }
  const name = { schema: parsed.schema ?? tenantSchema, name: parsed.name };
  const spec = partnerTable(partner, name, tenantSchema);
  return {
    table,
    name,
    relationName: `syncline_staged_${index}`,
    columns: planColumns(table, spec),
    key: keyOf(table, spec),
    partner: spec,
    hidden: {
      line: freeName(table, "syncline line"),
      referenced: REFERENCED_COLUMN,
      omitted: freeName(table, "syncline omitted"),
    },
  };
}

function planColumns(table: FileTable, spec: TableSpec | null): StagedFileColumn[] {
  const names = new Set<string>();
  return table.columns.flatMap(({ name, type }, at) => {
    if (names.has(name))
      throw new CodedError("file.damaged", `Table "${table.name}" of the files has two columns "${name}".`);
    names.add(name);
    if (name === REFERENCED_COLUMN)
      throw new CodedError(
        "file.damaged",
        `Table "${table.name}" of the files has a column "${name}", a name that is reserved.`,
      );
    const partner = spec?.columns.find((each) => each.name === name) ?? null;
    return partner?.generated === true ? [] : [{ name, at, declared: type, partner }];
  });
}

/** The tenant's own schema counts as the same on both sides. */
function partnerTable(
  partner: PartnerTables | null,
  name: QualifiedName,
  tenantSchema: string,
): TableSpec | null {
  if (partner === null) return null;
  const schema = name.schema === tenantSchema ? partner.tenantSchema : name.schema;
  return partner.tables.find((each) => each.name.schema === schema && each.name.name === name.name) ?? null;
}

/** As the file says, else the other side's first key without NULL. */
function keyOf(table: FileTable, spec: TableSpec | null): readonly string[] {
  const has = (columns: readonly string[]) =>
    columns.every((column) => table.columns.some(({ name }) => name === column));
  if (table.key.length > 0) {
    if (has(table.key)) return table.key;
    const missing = table.key.find((column) => !table.columns.some(({ name }) => name === column)) ?? "";
    throw new CodedError(
      "file.damaged",
      `Table "${table.name}" of the files lacks its key column "${missing}".`,
    );
  }
  return spec?.keys.find((key) => !key.nullable && has(key.columns))?.columns ?? [];
}

function freeName(table: FileTable, wanted: string): string {
  return table.columns.some(({ name }) => name === wanted) ? freeName(table, `${wanted}_`) : wanted;
}

function doubled(first: string, second: string): CodedError {
  return new CodedError(
    "file.damaged",
    `The files hold table "${first}" twice${first === second ? "" : `, also as "${second}"`}.`,
    {
      hint: "Keep one file a table.",
    },
  );
}
