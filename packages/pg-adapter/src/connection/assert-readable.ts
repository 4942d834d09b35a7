import { CodedError, formatQualifiedName, suggestNames } from "@syncline/core";
import type { RelationFilter } from "../catalog/relations-query.ts";
import type { TableInfo } from "../catalog/table-info.ts";
import type { PgEndpointOptions } from "../pg-endpoint.ts";
import { quoteIdentifier, quoteTable } from "../sql/quote.ts";
import type { FoundRelation, ServerFacts } from "./server-facts.ts";

/** Refuses a missing schema, a missing named table and what the role may not read, naming the GRANT that helps. */
export function assertRelations(facts: ServerFacts, filter: RelationFilter, label: string): void {
  assertScope(facts, filter, label);
  const closed = facts.relations.find((relation) => !relation.maySelect);
  if (closed !== undefined) throw noSelect(facts, closed, label);
}

/** Refuses a schema that is missing or closed, and a missing named table. */
export function assertScope(facts: ServerFacts, filter: RelationFilter, label: string): void {
  if (!facts.schemaExists) {
    throw new CodedError(
      "tenant.not_found",
      `There is no schema "${filter.schema}" in database "${facts.database}" (${label}).`,
      {
        hint: "Check the tenant's name; names are taken in exact case.",
      },
    );
  }
  if (!facts.schemaUsage) throw noSchemaUsage(facts, filter.schema, label);
  if (facts.encoding === "SQL_ASCII") throw sqlAscii(facts, label);
  assertNamed(facts, filter, label);
}

function assertNamed(facts: ServerFacts, filter: RelationFilter, label: string): void {
  if (filter.selection.kind === "all") return;
  for (const wanted of filter.selection.names) {
    const schema = wanted.schema ?? filter.schema;
    const found = facts.relations.some(
      (relation) => relation.schema === schema && relation.name === wanted.name,
    );
    if (found) continue;
    const known = facts.tableNames.filter((each) => each.schema === schema).map((each) => each.name);
    throw new CodedError(
      "table.not_found",
      `There is no table "${wanted.name}" in schema "${schema}" of ${label}.`,
      {
        hint: suggestNames(wanted.name, known, "tables"),
      },
    );
  }
}

function noSchemaUsage(facts: ServerFacts, schema: string, label: string): CodedError {
  return new CodedError(
    "permission.denied",
    `Role "${facts.user}" may not use schema "${schema}" of ${label}.`,
    {
      hint: `Let an owner run: GRANT USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${quoteIdentifier(facts.user)};`,
    },
  );
}

function noSelect(facts: ServerFacts, relation: FoundRelation, label: string): CodedError {
  const name = formatQualifiedName(relation);
  return new CodedError(
    "permission.denied",
    `Role "${facts.user}" may not read table "${name}" of ${label}.`,
    {
      hint: `Let its owner run: GRANT SELECT ON TABLE ${quoteTable(relation)} TO ${quoteIdentifier(facts.user)};`,
    },
  );
}

function sqlAscii(facts: ServerFacts, label: string): CodedError {
  return new CodedError(
    "schema.unsupported",
    `Database "${facts.database}" of ${label} has encoding SQL_ASCII: its text has no known character set.`,
    {
      hint: "Load it into a database with a real encoding, for example with pg_dump --encoding and createdb --encoding=UTF8.",
    },
  );
}

/** Refuses rows hidden by row security, columns that the role may not read and tables without the tenant column. */
export function assertReadable(
  infos: readonly TableInfo[],
  facts: ServerFacts,
  { label, scope }: PgEndpointOptions,
): void {
  for (const info of infos) {
    const name = formatQualifiedName(info.spec.name);
    if (info.readable.rowsHidden) throw rowsHidden(facts, name, label);
    if (!info.readable.allColumns) throw columnsClosed(info, facts, name, label);
    if (scope.tenantColumn !== null && !info.hasTenantColumn) {
      throw new CodedError(
        "column.not_found",
        `Table "${name}" of ${label} has no tenant column "${scope.tenantColumn.name}".`,
        {
          hint: "Name only tables that have the tenant column, or correct tenantColumn in the config.",
        },
      );
    }
  }
}

function rowsHidden(facts: ServerFacts, name: string, label: string): CodedError {
  return new CodedError(
    "permission.rows_hidden",
    `Row security of table "${name}" hides rows of ${label} from role "${facts.user}"; a comparison would be wrong.`,
    {
      hint: `Connect as the table's owner, or let a superuser run: ALTER ROLE ${quoteIdentifier(facts.user)} BYPASSRLS;`,
    },
  );
}

function columnsClosed(info: TableInfo, facts: ServerFacts, name: string, label: string): CodedError {
  const columns = info.unreadableColumns.map((column) => `"${column}"`).join(", ");
  return new CodedError(
    "permission.denied",
    `Role "${facts.user}" may not read ${columns} of table "${name}" of ${label}.`,
    {
      hint: `Let its owner run: GRANT SELECT ON TABLE ${quoteTable(info.spec.name)} TO ${quoteIdentifier(facts.user)};`,
    },
  );
}
