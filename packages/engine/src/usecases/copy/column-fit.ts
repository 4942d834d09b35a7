import { isPortable, type PairedColumn, plainName, type TypeSpec } from "@syncline/core";

/** How a column's values can travel without anything being cut, rounded or read differently. */
export type ColumnFit = "binary" | "text" | "none";

/** Types that cut or round a value in silence when it is longer than their length, precision or scale. */
const YIELDING = new Set([
  "numeric",
  "character",
  "character varying",
  "bit varying",
  "time without time zone",
  "time with time zone",
  "timestamp without time zone",
  "timestamp with time zone",
  "interval",
]);

/**
 * Types whose binary form every server of ours reads back as the same value; their arrays, too. Not money, which counts
 * in the smallest coin of a server's locale, and not tsquery: an empty one is sent but refused.
 */
const BINARY = new Set([
  "boolean",
  "smallint",
  "integer",
  "bigint",
  "oid",
  "numeric",
  "real",
  "double precision",
  "text",
  "character varying",
  "character",
  "bpchar",
  '"char"',
  "name",
  "bytea",
  "date",
  "time without time zone",
  "time with time zone",
  "timestamp without time zone",
  "timestamp with time zone",
  "interval",
  "uuid",
  "json",
  "jsonb",
  "inet",
  "cidr",
  "macaddr",
  "macaddr8",
  "bit",
  "bit varying",
  "pg_lsn",
  "point",
  "line",
  "lseg",
  "box",
  "path",
  "polygon",
  "circle",
  "tsvector",
  "int4range",
  "int8range",
  "numrange",
  "tsrange",
  "tstzrange",
  "daterange",
]);

const WHOLE = ["smallint", "integer", "bigint"];
const TEXTS = ["text", "character varying"];
const WITH_PLAIN_TEXT = [...WHOLE, "numeric", "uuid", "json", "inet", "cidr", "macaddr"];

/** Whole families whose text form the other type reads as the same value, or refuses. */
const READABLE: readonly { readonly from: readonly string[]; readonly to: readonly string[] }[] = [
  { from: WHOLE, to: [...WHOLE, "numeric"] },
  { from: ["real"], to: ["double precision"] },
  { from: [...TEXTS, "citext"], to: [...TEXTS, "citext"] },
  { from: ["json", "jsonb"], to: ["json", "jsonb"] },
  { from: WITH_PLAIN_TEXT, to: TEXTS },
];

export function fitColumn({ source, target }: PairedColumn): ColumnFit {
  const [from, to] = [plainName(source.type), plainName(target.type)];
  const yields = YIELDING.has(elementOf(to)) && hasModifier(target) && source.type.name !== target.type.name;
  if (from === to) {
    if (yields) return "none";
    return travelsInBinary(source.type) && travelsInBinary(target.type) ? "binary" : "text";
  }
  if (yields) return "none";
  const enumText = source.type.kind === "enum" && TEXTS.includes(to);
  return enumText || READABLE.some((each) => each.from.includes(from) && each.to.includes(to))
    ? "text"
    : "none";
}

function travelsInBinary(type: TypeSpec): boolean {
  return isPortable(type) && BINARY.has(elementOf(type.base));
}

/** A domain may hide a modifier behind its name. */
function hasModifier({ type }: PairedColumn["target"]): boolean {
  return type.kind === "domain" || type.name !== type.base;
}

function elementOf(base: string): string {
  return base.replace(/(\[\])+$/, "");
}
