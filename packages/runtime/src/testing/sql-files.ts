import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import {
  dumpSql,
  type ImportSqlInput,
  type ImportSqlResult,
  importSql,
  type RunContext,
  type SqlDumpInput,
  type SqlDumpResult,
} from "@syncline/engine";
import { openSchemaEngine, openSqlImport, openSqlParser, openTables } from "../endpoint-registry.ts";
import type { Place } from "../place.ts";

export function placeOf(url: string): Place {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    label: decodeURIComponent(pathname.slice(1)),
    scope: {
      connection: {
        host: hostname,
        port: Number(port === "" ? 5432 : port),
        database: decodeURIComponent(pathname.slice(1)),
        user: decodeURIComponent(username),
        password: decodeURIComponent(password),
        sslMode: "disable",
        connectTimeoutMs: 10_000,
        applicationName: "syncline test",
      },
      schema: "public",
      tenantColumn: null,
    },
    tables: { kind: "all" },
    server: null,
    tenant: "test",
    environment: null,
    replicaOf: null,
    protection: "open",
    confirmationName: "test",
    unresolvedServers: [],
  };
}

export function testContext(signal = new AbortController().signal): RunContext {
  return {
    signal,
    progress: () => {},
    warn: () => {},
    actor: null,
    now: () => new Date(),
    randomBytes: (length) => randomBytes(length),
  };
}

export function dumpOf(url: string, options: Partial<SqlDumpInput> = {}) {
  const place = placeOf(url);
  return dumpSql({
    ctx: testContext(),
    engine: openSchemaEngine(place),
    openEndpoint: (tables) => openTables(place, tables),
    extent: { kind: "database" },
    parallel: 2,
    ...options,
  });
}

/** A whole dump in memory. */
export async function dumpText(
  url: string,
  options: Partial<SqlDumpInput> = {},
): Promise<{ sql: Buffer; result: SqlDumpResult }> {
  const dump = dumpOf(url, options);
  const parts: Uint8Array[] = [];
  for await (const chunk of dump.chunks) parts.push(chunk);
  return { sql: Buffer.concat(parts), result: await dump.result };
}

export interface PsqlOutcome {
  readonly status: number;
  readonly stderr: string;
}

/** Restores a file as people do; `folder` is where commands of psql would leave traces. */
export async function runPsql(
  url: string,
  sql: Buffer,
  { file, folder, stop = true }: { file: string; folder: string; stop?: boolean },
): Promise<PsqlOutcome> {
  await writeFile(file, sql);
  return new Promise((resolve) => {
    const args = ["-X", "-q", ...(stop ? ["-v", "ON_ERROR_STOP=1"] : []), "-d", url, "-f", file];
    const env = { ...process.env, PGOPTIONS: "-c client_min_messages=warning" };
    execFile("psql", args, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 }, (error, _stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code ?? 1), stderr: String(stderr) });
    });
  });
}

export function importInto(
  url: string,
  sql: Buffer,
  options: Partial<ImportSqlInput> = {},
): Promise<ImportSqlResult> {
  return importSql({
    ctx: testContext(),
    chunks: inPieces(sql, 64 * 1024),
    file: "dump.sql",
    parser: openSqlParser(),
    target: openSqlImport(placeOf(url)),
    dryRun: false,
    anySql: false,
    protection: "open",
    ...options,
  });
}

export async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
