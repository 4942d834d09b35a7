import { CodedError, formatQualifiedName, type QualifiedName } from "@syncline/core";
import type { Client } from "pg";
import type { TableInfo } from "../catalog/table-info.ts";
import { quoteTable } from "../sql/quote.ts";
import type { StagedTable } from "./staged-table.ts";

/** @throws CodedError `target.readonly` */
export async function assertReadWrite(client: Client, label: string): Promise<void> {
  const { rows } = await client.query<{ standby: string; read_only: string }>(
    `SELECT pg_catalog.pg_is_in_recovery() AS standby, pg_catalog.current_setting('default_transaction_read_only') AS read_only`,
  );
  const { standby, read_only: readOnly } = rows[0] ?? {};
  if (standby !== "t" && readOnly !== "on") return;
  const why = standby === "t" ? "is a standby" : "is set to default_transaction_read_only";
  throw new CodedError("target.readonly", `"${label}" cannot be written: its server ${why}.`, {
    hint: standby === "t" ? "Name the primary." : "Use a role or database that may write.",
  });
}

/** Rows that a policy hides would neither be compared nor changed. */
export function assertRowsVisible(info: TableInfo): void {
  if (!info.readable.rowsHidden) return;
  const table = formatQualifiedName(info.spec.name);
  throw new CodedError(
    "permission.rows_hidden",
    `A row-security policy hides rows of table "${table}" from this role.`,
    {
      hint: "Apply as the table's owner, or as a role with BYPASSRLS.",
      details: { table },
    },
  );
}

/** A row for each privilege that is missing, on the table and on some of the columns. */
const MISSING = `SELECT need.privilege FROM pg_catalog.json_to_recordset($2::pg_catalog.json) AS need(privilege text, columns text[])
WHERE NOT pg_catalog.has_table_privilege($1::pg_catalog.oid, need.privilege) AND (need.privilege = 'DELETE' OR NOT COALESCE((
  SELECT pg_catalog.bool_and(pg_catalog.has_column_privilege(a.attrelid, a.attnum, need.privilege)) FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = $1::pg_catalog.oid AND a.attname = ANY (need.columns)), false))`;

/** Names what is missing for the staged operations before the first of them fails. */
export async function assertPrivileges(
  client: Client,
  tables: readonly StagedTable[],
  label: string,
): Promise<void> {
  const grants: string[] = [];
  for (const table of tables) {
    const needs = needed(table).map(([privilege, columns]) => ({ privilege, columns }));
    const { rows } = await client.query<{ privilege: string }>(MISSING, [
      table.info.oid,
      JSON.stringify(needs),
    ]);
    const missing = rows.map(({ privilege }) => privilege);
    if (missing.length > 0) grants.push(`GRANT ${missing.join(", ")} ON ${table.target} TO`);
  }
  if (grants.length > 0) throw await denied(client, grants, label);
}

function needed(table: StagedTable): [privilege: string, columns: string[]][] {
  const { staged } = table;
  const all = table.columns.map((column) => column.spec.name);
  const changed = [...new Set(table.groups.flat())].map((at) => all[at] ?? "");
  return [
    ["SELECT", all],
    ...(staged.i + staged.I > 0 ? [["INSERT", all] as [string, string[]]] : []),
    ...(staged.u > 0 ? [["UPDATE", changed] as [string, string[]]] : []),
    ...(staged.d + staged.D > 0 ? [["DELETE", []] as [string, string[]]] : []),
  ];
}

const LEDGER_GRANTS: readonly (readonly [check: string, grant: string])[] = [
  ["pg_catalog.has_schema_privilege('syncline', 'USAGE')", "GRANT USAGE ON SCHEMA syncline TO"],
  [
    "pg_catalog.has_table_privilege('syncline.target', 'SELECT') AND pg_catalog.has_table_privilege('syncline.target', 'UPDATE')",
    "GRANT SELECT, UPDATE ON syncline.target TO",
  ],
  [
    "pg_catalog.has_table_privilege('syncline.ledger', 'SELECT') AND pg_catalog.has_table_privilege('syncline.ledger', 'INSERT') AND pg_catalog.has_table_privilege('syncline.ledger', 'UPDATE')",
    "GRANT SELECT, INSERT, UPDATE ON syncline.ledger TO",
  ],
  [
    "pg_catalog.has_table_privilege('syncline.patch_operation', 'SELECT') AND pg_catalog.has_table_privilege('syncline.patch_operation', 'INSERT')",
    "GRANT SELECT, INSERT ON syncline.patch_operation TO",
  ],
];

const FENCE_GRANT = [
  `CASE WHEN pg_catalog.to_regclass('syncline.fence') IS NULL THEN true ELSE pg_catalog.has_table_privilege('syncline.fence', 'SELECT')
     AND pg_catalog.has_table_privilege('syncline.fence', 'INSERT') AND pg_catalog.has_table_privilege('syncline.fence', 'UPDATE') END`,
  "GRANT SELECT, INSERT, UPDATE ON syncline.fence TO",
] as const;

/** Schema `syncline` is there; may this role use it? */
export async function assertLedgerUsable(
  client: Client,
  { label, fenced }: { readonly label: string; readonly fenced: boolean },
): Promise<void> {
  const grants: string[] = [];
  for (const [check, grant] of fenced ? [...LEDGER_GRANTS, FENCE_GRANT] : LEDGER_GRANTS) {
    const { rows } = await client.query<{ granted: string }>(`SELECT ${check} AS granted`);
    if (rows[0]?.granted === "t") continue;
    grants.push(grant);
    if (grants.length === 1 && grant.includes("SCHEMA")) {
      grants.push(...LEDGER_GRANTS.slice(1).map(([, each]) => each)); // the rest cannot be asked for
      break;
    }
  }
  if (grants.length > 0) throw await denied(client, grants, label);
}

/** After a lock was refused: what a role needs for any patch of these tables. */
export async function deniedTables(
  client: Client,
  names: readonly QualifiedName[],
  label: string,
): Promise<CodedError> {
  return denied(
    client,
    names.map((name) => `GRANT SELECT, INSERT, UPDATE, DELETE ON ${quoteTable(name)} TO`),
    label,
  );
}

export async function assertTemporaryTables(client: Client, label: string): Promise<void> {
  const { rows } = await client.query<{ granted: string; database: string }>(
    `SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY') AS granted,
      pg_catalog.quote_ident(pg_catalog.current_database()) AS database`,
  );
  if (rows[0]?.granted === "t") return;
  throw await denied(client, [`GRANT TEMPORARY ON DATABASE ${rows[0]?.database} TO`], label);
}

async function denied(client: Client, grants: readonly string[], label: string): Promise<CodedError> {
  const { rows } = await client.query<{ role: string }>(
    "SELECT pg_catalog.quote_ident(current_user) AS role",
  );
  const role = rows[0]?.role ?? "";
  const statements = grants.map((grant) => `${grant} ${role};`);
  const what = grants.map((grant) => grant.replace(/^GRANT /, "").replace(/ TO$/, "")).join("; ");
  return new CodedError("permission.denied", `Role ${role} lacks privileges on "${label}": ${what}.`, {
    hint: `Run as the owner: ${statements.join(" ")}`,
    details: { grants: statements },
  });
}
