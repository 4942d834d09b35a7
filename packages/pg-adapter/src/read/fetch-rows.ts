import type { ColumnForm, RowImage } from "@syncline/core";
import type { FetchedRow } from "@syncline/engine";
import type { TextRow } from "../connection/read-session.ts";
import { formSql } from "./column-sql.ts";
import { column, type TableSql } from "./row-sql.ts";

/** The columns of a fetch and how their texts become a fetched row. */
export interface FetchShape {
  readonly select: string;
  toRow(texts: TextRow, from: number): FetchedRow;
}

/**
 * Key columns, carried columns, then the common form of columns whose texts can differ for one value. Columns are
 * selected as they are, so their text is that of the output function.
 */
export function fetchShape(sql: TableSql): FetchShape {
  const { carried, key } = sql.plan;
  const keys = key?.columns.map(({ name }) => column(name)) ?? [];
  const special = carried.flatMap(({ name, form }, index) =>
    isSpecial(form) ? [{ index, sql: formSql(form, column(name)) }] : [],
  );
  const passes = sql.filter === null ? "true" : `(${sql.filter}) IS TRUE`;
  const parts = [
    passes,
    ...keys,
    ...carried.map(({ name }) => column(name)),
    ...special.map((each) => each.sql),
  ];
  return {
    select: parts.join(", "),
    toRow(texts, from) {
      const imageAt = from + 1 + keys.length;
      const image = texts.slice(imageAt, imageAt + carried.length);
      const comparable =
        special.length === 0 ? image : withForms(image, special, texts, imageAt + carried.length);
      return { passes: texts[from] === "t", key: texts.slice(from + 1, imageAt), image, comparable };
    },
  };
}

function withForms(
  image: RowImage,
  special: readonly { readonly index: number }[],
  texts: TextRow,
  from: number,
): RowImage {
  const comparable = [...image];
  special.forEach(({ index }, at) => {
    comparable[index] = texts[from + at] ?? null;
  });
  return comparable;
}

function isSpecial(form: ColumnForm | null): form is ColumnForm {
  return form !== null && (form.kind === "cast" || form.kind === "numeric-value");
}
