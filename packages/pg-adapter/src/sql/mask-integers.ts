import { bytesLiteral, call, hex, number, op } from "./mask-expressions.ts";
import { MASK_SETTINGS } from "./mask-key.ts";

const BITS: Readonly<Record<string, number>> = { smallint: 15, integer: 31, bigint: 63 };
const ROUNDS = 4;

/**
 * Another integer of the same type and sign, one for each: a Feistel network, so that unique columns stay unique. Its
 * round function is SHA-256 of the key's block, the round and one half.
 */
export function permuteInteger(label: string, expression: string, base: string): string {
  const bits = BITS[base];
  if (bits === undefined) throw new RangeError("no integer type");
  const low = Math.floor(bits / 2);
  const value = `${expression}::pg_catalog.int8`;
  const magnitude = `CASE WHEN ${op(value, "<", "0")} THEN ${op("-1::pg_catalog.int8", "-", value)} ELSE ${value} END`;
  const halves = `SELECT ${op("v", ">>", String(low))} AS l, ${op("v", "&", mask(low))} AS r FROM (SELECT ${magnitude} AS v OFFSET 0) AS m OFFSET 0`;
  const mixed = Array.from({ length: ROUNDS }).reduce<string>(
    (from, _, round) => `SELECT ${mix(label, round, bits - low, low)} FROM (${from}) AS m OFFSET 0`,
    halves,
  );
  const joined = op(op("m.l", "<<", String(low)), "|", "m.r");
  const signed = `CASE WHEN ${op(value, "<", "0")} THEN ${op("-1::pg_catalog.int8", "-", joined)} ELSE ${joined} END`;
  return `(SELECT ${signed} FROM (${mixed}) AS m)`;
}

function mix(label: string, round: number, high: number, low: number): string {
  const [changed, other, width] = round % 2 === 0 ? ["l", "r", high] : ["r", "l", low];
  const digits = number("x.h", 1, 8);
  const digest = `(SELECT ${op(digits, "&", mask(width as number))} FROM (SELECT ${hex(roundHash(label, round, `m.${other}`))} AS h) AS x)`;
  const fresh = `${op(`m.${changed}`, "#", digest)} AS ${changed}`;
  return `${fresh}, m.${other}`;
}

function roundHash(label: string, round: number, half: string): string {
  const key = call("decode", call("current_setting", `'${MASK_SETTINGS.inner}'`), "'hex'");
  const message = op(bytesLiteral(`${label}\0${round}`), "||", call("int8send", half));
  return call("sha256", op(key, "||", message));
}

function mask(bits: number): string {
  return `${2n ** BigInt(bits) - 1n}::pg_catalog.int8`;
}
