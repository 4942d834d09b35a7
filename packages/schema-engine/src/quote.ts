import type { QualifiedName } from "@syncline/core";

/** Of names that a catalog gave; always in double quotes, so that no keyword or path changes them. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteTable({ schema, name }: QualifiedName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
