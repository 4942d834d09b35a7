import type { ChangeFilter } from "../change-filter.ts";

const KINDS = { insert: "inserts", update: "updates", delete: "deletes" } as const;

/** A filter in words, part by part; nothing for the whole patch. */
export function filterWords({
  table,
  kinds,
  column,
  key,
  text,
  values = [],
}: ChangeFilter): readonly string[] {
  return [
    ...(kinds === undefined ? [] : [`only ${kinds.map((kind) => KINDS[kind]).join(" and ")}`]),
    ...(table === undefined ? [] : [`of table ${table}`]),
    ...(column === undefined ? [] : [`that change ${column}`]),
    ...(key === undefined ? [] : [`whose key starts with “${key}”`]),
    ...(text === undefined ? [] : [`that hold “${text}”`]),
    ...values.map(({ column: name, side = "either", test = "equals", value }) => {
      const when = side === "old" ? " before" : side === "new" ? " after" : "";
      if (value === null) return `where ${name}${when} is NULL`;
      return `where ${name}${when} ${test === "equals" ? "is" : "contains"} “${value}”`;
    }),
  ];
}
