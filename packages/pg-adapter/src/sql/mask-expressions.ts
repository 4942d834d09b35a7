import { MASK_SETTINGS } from "./mask-key.ts";
import { WORDS, type WordList, wordCount } from "./mask-words.ts";
import { quoteLiteral } from "./quote.ts";

/** Pieces of mask expressions. Every function and operator is qualified, so no search_path changes their meaning. */
export function op(left: string, sign: string, right: string): string {
  return `(${left} OPERATOR(pg_catalog.${sign}) ${right})`;
}

export function call(name: string, ...values: readonly (string | number)[]): string {
  return `pg_catalog.${name}(${values.join(", ")})`;
}

/** A text of our own as bytes, whatever `standard_conforming_strings` and `bytea_output` say. */
export function bytesLiteral(text: string): string {
  return call("decode", `'${Buffer.from(text, "utf8").toString("hex")}'`, "'hex'");
}

function pad(name: string): string {
  return call("decode", call("current_setting", `'${name}'`), "'hex'");
}

/** HMAC-SHA-256 of a label and of bytes; without the settings of a key it fails. */
export function hmac(label: string, bytes: string): string {
  const message = op(bytesLiteral(`${label}\0`), "||", bytes);
  const inner = call("sha256", op(pad(MASK_SETTINGS.inner), "||", message));
  return call("sha256", op(pad(MASK_SETTINGS.outer), "||", inner));
}

export function utf8(text: string): string {
  return call("convert_to", text, "'UTF8'");
}

export function hex(bytes: string): string {
  return call("encode", bytes, "'hex'");
}

/** Evaluates `value` once a row, as `h` inside `body`. */
export function once(value: string, body: string): string {
  return `(SELECT ${body} FROM (SELECT ${value} AS h OFFSET 0) AS m)`;
}

/** A number of `digits` hex digits (up to 15) of the hex text, from the 1-based place. */
export function number(hexText: string, from: number, digits: number): string {
  const part = op("'x'", "||", call("substr", hexText, from, digits));
  return `${part}::pg_catalog.bit(${digits * 4})::pg_catalog.int8`;
}

/** A word of a list, chosen by four hex digits of `h`. */
export function word(list: WordList, from: number): string {
  const index = op(op(number("m.h", from, 4), "%", `${wordCount(list)}`), "+", "1");
  return call("split_part", quoteLiteral(WORDS[list]), "' '", `${index}::pg_catalog.int4`);
}

export function join(...parts: readonly string[]): string {
  return parts.reduce((all, part) => op(all, "||", part));
}
