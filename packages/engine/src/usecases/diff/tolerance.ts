import {
  CodedError,
  isNamed,
  type PairedColumn,
  parseTolerance,
  type RowValue,
  suggestNames,
  type TableAgreement,
  type Tolerance,
} from "@syncline/core";

/** Says whether two texts of a column count as equal. */
export interface ColumnTolerance {
  accepts(before: RowValue, after: RowValue): boolean;
}

/** The tolerance of each carried column; `table.column` wins over `column`. */
export function tolerancesOf(
  agreement: TableAgreement,
  wanted: ReadonlyMap<string, string>,
): readonly (ColumnTolerance | null)[] {
  return agreement.columns.map((column) => {
    const name = column.target.name;
    const own = [...wanted].find(([field]) => isOwn(agreement, field, name))?.[1];
    const text = own ?? wanted.get(name);
    return text === undefined || column.form === null ? null : toleranceOf(column, text);
  });
}

function isOwn(agreement: TableAgreement, field: string, column: string): boolean {
  const dot = field.lastIndexOf(".");
  return dot > 0 && field.slice(dot + 1) === column && isNamed(agreement.target.name, field.slice(0, dot));
}

function toleranceOf(column: PairedColumn, text: string): ColumnTolerance {
  const tolerance: Tolerance = parseTolerance(column.target, text);
  return {
    accepts: (before, after) => before !== null && after !== null && tolerance.accepts(before, after),
  };
}

/** Every tolerance must name a compared column of some table. */
export function assertTolerances(
  agreements: readonly TableAgreement[],
  wanted: ReadonlyMap<string, string>,
): void {
  for (const field of wanted.keys()) {
    const names = (agreement: TableAgreement) => agreement.columns.map((column) => column.target.name);
    const known = agreements.some((agreement) =>
      names(agreement).some((name) => name === field || isOwn(agreement, field, name)),
    );
    if (known) continue;
    throw new CodedError("column.not_found", `No compared table has the column "${field}" of --tolerance.`, {
      hint: suggestNames(field, [...new Set(agreements.flatMap(names))], "columns"),
    });
  }
}
