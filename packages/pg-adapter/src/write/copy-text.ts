import type { RowValue } from "@syncline/core";

const SPECIAL = /[\\\n\r\t\b\f\v]/;
const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
  "\f": "\\f",
  "\v": "\\v",
};

/** One field of COPY's text format. */
export function copyField(value: RowValue): string {
  if (value === null) return "\\N";
  return SPECIAL.test(value)
    ? value.replace(/[\\\n\r\t\b\f\v]/g, (character) => ESCAPES[character] ?? character)
    : value;
}

export function copyLine(fields: readonly RowValue[]): string {
  return `${fields.map(copyField).join("\t")}\n`;
}

/** Text input of a row value: `("a",,"b \"\" c")`. */
export function rowLiteral(values: readonly RowValue[]): string {
  const fields = values.map((value) => (value === null ? "" : `"${value.replace(/["\\]/g, "$&$&")}"`));
  return `(${fields.join(",")})`;
}
