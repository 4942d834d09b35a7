/** What the tenants of a server are, by its kind of tenancy. */
const TENANCY: Readonly<Record<string, { readonly tenants: string; readonly one: string }>> = {
  schema: { tenants: "schemas", one: "schema" },
  database: { tenants: "databases", one: "database" },
  column: { tenants: "values of a column", one: "value" },
};

export function tenancyText(kind: string): { readonly tenants: string; readonly one: string } {
  return TENANCY[kind] ?? { tenants: kind, one: kind };
}
