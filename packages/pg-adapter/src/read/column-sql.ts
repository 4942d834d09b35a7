import type { CanonicalForm, ColumnForm, KeyColumnForm } from "@syncline/core";

/** The text of a type's output function. A cast to text would trim char(n) and follow casts of extensions. */
export function outputText(column: string): string {
  return `CASE WHEN pg_catalog.num_nulls(${column}) = 0 THEN pg_catalog.format('%s', ${column}) END`;
}

/** The expression whose binary form stands for the column in the row's bytes. */
export function formSql(form: ColumnForm, column: string): string {
  switch (form.kind) {
    case "as-is":
      return column;
    case "float":
      return `CASE WHEN ${column} = 'NaN' THEN 'NaN' ELSE ${column} END`;
    case "output":
      return outputText(column);
    case "numeric-value":
      return `pg_catalog.trim_scale(${column}::pg_catalog.numeric)`;
    case "cast":
      return `${column}::${form.type}`;
  }
}

/** One form for all key values that the type's own equality takes as equal. */
export function canonicalSql(form: CanonicalForm, column: string): string {
  switch (form.kind) {
    case "lower":
      return `pg_catalog.lower(${outputText(column)} COLLATE pg_catalog."default")`;
    case "trimmed-text":
      return `${column}::pg_catalog.text`;
    case "float-key":
      return `CASE WHEN ${column} = 0 THEN 0 WHEN ${column} = 'NaN' THEN 'NaN' ELSE ${column} END`;
    case "interval":
      return intervalSql(column);
    default:
      return formSql(form, column);
  }
}

/** Microseconds with months of 30 days, exactly, as the interval's own comparison has it. */
function intervalSql(column: string): string {
  const field = (name: string) => `EXTRACT(${name} FROM ${column})`;
  const days = `((${field("YEAR")} * 12 + ${field("MONTH")}) * 30 + ${field("DAY")})`;
  const time = `${field("HOUR")} * 3600000000 + ${field("MINUTE")} * 60000000 + ${field("MICROSECONDS")}`;
  const infinite = `CASE WHEN ${column} > '0' THEN 'Infinity'::pg_catalog.numeric ELSE '-Infinity'::pg_catalog.numeric END`;
  return `CASE WHEN pg_catalog.isfinite(${column}) THEN pg_catalog.trim_scale((${days} * 86400000000 + ${time})::pg_catalog.numeric) ELSE ${infinite} END`;
}

/** The expression by which a key column sorts by itself. */
export function keyOrderSql(form: KeyColumnForm, column: string): string {
  const value = form.cast === null ? column : `${column}::${form.cast}`;
  return form.order === "text" ? `${value} COLLATE pg_catalog."C"` : value;
}

export function keyCanonicalSql(form: KeyColumnForm, column: string): string {
  const { canonical } = form;
  if (canonical.kind === "cast" || form.cast === null) return canonicalSql(canonical, column);
  return canonicalSql(canonical, canonical.kind === "output" ? column : `(${column}::${form.cast})`);
}
