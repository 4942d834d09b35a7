import { call, op } from "./mask-expressions.ts";

/**
 * Letters become other letters of the same case, digits other digits; so does whatever lies outside ASCII, since no
 * rule of ours tells whose letters these are. Punctuation, blanks and the number of characters stay.
 */
export function keepFormat(digest: string, text: string): string {
  const source = `(SELECT ${digest} AS h, ${text} AS v OFFSET 0) AS m`;
  const characters = `pg_catalog.unnest(pg_catalog.string_to_array(m.v, NULL)) WITH ORDINALITY AS u(c, i)`;
  const letters = `(SELECT u.c, u.i, pg_catalog.ascii(u.c) AS n, ${streamByte()} AS b FROM ${source} CROSS JOIN LATERAL ${characters} OFFSET 0) AS k`;
  const masked = `(SELECT ${call("string_agg", `${character()}, '' ORDER BY k.i`)} FROM ${letters})`;
  return `CASE WHEN ${text} IS NOT NULL THEN COALESCE(${masked}, '') END`;
}

/** A byte for each place: those of the digest, then of digests of it. */
function streamByte(): string {
  const at = op("u.i", "-", "1");
  const place = `${op(at, "%", "32")}::pg_catalog.int4`;
  const further = call("sha256", op("m.h", "||", call("int8send", op(at, "/", "32"))));
  return `CASE WHEN ${op("u.i", "<=", "32")} THEN ${call("get_byte", "m.h", place)} ELSE ${call("get_byte", further, place)} END`;
}

function character(): string {
  const upper = `${op('k.c COLLATE pg_catalog."C"', "<>", `${call("lower", 'k.c COLLATE pg_catalog."default"')} COLLATE pg_catalog."C"`)}`;
  const foreign = `CASE WHEN ${upper} THEN ${letter("65")} ELSE ${letter("97")} END`;
  return `CASE WHEN ${between(48, 57)} THEN ${shifted(48, 10)} WHEN ${between(65, 90)} THEN ${shifted(65, 26)}
 WHEN ${between(97, 122)} THEN ${shifted(97, 26)} WHEN ${op("k.n", ">", "127")} THEN ${foreign} ELSE k.c END`;
}

function between(first: number, last: number): string {
  return `${op("k.n", ">=", String(first))} AND ${op("k.n", "<=", String(last))}`;
}

function letter(first: string): string {
  return call("chr", op(first, "+", op("k.b", "%", "26")));
}

/** Never the character itself. */
function shifted(first: number, count: number): string {
  const step = op("1", "+", op("k.b", "%", String(count - 1)));
  const place = op(op(op("k.n", "-", String(first)), "+", step), "%", String(count));
  return call("chr", op(String(first), "+", place));
}
