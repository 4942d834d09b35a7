import { CodedError } from "../errors/coded-error.ts";
import type { ColumnSpec } from "../schema/table-spec.ts";
import { formatQualifiedName } from "../values/qualified-name.ts";
import { agreeKey, type KeyAgreement } from "./agree-key.ts";
import { agreeForm, type ColumnForm } from "./column-form.ts";
import type { TablePair } from "./pair-tables.ts";

/** A column that both sides have; `form` is null when it is carried but not compared. */
export interface PairedColumn {
  readonly source: ColumnSpec;
  readonly target: ColumnSpec;
  readonly form: ColumnForm | null;
}

export interface TableAgreement extends TablePair {
  /** Columns that inserts and deletes carry, in the target's order. */
  readonly columns: readonly PairedColumn[];
  /** Null when rows have no identity. */
  readonly key: KeyAgreement | null;
}

export interface AgreementOptions {
  /** Target column by source column. */
  readonly columnMap: ReadonlyMap<string, string>;
  /** Target's names of the only columns to compare, or null. */
  readonly fields: ReadonlySet<string> | null;
  readonly ignoreFields: ReadonlySet<string>;
  /** Key columns that the user chose, target's names, or null. */
  readonly key: readonly string[] | null;
  /** Columns that only one side has: refused, or left out of everything. */
  readonly unpaired?: "refuse" | "keep";
}

/** Decides how two tables are compared. Refuses columns without a partner and types without a common form. */
export function agreeTable(pair: TablePair, options: AgreementOptions): TableAgreement {
  const columns = pairColumns(pair, options);
  return { ...pair, columns, key: agreeKey(pair, columns, options) };
}

function pairColumns(pair: TablePair, options: AgreementOptions): PairedColumn[] {
  const sourceByTarget = new Map<string, ColumnSpec>();
  const paired: PairedColumn[] = [];
  const problems: string[] = [];
  for (const column of mappedFirst(pair.source.columns, options)) {
    const name = targetName(column.name, options);
    if (!sourceByTarget.has(name)) sourceByTarget.set(name, column);
    else if (options.columnMap.has(column.name)) throw pairedTwice(pair, name);
    else if (!column.generated && isCompared(name, options)) {
      problems.push(
        `"${column.name}" is only in the source, because its partner is paired with another column`,
      );
    }
  }
  for (const target of pair.target.columns) {
    const source = sourceByTarget.get(target.name);
    sourceByTarget.delete(target.name);
    if (target.generated) continue;
    if (source === undefined) {
      if (refusesUnpaired(target.name, options)) problems.push(`"${target.name}" is only in the target`);
      continue;
    }
    const agreed = agreeForm(source, target);
    if (!isCompared(target.name, options)) paired.push({ source, target, form: null });
    else if ("form" in agreed) paired.push({ source, target, form: agreed.form });
    else problems.push(`"${target.name}" is ${agreed.mismatch}`);
  }
  for (const [name, column] of sourceByTarget) {
    if (!column.generated && refusesUnpaired(name, options))
      problems.push(`"${column.name}" is only in the source`);
  }
  if (problems.length > 0) throw columnsDiffer(pair, problems);
  return paired;
}

/** A column that the map names has the first claim on its partner, before one that is merely called alike. */
function mappedFirst(columns: readonly ColumnSpec[], { columnMap }: AgreementOptions): ColumnSpec[] {
  const isMapped = (column: ColumnSpec) => columnMap.has(column.name);
  return [...columns.filter(isMapped), ...columns.filter((column) => !isMapped(column))];
}

function pairedTwice(pair: TablePair, column: string): CodedError {
  const table = formatQualifiedName(pair.target.name);
  const message = `--map-column pairs column "${column}" of table "${table}" with two columns of the source.`;
  return new CodedError("usage.invalid", message, { hint: "Each column can have one partner." });
}

function targetName(source: string, { columnMap }: AgreementOptions): string {
  return columnMap.get(source) ?? source;
}

function isCompared(name: string, { fields, ignoreFields }: AgreementOptions): boolean {
  return fields === null ? !ignoreFields.has(name) : fields.has(name) && !ignoreFields.has(name);
}

function refusesUnpaired(name: string, options: AgreementOptions): boolean {
  return options.unpaired !== "keep" && isCompared(name, options);
}

function columnsDiffer(pair: TablePair, problems: readonly string[]): CodedError {
  const [source, target] = [formatQualifiedName(pair.source.name), formatQualifiedName(pair.target.name)];
  const names = problems.map((problem) => /^"(.*?)" is/s.exec(problem)?.[1] ?? "");
  return new CodedError(
    "schema.mismatch",
    `The columns of "${source}" in the source and "${target}" in the target differ: ${problems.join("; ")}.`,
    {
      hint: `Leave them out with --ignore-fields ${names.join(",")}, or pair columns of different names with --map-column.`,
      details: { source, target, problems },
    },
  );
}
