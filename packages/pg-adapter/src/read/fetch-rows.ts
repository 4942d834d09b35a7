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

/** Expressions over `t` that tell whether a row passes the filter and lies in the scope. */
export interface RowFacts {
  readonly passes: string;
  readonly inScope: string;
}

/** Of rows that came out of a stream, which held both. */
export const STREAMED: RowFacts = { passes: "true", inScope: "true" };

/**
 * Key columns, carried columns, then the common form of columns whose texts can differ for one value. Columns are
 * selected as they are, so their text is that of the output function.
 */
export function fetchShape({ plan }: TableSql, facts: RowFacts): FetchShape {
  const { carried, key } = plan;
  const keys = key?.columns.map(({ name }) => column(name)) ?? [];
  const special = carried.flatMap(({ name, form }, index) =>
    isSpecial(form) ? [{ index, sql: formSql(form, column(name)) }] : [],
  );
  const parts = [
    facts.passes,
    facts.inScope,
    ...keys,
    ...carried.map(({ name }) => column(name)),
    ...special.map((each) => each.sql),
  ];
  return {
    select: parts.join(", "),
    toRow(texts, from) {
      const imageAt = from + 2 + keys.length;
      const image = texts.slice(imageAt, imageAt + carried.length);
      const comparable =
        special.length === 0 ? image : withForms(image, special, texts, imageAt + carried.length);
      const [passes, inScope] = [texts[from] === "t", texts[from + 1] === "t"];
      return { passes, inScope, key: texts.slice(from + 2, imageAt), image, comparable };
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
