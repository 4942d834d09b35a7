import type { TableName } from "../values/endpoint-locator.ts";

const PART = /(?:[A-Za-z_][A-Za-z0-9_$]*|"(?:[^"\0]|"")+")/y;

/** Reads a table's name as patch headers write it: `users`, `billing.invoices`, `"odd name"`; undefined for anything else. */
export function parsePatchTableName(text: string): TableName | undefined {
  const first = partAt(text, 0);
  if (first === undefined) return undefined;
  if (first.length === text.length) return { schema: null, name: unquote(first) };
  const second = text.charAt(first.length) === "." ? partAt(text, first.length + 1) : undefined;
  if (second === undefined || first.length + 1 + second.length !== text.length) return undefined;
  return { schema: unquote(first), name: unquote(second) };
}

function partAt(text: string, offset: number): string | undefined {
  PART.lastIndex = offset;
  return PART.exec(text)?.[0];
}

function unquote(part: string): string {
  return part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part;
}
