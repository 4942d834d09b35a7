import { CodedError, type QualifiedName } from "@syncline/core";

/** `users`, `billing.invoices`, `"Odd.name"`: as `formatQualifiedName` writes it, without a tenant's schema. */
export function parsePatchTableName(text: string, tenantSchema: string): QualifiedName {
  const parts = text.match(/"(?:[^"]|"")*"|[^."]+/g) ?? [];
  if (parts.join(".") !== text || parts.length < 1 || parts.length > 2) {
    throw new CodedError("file.damaged", `The patch names a table "${text}", which is no table name.`);
  }
  const [first = "", second] = parts.map(unquote);
  return second === undefined ? { schema: tenantSchema, name: first } : { schema: first, name: second };
}

function unquote(part: string): string {
  return part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part;
}
