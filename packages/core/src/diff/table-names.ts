import { formatIdentifier, type QualifiedName } from "../values/qualified-name.ts";

/** Name of a table inside a tenant: bare in the tenant's own schema, else with its schema. */
export function nameInTenant(name: QualifiedName, tenantSchema: string): string {
  const table = formatIdentifier(name.name);
  return name.schema === tenantSchema ? table : `${formatIdentifier(name.schema)}.${table}`;
}

/** Whether `text`, as a user wrote it, means this table: with or without schema, quoted or in exact case. */
export function isNamed(name: QualifiedName, text: string): boolean {
  const { schema, name: table } = name;
  const spellings = [table, formatIdentifier(table), `${schema}.${table}`];
  return [...spellings, `${formatIdentifier(schema)}.${formatIdentifier(table)}`].includes(text);
}

/** The same with `*` for any run of characters. */
export function matchesPattern(name: QualifiedName, pattern: string): boolean {
  if (isNamed(name, pattern)) return true;
  const expression = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const matcher = new RegExp(`^${expression.join(".*")}$`, "s");
  return matcher.test(name.name) || matcher.test(`${name.schema}.${name.name}`);
}
