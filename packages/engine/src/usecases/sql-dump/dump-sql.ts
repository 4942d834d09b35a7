import { CodedError, formatQualifiedName, type QualifiedName, type TableSpec } from "@syncline/core";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";
import type { SchemaDefinition } from "../../ports/schema-engine.ts";
import type { SidePreparation } from "../diff-contract.ts";
import type { SqlDump, SqlDumpInput, SqlDumpResult } from "./dump-contract.ts";
import { ReadAhead } from "./read-ahead.ts";
import { sqlLiteral, sqlTable } from "./sql-text.ts";
import { tableRows } from "./table-rows.ts";

/**
 * Definitions, rows and the rest of a database as one SQL file of one instant. psql and every other client run it in
 * one transaction, so that a file cut short leaves nothing behind. Names stand in statements only, never in comments.
 */
export function dumpSql(input: SqlDumpInput): SqlDump {
  const settled = Promise.withResolvers<SqlDumpResult>();
  settled.promise.catch(() => {});
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      settled.resolve(yield* runDump(input));
    } catch (error) {
      settled.reject(error);
      throw error;
    } finally {
      settled.reject(new CodedError("interrupted", "The export was not read to its end."));
    }
  }
  return { chunks: chunks(), result: settled.promise };
}

/** A file that fails stops there: what follows a failed COPY is rows, not statements. */
const HEAD = `-- Syncline SQL dump, version 1
\\set ON_ERROR_STOP on

BEGIN;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL standard_conforming_strings = on;
SET LOCAL search_path = '';
SET LOCAL check_function_bodies = off;
SET LOCAL row_security = off;
SET LOCAL DateStyle = 'ISO';
SET LOCAL IntervalStyle = 'postgres';
SET LOCAL TimeZone = 'UTC';
SET LOCAL xmloption = content;
SET LOCAL statement_timeout = 0;
SET LOCAL lock_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;

`;

const TAIL = "\nCOMMIT;\n";
const READ_AHEAD_BYTES = 4 * 1024 * 1024;

async function* runDump(input: SqlDumpInput): AsyncGenerator<Uint8Array, SqlDumpResult> {
  const { ctx } = input;
  const wanted = await tablesOfExtent(input);
  const endpoint = await input.openEndpoint(wanted);
  try {
    const snapshot = await openSnapshot(endpoint, input);
    const definition = await define(input, snapshot);
    if (input.extent.kind === "database" && input.renameSchemas === undefined)
      assertSameTables(wanted ?? [], definition);
    yield Buffer.from(HEAD);
    const { definitions, rows } = input.sections ?? { definitions: true, rows: true };
    if (definitions) yield* statements(definition.preData);
    const tables = rows ? yield* rowSections(input, snapshot) : [];
    if (rows) yield* sequenceSection(definition);
    if (definitions) yield* statements(definition.postData);
    ctx.signal.throwIfAborted();
    await assertHeld(snapshot);
    yield Buffer.from(TAIL);
    return {
      tables,
      rows: tables.reduce((sum, each) => sum + each.rows, 0),
      statements: definitions ? definition.preData.length + definition.postData.length : 0,
      uncovered: definition.uncovered,
    };
  } finally {
    await endpoint.close();
  }
}

/** Asked for before the locks, and checked after them. */
async function tablesOfExtent(input: SqlDumpInput): Promise<readonly QualifiedName[] | null> {
  if (input.extent.kind === "tables") return null;
  const { tables } = await input.engine.define({ ...scopeOf(input), renameSchemas: new Map() });
  const inScope = input.extent.kind === "schemas" ? new Set(input.extent.schemas) : null;
  return (tables ?? []).filter(({ schema }) => inScope === null || inScope.has(schema));
}

function scopeOf({ extent, ctx }: SqlDumpInput) {
  const schemas = extent.kind === "schemas" ? extent.schemas : null;
  return { tables: null, schemas, signal: ctx.signal };
}

async function openSnapshot(endpoint: Endpoint, { ctx, parallel }: SqlDumpInput): Promise<ReadSnapshot> {
  const locked = await endpoint.lock({
    accept: () => true,
    connections: parallel,
    signal: ctx.signal,
    notice: ctx.warn,
  });
  return locked.begin(null);
}

/** Without the session that held the locks and the snapshot nothing vouches for what was read. */
async function assertHeld(snapshot: ReadSnapshot): Promise<void> {
  await snapshot.knownAnswer([]);
}

async function define(input: SqlDumpInput, snapshot: ReadSnapshot): Promise<SchemaDefinition> {
  const { extent } = input;
  if (snapshot.token === null) {
    throw new CodedError(
      "schema.unsupported",
      "Definitions and rows of this source cannot be read at one instant.",
    );
  }
  return input.engine.define({
    ...scopeOf(input),
    tables: extent.kind === "tables" ? snapshot.tables.map(({ name }) => name) : null,
    renameSchemas: input.renameSchemas ?? new Map(),
    snapshot: snapshot.token,
    sequenceStates: input.sections?.rows ?? true,
  });
}

function assertSameTables(wanted: readonly QualifiedName[], { tables }: SchemaDefinition): void {
  const locked = new Set(wanted.map(formatQualifiedName));
  const seen = new Set((tables ?? []).map(formatQualifiedName));
  const changed =
    [...locked].find((table) => !seen.has(table)) ?? [...seen].find((table) => !locked.has(table));
  if (changed === undefined) return;
  throw new CodedError("schema.changed", `Table "${changed}" came or went while the export began.`, {
    hint: "Try again.",
    retryable: true,
  });
}

async function* statements(list: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const sql of list) yield Buffer.from(`${sql};\n\n`);
}

async function* rowSections(
  input: SqlDumpInput,
  snapshot: ReadSnapshot,
): AsyncGenerator<Uint8Array, { name: string; rows: number }[]> {
  const { signal } = input.ctx;
  const narrow = (await input.prepare?.(snapshot)) ?? null;
  const tables = snapshot.tables.filter(({ kind }) => kind === "table" || kind === "partitioned");
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const counts = tables.map(({ name }) => ({ name: formatQualifiedName(name), rows: 0 }));
  const open: ReadAhead[] = [];
  const start = (index: number) => {
    const [table, count] = [tables[index], counts[index]];
    if (table === undefined || count === undefined) return;
    const source = tableRows(rowsInput(input, { snapshot, table, narrow, signal: both }), (rows) => {
      count.rows += rows;
    });
    open[index] = new ReadAhead(source, { maxBytes: READ_AHEAD_BYTES, signal: both });
  };
  try {
    for (let index = 0; index < input.parallel; index += 1) start(index);
    for (const [index, count] of counts.entries()) {
      yield* open[index]?.chunks() ?? [];
      start(index + input.parallel);
      report(input, count);
    }
  } finally {
    stop.abort();
  }
  return counts;
}

function rowsInput(
  { renameSchemas, style, tenantColumn }: SqlDumpInput,
  {
    snapshot,
    table,
    narrow,
    signal,
  }: { snapshot: ReadSnapshot; table: TableSpec; narrow: SidePreparation | null; signal: AbortSignal },
) {
  return {
    snapshot,
    table,
    as: renamed(table.name, renameSchemas),
    key: formatQualifiedName(table.name),
    narrow,
    style: style ?? ("copy" as const),
    tenantColumn: tenantColumn ?? null,
    signal,
  };
}

function renamed(name: QualifiedName, renames: ReadonlyMap<string, string> | undefined): QualifiedName {
  return { ...name, schema: renames?.get(name.schema) ?? name.schema };
}

function report({ ctx }: SqlDumpInput, { name, rows }: { name: string; rows: number }): void {
  ctx.progress({ phase: "reading", table: name, rows, bytes: 0, estimatedRows: null });
}

async function* sequenceSection({ sequences = [] }: SchemaDefinition): AsyncGenerator<Uint8Array> {
  for (const { name, lastValue, isCalled } of sequences) {
    const state = `${sqlLiteral(sqlTable(name))}, ${lastValue}, ${isCalled}`;
    yield Buffer.from(`SELECT pg_catalog.setval(${state});\n`);
  }
  if (sequences.length > 0) yield Buffer.from("\n");
}
