import type { TypeSpec } from "../schema/table-spec.ts";
import { maskLength } from "./mask-family.ts";

const LIMITS: Readonly<Record<string, bigint>> = {
  smallint: 32_767n,
  integer: 2_147_483_647n,
  bigint: 9_223_372_036_854_775_807n,
};

/** What is wrong with a fixed value for this type, as far as it can be told here; the server judges the rest. */
export function checkFixedValue(type: TypeSpec, value: string): string | null {
  const { base, labels } = type;
  const length = maskLength(type);
  if (length !== null && [...value].length > length)
    return `takes at most ${length} characters, and the fixed value has more`;
  if (labels !== undefined && !type.name.endsWith("[]") && !labels.includes(value))
    return `takes one of ${labels.map((label) => `"${label}"`).join(", ")}`;
  const limit = LIMITS[base];
  if (limit !== undefined && !isWithin(value, limit))
    return `takes whole numbers up to ${limit}, not the fixed value`;
  if (base === "boolean" && !/^(?:t|f|true|false)$/i.test(value))
    return "takes true or false, not the fixed value";
  if (base === "uuid" && !/^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(value))
    return "takes a UUID, which the fixed value is not";
  return null;
}

function isWithin(value: string, limit: bigint): boolean {
  if (!/^[+-]?\d{1,20}$/.test(value)) return false;
  const number = BigInt(value.replace("+", ""));
  return number <= limit && number >= -limit - 1n;
}
