import type { QualifiedName } from "@syncline/core";

/** Of a name that a catalog gave. Line breaks and backslashes inside double quotes mean nothing to psql. */
export function sqlIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function sqlTable({ schema, name }: QualifiedName): string {
  return `${sqlIdentifier(schema)}.${sqlIdentifier(name)}`;
}

/** A literal that reads the same whatever `standard_conforming_strings` says. */
export function sqlLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}
