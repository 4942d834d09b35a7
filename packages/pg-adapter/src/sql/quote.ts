import { CodedError, type QualifiedName } from "@syncline/core";

const MAX_IDENTIFIER_BYTES = 63;

/** An SQL identifier in double quotes. Refuses NUL and names over 63 bytes, which PostgreSQL would cut silently. */
export function quoteIdentifier(identifier: string): string {
  if (identifier.includes("\0") || identifier.length === 0) {
    throw new CodedError("usage.invalid", "An identifier must not be empty or contain a NUL byte.");
  }
  if (Buffer.byteLength(identifier) > MAX_IDENTIFIER_BYTES) {
    throw new CodedError("usage.invalid", `The name "${identifier}" is longer than 63 bytes.`);
  }
  return `"${identifier.replaceAll('"', '""')}"`;
}

export function quoteTable(name: QualifiedName): string {
  return `${quoteIdentifier(name.schema)}.${quoteIdentifier(name.name)}`;
}

/** An SQL string literal that reads the same whatever `standard_conforming_strings` says. */
export function quoteLiteral(text: string): string {
  if (text.includes("\0")) throw new CodedError("usage.invalid", "A value must not contain a NUL byte.");
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}
