import { formatIdentifier, type PatchTable } from "@syncline/core";
import type { ApplicationRequest, WriteReport } from "@syncline/engine";
import type { Client } from "pg";
import type { PgScope } from "../scope.ts";
import { STAGED, STATE, type StagedTable } from "./staged-table.ts";
import { isOp, isState } from "./write-statements.ts";

/** Writes the ledger row and the inverse operations, under the pins. */
export async function writeLedger(input: {
  readonly client: Client;
  readonly scope: PgScope;
  readonly request: ApplicationRequest;
  readonly report: WriteReport;
  readonly tables: readonly StagedTable[];
}): Promise<void> {
  const { client, request } = input;
  await client.query(INSERT_ENTRY, entryValues(input));
  for (const table of input.tables) await writeInverse(client, request.id, table);
}

const INSERT_ENTRY = `INSERT INTO syncline.ledger (id, patch_id, hash, kind, undoes, scope_schema, tenant_column, tenant_value,
  applied_at, actor, reason, strategy, header, tables, inserted, updated, deleted, already_applied, skipped)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, pg_catalog.clock_timestamp(), $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`;

function entryValues({ scope, request, report, tables }: Parameters<typeof writeLedger>[0]): unknown[] {
  const { counts } = report;
  const recordedNames = tables.map((table) => recordedTable(table, scope).name);
  return [
    request.id,
    request.header.id,
    request.hash,
    request.kind,
    request.undoes,
    scope.schema,
    scope.tenantColumn?.name ?? null,
    scope.tenantColumn?.value ?? null,
    request.actor,
    request.options.force?.reason ?? request.move?.reason ?? null,
    request.move?.strategy ?? request.options.strategy,
    JSON.stringify({ ...request.header, tables: tables.map((table) => recordedTable(table, scope)) }),
    JSON.stringify(
      report.tables.map((counts, at) => ({ ...counts, name: recordedNames[at] ?? counts.name })),
    ),
    counts.inserted,
    counts.updated,
    counts.deleted,
    counts.alreadyApplied,
    counts.skipped,
  ];
}

/** Under the name and shape that the target has, whatever the patch calls it. */
function recordedTable(table: StagedTable, scope: PgScope): PatchTable {
  const { name, fingerprint } = table.info.spec;
  const local = formatIdentifier(name.name);
  const recorded = name.schema === scope.schema ? local : `${formatIdentifier(name.schema)}.${local}`;
  return { ...table.patchTable, name: recorded, fingerprint };
}

const COLUMNS = "ledger_id, seq, table_number, op, columns, key, old, new, cnt, total";

async function writeInverse(client: Client, ledgerId: string, table: StagedTable): Promise<void> {
  const { staged } = table;
  const selects = [
    ...(staged.i + staged.I > 0 ? [inverseOfInserts(table)] : []),
    ...(staged.d + staged.D > 0 ? [inverseOfDeletes(table)] : []),
    ...table.groups.map((_, group) => inverseOfUpdates(table, group)),
  ];
  for (const select of selects) {
    await client.query(`INSERT INTO syncline.patch_operation (${COLUMNS}) ${select}`, [ledgerId]);
  }
}

function inverseOfInserts(table: StagedTable): string {
  return `SELECT $1::pg_catalog.uuid, s.seq, ${table.index}, 'delete', '{}'::pg_catalog.int4[], ${table.keyTexts()},
    ${table.stagedTexts("new")}, NULL, s.cnt,
    CASE WHEN ${isOp(STAGED.insert)} THEN 1 ELSE s.present OPERATOR(pg_catalog.+) s.cnt END
    FROM ${table.stage} s WHERE (${isOp(STAGED.insert)} OR ${isOp(STAGED.insertMany)}) AND ${isState(STATE.pending)}`;
}

function inverseOfDeletes(table: StagedTable): string {
  return `SELECT $1::pg_catalog.uuid, s.seq, ${table.index}, 'insert', '{}'::pg_catalog.int4[], ${table.keyTexts()},
    NULL, ${table.stagedTexts("old")}, s.cnt,
    CASE WHEN ${isOp(STAGED.delete)} THEN 0 ELSE s.present OPERATOR(pg_catalog.-) s.cnt END
    FROM ${table.stage} s WHERE (${isOp(STAGED.delete)} OR ${isOp(STAGED.deleteMany)}) AND ${isState(STATE.pending)}`;
}

function inverseOfUpdates(table: StagedTable, group: number): string {
  const columns = table.groupColumns(group);
  return `SELECT $1::pg_catalog.uuid, s.seq, ${table.index}, 'update', '{${table.groups[group]?.join(",") ?? ""}}'::pg_catalog.int4[],
    ${table.keyTexts(columns)}, ${table.stagedTexts("new", columns)}, ${table.stagedTexts("old", columns)}, 1, 1
    FROM ${table.stage} s WHERE ${isOp(STAGED.update)} AND s.grp OPERATOR(pg_catalog.=) ${group} AND ${isState(STATE.pending)}`;
}
