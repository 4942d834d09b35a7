import { CodedError, formatIdentifier, type PatchTable } from "@syncline/core";
import type { Client } from "pg";
import { readTableInfos } from "../catalog/read-table-specs.ts";
import type { TableInfo } from "../catalog/table-info.ts";
import type { PgScope } from "../scope.ts";
import { quoteLiteral } from "../sql/quote.ts";
import { affectedRows, type Effect } from "./effects.ts";
import type { ForeignKey } from "./foreign-keys.ts";
import type { OpenedTransaction } from "./pg-patch-transaction.ts";
import { refuseRules } from "./rules.ts";
import { type CarriedColumn, STAGED, StagedTable, stagedValue } from "./staged-table.ts";
import { stagedExpression } from "./value-expressions.ts";

/** Stages what the action would do as operations of the patch, so that they are conditional and have an inverse. */
export async function addCascadedRows(opened: OpenedTransaction, effect: Effect): Promise<void> {
  const { session, tables } = opened;
  const child = await stagedChild(opened, effect.key);
  await refuseOtherTenants(session.client, child, effect, tables);
  const statement =
    effect.on === "delete" && effect.action === "cascade"
      ? deletes(child, effect, tables)
      : await updates(session.client, child, effect, tables);
  await session.client.query(statement);
  if (effect.on === "delete" && effect.action === "cascade")
    await dropUpdatesOfDeleted(session.client, child);
  await session.client.query(`ANALYZE ${child.stage}`);
}

/** Another constraint may have wanted to change a row that this one takes away. */
async function dropUpdatesOfDeleted(client: Client, child: StagedTable): Promise<void> {
  if (child.key.length === 0) return;
  const sameRow = child.key.map((key) => `u.${key.staged} OPERATOR(${key.operator}) d.${key.staged}`);
  await client.query(`DELETE FROM ${child.stage} u USING ${child.stage} d
WHERE u.op OPERATOR(pg_catalog.=) 'u'::pg_catalog."char" AND d.op OPERATOR(pg_catalog.=) 'd'::pg_catalog."char"
  AND u.seq > ${CASCADED_SEQ} AND d.seq > ${CASCADED_SEQ} AND ${sameRow.join(" AND ")}`);
}

async function stagedChild(opened: OpenedTransaction, key: ForeignKey): Promise<StagedTable> {
  const { session, scope, tables } = opened;
  const known = tables.find((table) => table.info.oid === key.childOid);
  if (known !== undefined) return known;
  const info = await readChild(session.client, scope, key);
  await refuseRules(session.client, [info.oid]);
  const child = new StagedTable(tables.length, patchTableOf(info, scope), info, scope);
  await session.client.query(child.createStatement());
  tables.push(child);
  return child;
}

async function readChild(client: Client, scope: PgScope, key: ForeignKey): Promise<TableInfo> {
  const [info] = await readTableInfos(client, {
    schema: scope.schema,
    tenantColumn: scope.tenantColumn?.name ?? null,
    selection: { kind: "named", names: [{ schema: key.childSchema, name: key.childName }] },
  });
  if (info === undefined) throw outside(key, "cannot be read");
  return info;
}

function patchTableOf(info: TableInfo, scope: PgScope): PatchTable {
  const { name, columns, keys, fingerprint } = info.spec;
  const local = formatIdentifier(name.name);
  return {
    name: name.schema === scope.schema ? local : `${formatIdentifier(name.schema)}.${local}`,
    columns: columns
      .filter((column) => !column.generated)
      .map((column) => [column.name, column.type.name] as const),
    key: keys.find((key) => !key.nullable)?.columns ?? [],
    fingerprint,
  };
}

/** A cascade does not stop at a tenant's border, but we do. */
async function refuseOtherTenants(
  client: Client,
  child: StagedTable,
  effect: Effect,
  tables: readonly StagedTable[],
): Promise<void> {
  if (child.tenant === null) return;
  const { rows } = await client.query<{ count: string }>(
    `SELECT pg_catalog.count(*) AS count FROM ${affectedRows(effect, tables)} AND (${child.inScope()}) IS NOT TRUE`,
  );
  if (Number(rows[0]?.count) > 0)
    throw outside(effect.key, `has ${rows[0]?.count} rows of other tenants in reach`);
}

function outside(key: ForeignKey, why: string): CodedError {
  return new CodedError(
    "reach.refused",
    `Table "${key.childName}" ${why}, so what constraint "${key.name}" would change there cannot be included.`,
    { hint: "Remove or move these rows first.", details: { constraint: key.name, table: key.childName } },
  );
}

const NEXT = "(SELECT pg_catalog.count(*) FROM STAGE)";

/** Numbered far behind the patch's own operations, which keeps them apart and in order. */
export const CASCADED_SEQ = 1n << 40n;

function head(child: StagedTable, kind: string, group: number): string {
  child.staged[kind as "d"] += 1;
  const seq = `${CASCADED_SEQ} + ${NEXT.replace("STAGE", child.stage)} + pg_catalog.row_number() OVER ()`;
  return `SELECT ${seq}, '${kind}'::pg_catalog."char", ${group}`;
}

function target(child: StagedTable, images: readonly string[]): string {
  const columns = [
    "seq",
    "op",
    "grp",
    "cnt",
    "total",
    "present",
    "state",
    ...child.key.map((key) => key.staged),
    ...images,
  ];
  return `INSERT INTO ${child.stage} (${columns.join(", ")})`;
}

const keyValues = (child: StagedTable) =>
  child.key.map((key) => stagedExpression(key.spec, `a.${key.quoted}`));
const oldValues = (columns: readonly CarriedColumn[]) =>
  columns.map((column) => stagedExpression(column.spec, `a.${column.quoted}`));
const oldNames = (columns: readonly CarriedColumn[]) => columns.map((column) => column.old);

function deletes(child: StagedTable, effect: Effect, tables: readonly StagedTable[]): string {
  const affected = `SELECT DISTINCT ON (t.tableoid, t.ctid) t.* FROM ${affectedRows(effect, tables)}`;
  if (child.key.length > 0) {
    const values = ["1", "1", "1", "'p'", ...keyValues(child), ...oldValues(child.columns)];
    return `${target(child, oldNames(child.columns))} ${head(child, STAGED.delete, -1)}, ${values.join(", ")} FROM (${affected}) a`;
  }
  const image = child.targetImage(child.columns, "a");
  const counted = `SELECT DISTINCT ON (image) * FROM (
    SELECT a.*, ${image} AS image, pg_catalog.count(*) OVER (PARTITION BY ${image}) AS copies FROM (${affected}) a) i`;
  const values = ["a.copies", "a.copies", "a.copies", "'p'", ...oldValues(child.columns)];
  return `${target(child, oldNames(child.columns))} ${head(child, STAGED.deleteMany, -1)}, ${values.join(", ")} FROM (${counted}) a`;
}

async function updates(
  client: Client,
  child: StagedTable,
  effect: Effect,
  tables: readonly StagedTable[],
): Promise<string> {
  if (child.key.length === 0) throw outside(effect.key, "has no key");
  const { key, on, action, parent } = effect;
  const names = on === "delete" ? key.deleteSetColumns : key.childColumns;
  const changed = names.map((name) => child.columns.findIndex((column) => column.spec.name === name));
  if (changed.includes(-1)) throw outside(key, "has columns that the patch does not carry");
  const columns = changed.map((at) => child.columns[at] as CarriedColumn);
  const fresh = await Promise.all(
    columns.map(async (column) => {
      if (action === "set null") return "NULL";
      if (action === "set default")
        return (await defaultOf(client, child.info.oid, column.spec.name)) ?? "NULL";
      const referenced = key.parentColumns[key.childColumns.indexOf(column.spec.name)];
      const source = parent.columns.find((each) => each.spec.name === referenced);
      return source === undefined
        ? "NULL"
        : `CASE WHEN ${changes(parent, source)} THEN a.f${parent.columns.indexOf(source)} ELSE a.${column.quoted} END`;
    }),
  );
  const group = child.groupOf([...changed].sort((a, b) => a - b));
  const carried = parent.columns.map((column, at) => `${stagedValue(column, "new")} AS f${at}`);
  const affected = `SELECT DISTINCT ON (t.tableoid, t.ctid) t.*, s.grp AS fired${carried.map((each) => `, ${each}`).join("")} FROM ${affectedRows(effect, tables)}`;
  const values = ["1", "1", "1", "'p'", ...keyValues(child), ...oldValues(columns), ...fresh];
  const images = [...oldNames(columns), ...columns.map((column) => column.new)];
  return `${target(child, images)} ${head(child, STAGED.update, group)}, ${values.join(", ")} FROM (${affected}) a`;
}

function changes(parent: StagedTable, column: CarriedColumn): string {
  const groups = parent.groups.flatMap((_, group) =>
    parent.groupColumns(group).includes(column) ? [group] : [],
  );
  return `a.fired OPERATOR(pg_catalog.=) ANY (${quoteLiteral(`{${groups.join(",")}}`)}::pg_catalog.int4[])`;
}

async function defaultOf(client: Client, tableOid: number, column: string): Promise<string | null> {
  const { rows } = await client.query<{ text: string }>(
    `SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS text FROM pg_catalog.pg_attrdef d
     JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
     WHERE d.adrelid = $1 AND a.attname = $2`,
    [tableOid, column],
  );
  return rows[0]?.text ?? null;
}
