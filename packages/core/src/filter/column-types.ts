import type { ColumnSpec, TypeSpec } from "../schema/table-spec.ts";
import { arrayLiteral } from "./array-literal.ts";
import { intervalLiteral } from "./interval-literal.ts";
import type { JsonNode } from "./json-reader.ts";
import { type Accepted, type Refused, refused } from "./literal-result.ts";
import { addressLiteral, hardwareAddressLiteral } from "./network-literals.ts";
import { floatLiteral, integerLiteral, numericLiteral } from "./numeric-literals.ts";
import { dateLiteral, timeLiteral, timestampLiteral } from "./temporal-literals.ts";
import {
  bitsLiteral,
  byteCharLiteral,
  bytesLiteral,
  jsonLiteral,
  labelLiteral,
  nameLiteral,
  textLiteral,
  uuidLiteral,
} from "./text-literals.ts";

/** What a filter can do with columns of one type. */
export interface FilterType {
  /** Whether rows can be asked for a value ($eq, $in, $gt …) rather than only for NULL. */
  readonly comparable: boolean;
  /** Whether $like, $ilike and $search apply. */
  readonly textual: boolean;
  /** Judges one literal that is not null. */
  check(node: JsonNode): Accepted | Refused;
}

/** Numbers in the type's parentheses: `numeric(10,2)` → [10, 2]. */
type Modifier = readonly number[];
type Check = (node: JsonNode, modifier: Modifier) => Accepted | Refused;

function ofText(expected: string, check: (text: string, modifier: Modifier) => Accepted | Refused): Check {
  return (node, modifier) => (node.kind === "string" ? check(node.value, modifier) : refused(expected));
}

function integers(bits: bigint, digitsInText = false): Check {
  const range = { min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n, digitsInText };
  return (node) => integerLiteral(node, range);
}

function asNumeric(node: JsonNode, [precision, scale = 0]: Modifier): Accepted | Refused {
  return numericLiteral(node, precision === undefined ? null : { precision, scale });
}

const text = ofText("a text in double quotes", (value, [length]) => textLiteral(value, length ?? null));
const bytes = ofText('bytes in hexadecimal such as "\\\\x00ff"', bytesLiteral);
const bits = (fixed: boolean) =>
  ofText('bits such as "0101"', (value, [length]) => bitsLiteral(value, { length: length ?? null, fixed }));
const timestamp = (zone: boolean) =>
  ofText("a timestamp in double quotes", (value, [precision = 6]) =>
    timestampLiteral(value, { zone, precision }),
  );
const time = (zone: boolean) =>
  ofText("a time in double quotes", (value, [precision = 6]) => timeLiteral(value, { zone, precision }));

const boolean: Check = (node) =>
  node.kind === "boolean" ? { ok: true, text: String(node.value) } : refused("true or false");

/** By `TypeSpec.base` as `format_type` writes built-in types; two spellings where the modifier's absence changes it. */
const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["smallint", integers(16n)],
  ["integer", integers(32n)],
  ["bigint", integers(64n, true)],
  ["oid", (node) => integerLiteral(node, { min: 0n, max: 2n ** 32n - 1n, digitsInText: false })],
  ["numeric", asNumeric],
  ["real", (node) => floatLiteral(node, 32)],
  ["double precision", (node) => floatLiteral(node, 64)],
  ["boolean", boolean],
  ["text", text],
  ["character varying", text],
  ["character", text],
  ["bpchar", text],
  ["name", ofText("a name in double quotes", nameLiteral)],
  ['"char"', ofText("one character in double quotes", byteCharLiteral)],
  ["uuid", ofText("a uuid in double quotes", uuidLiteral)],
  ["bytea", bytes],
  ["date", ofText('a date such as "2024-02-29"', dateLiteral)],
  ["timestamp without time zone", timestamp(false)],
  ["timestamp with time zone", timestamp(true)],
  ["time without time zone", time(false)],
  ["time with time zone", time(true)],
  [
    "interval",
    ofText("an interval in double quotes", (value, [precision = 6]) => intervalLiteral(value, precision)),
  ],
  ["jsonb", jsonLiteral],
  ["inet", ofText("an address in double quotes", (value) => addressLiteral(value, "inet"))],
  ["cidr", ofText("a network in double quotes", (value) => addressLiteral(value, "cidr"))],
  ["macaddr", ofText("a hardware address in double quotes", (value) => hardwareAddressLiteral(value, 6))],
  ["macaddr8", ofText("a hardware address in double quotes", (value) => hardwareAddressLiteral(value, 8))],
  ["bit", bits(true)],
  ['"bit"', bits(true)],
  ["bit varying", bits(false)],
]);

const TEXTUAL = new Set(["text", "character varying", "character", "bpchar", "name"]);
const CITEXT = /\.citext$/;

/** How a filter may use the column. */
export function filterTypeOf(column: ColumnSpec): FilterType {
  const { base, kind } = column.type;
  const modifier = kind === "domain" ? [] : modifierOf(column.type.name);
  const check = base.endsWith("[]") ? arrayCheck(base.slice(0, -2)) : scalarCheck(column.type);
  const textual = TEXTUAL.has(base) || CITEXT.test(base);
  if (check === undefined) return { comparable: false, textual, check: () => refused("null") };
  return { comparable: true, textual, check: (node) => check(node, modifier) };
}

function scalarCheck({ base, labels }: TypeSpec): Check | undefined {
  if (labels !== undefined) return labelCheck(labels);
  return CITEXT.test(base) ? text : CHECKS.get(base);
}

/** A list as an array of jsonb would be ambiguous: is an inner list a dimension or a value? */
function arrayCheck(element: string): Check | undefined {
  const check = CITEXT.test(element) ? text : CHECKS.get(element);
  if (check === undefined || element === "jsonb") return undefined;
  return (node, modifier) => arrayLiteral(node, (item) => check(item, modifier));
}

function labelCheck(labels: readonly string[]): Check {
  return ofText("a label in double quotes", (value) => labelLiteral(value, labels));
}

function modifierOf(name: string): Modifier {
  const inside = /\((-?\d+(?:,-?\d+)?)\)/.exec(name)?.[1];
  return inside === undefined ? [] : inside.split(",").map(Number);
}
