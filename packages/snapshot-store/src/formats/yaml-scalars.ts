import type { RowValue } from "@syncline/core";
import { type ColumnForm, jsonText } from "@syncline/core/codec";

/** Words that some reader of YAML takes for something else than text. */
const WORDS = /^(?:null|true|false|yes|no|on|off|y|n|nan|inf|infinity)$/i;
const SAFE = /^\p{L}[\p{L}\p{N}_]*(?:[ .@+/-][\p{L}\p{N}_]+)*$/u;
const SAFE_KEY = /^[A-Za-z_][A-Za-z0-9_]*$/;
const INTEGER = /^(?:0|-?[1-9]\d{0,9})$/;
const MAX_PLAIN = 200;

/** Text that every reader of YAML takes for the same text without quotes. */
export function isPlainText(text: string): boolean {
  return text.length <= MAX_PLAIN && SAFE.test(text) && !WORDS.test(text);
}

export function yamlKey(name: string): string {
  return SAFE_KEY.test(name) && !WORDS.test(name) ? name : jsonText(name);
}

/** One value on one line: plain where no reader can take it for another type, else in double quotes as in JSON. */
export function yamlValue(form: ColumnForm | undefined, value: RowValue): string {
  if (value === null) return "null";
  if (form === "integer" && INTEGER.test(value)) return value;
  if (form === "boolean" && value === "t") return "true";
  if (form === "boolean" && value === "f") return "false";
  return isPlainText(value) ? value : jsonText(value);
}

const NULLS: ReadonlySet<string> = new Set(["", "~", "null", "Null", "NULL"]);
const TRUE = /^(?:true|True|TRUE)$/;
const FALSE = /^(?:false|False|FALSE)$/;
const INT4_LIMIT = 2_147_483_648;

/**
 * What a scalar without quotes means in a column: its own characters, but for the words of NULL and of booleans.
 * Undefined when a column of this kind cannot hold it.
 */
export function plainValue(form: ColumnForm | undefined, text: string): RowValue | undefined {
  if (NULLS.has(text)) return null;
  if (form === "boolean") return TRUE.test(text) ? "t" : FALSE.test(text) ? "f" : undefined;
  if (form !== "integer") return text;
  if (!INTEGER.test(text)) return undefined;
  const value = Number(text);
  return value >= -INT4_LIMIT && value < INT4_LIMIT ? text : undefined;
}

/** What a column of this kind expects, for messages. */
export function describeForm(form: ColumnForm | undefined): string {
  return form === "boolean" ? "true, false or null" : "a whole number within the range of integer, or null";
}
