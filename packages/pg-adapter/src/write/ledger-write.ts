import { randomBytes } from "node:crypto";
import { CodedError, formatIdentifier, type PatchTable } from "@syncline/core";
import type {
  ApplicationRequest,
  BackupReceipt,
  InverseDigest,
  InverseEvidence,
  WriteReport,
} from "@syncline/engine";
import type { Client } from "pg";
import type { PgScope } from "../scope.ts";
import { digestSelects, digestStored, INVERSE_COLUMNS } from "./inverse-digest.ts";
import { STAGED, STATE, type StagedTable } from "./staged-table.ts";
import { sqlStateOf } from "./write-errors.ts";
import { isOp, isState } from "./write-statements.ts";

/** What must be found when the inverse is read back. */
export interface WrittenInverse {
  readonly expected: InverseDigest;
  readonly seed: string;
}

/** Writes the ledger row and the inverse operations, under the pins. @throws CodedError `receipt.missing` */
export async function writeLedger(input: {
  readonly client: Client;
  readonly scope: PgScope;
  readonly request: ApplicationRequest;
  readonly report: WriteReport;
  readonly tables: readonly StagedTable[];
}): Promise<WrittenInverse> {
  const { client, request, tables, report } = input;
  const ledgerId = request.id;
  const seed = randomBytes(8).readBigInt64BE().toString();
  const selects = tables.flatMap(inverseSelects);
  const expected = await digestSelects(client, { selects, ledgerId, seed });
  const { inserted, updated, deleted } = report.counts;
  const idle = inserted + updated + deleted === 0;
  try {
    await client.query(INSERT_ENTRY, entryValues(input, idle ? null : receiptOf(ledgerId, expected)));
    for (const select of selects)
      await client.query(`INSERT INTO syncline.patch_operation (${INVERSE_COLUMNS}) ${select}`, [ledgerId]);
  } catch (error) {
    throw notKept(error);
  }
  return { expected, seed };
}

/** Reads back what was written, from the ledger itself. */
export async function readBackInverse(
  client: Client,
  ledgerId: string,
  { expected, seed }: WrittenInverse,
): Promise<InverseEvidence> {
  const { rows } = await client.query<{ header: string }>(
    "SELECT header FROM syncline.ledger WHERE id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid",
    [ledgerId],
  );
  const header = rows[0] === undefined ? {} : (JSON.parse(rows[0].header) as { receipt?: BackupReceipt });
  const recorded = rows.length === 1 && header.receipt?.digest === expected.digest;
  return { ledgerId, recorded, expected, found: await digestStored(client, { ledgerId, seed }) };
}

function receiptOf(ledgerId: string, { counts, digest }: InverseDigest): BackupReceipt {
  return { kind: "inverse", ledgerId, counts, digest, verified: true };
}

/** Privileges, a rule or a trigger of the ledger's tables: without a backup nothing is destroyed. Full disks and lost connections stay what they are. */
function notKept(error: unknown): unknown {
  const sqlState = sqlStateOf(error);
  if (!/^(22|23|42|44|54|P0|0A|XX)/.test(sqlState)) return error;
  return new CodedError(
    "receipt.missing",
    `What would take this back could not be written into schema "syncline" (SQLSTATE ${sqlState}); nothing was written.`,
    {
      hint: 'Without a backup nothing is destroyed: see that the tables of schema "syncline" can be written.',
      // Not `sqlState`: that would be about a value of the patch.
      details: { ledgerState: sqlState },
    },
  );
}

const INSERT_ENTRY = `INSERT INTO syncline.ledger (id, patch_id, hash, kind, undoes, scope_schema, tenant_column, tenant_value,
  applied_at, actor, reason, strategy, header, tables, inserted, updated, deleted, already_applied, skipped)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, pg_catalog.clock_timestamp(), $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`;

function entryValues(
  { scope, request, report, tables }: Parameters<typeof writeLedger>[0],
  receipt: BackupReceipt | null,
): unknown[] {
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
    JSON.stringify({
      ...request.header,
      tables: tables.map((table) => recordedTable(table, scope)),
      // The header of an undo came from a ledger, with the receipt of what it takes back.
      receipt: receipt ?? undefined,
    }),
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

/** One for each kind of operation; they take the ledger id as $1. */
function inverseSelects(table: StagedTable): readonly string[] {
  const { staged } = table;
  return [
    ...(staged.i + staged.I > 0 ? [inverseOfInserts(table)] : []),
    ...(staged.d + staged.D > 0 ? [inverseOfDeletes(table)] : []),
    ...table.groups.map((_, group) => inverseOfUpdates(table, group)),
  ];
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
