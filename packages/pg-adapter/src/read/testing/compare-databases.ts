import type { RowChange, TableSelection } from "@syncline/core";
import {
  type DiffOptions,
  type DiffResult,
  type DiffTable,
  diffEndpoints,
  type RunContext,
} from "@syncline/engine";
import { openPgEndpoint } from "../../pg-endpoint.ts";
import type { ConnectionOptions, PgScope } from "../../scope.ts";

export const DEFAULT_OPTIONS: DiffOptions = {
  tableMap: new Map(),
  columnMap: new Map(),
  tablePatterns: [],
  filter: null,
  fields: null,
  ignoreFields: [],
  tolerance: new Map(),
  keys: new Map(),
  maxDifferences: null,
  maxPercent: null,
  maxTimeMs: null,
  recheckAfterMs: null,
  images: "all",
  path: "auto",
  parallel: 2,
};

export function connectionOf(url: string): ConnectionOptions {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    host: hostname,
    port: Number(port || "5432"),
    database: decodeURIComponent(pathname.slice(1)),
    user: decodeURIComponent(username),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
    sslMode: "disable",
    connectTimeoutMs: 5_000,
    applicationName: "syncline-test",
  };
}

export interface Side {
  readonly url: string;
  readonly schema?: string;
  readonly tables?: readonly string[];
  readonly tenantColumn?: PgScope["tenantColumn"];
  readonly replicaOf?: string;
}

export function openSide(side: Side, label: string) {
  const { schema = "public", tenantColumn = null } = side;
  const tables: TableSelection =
    side.tables === undefined
      ? { kind: "all" }
      : { kind: "named", names: side.tables.map((name) => ({ schema: null, name })) };
  const scope = { connection: connectionOf(side.url), schema, tenantColumn };
  const replica =
    side.replicaOf === undefined ? {} : { replicaOf: { ...scope, connection: connectionOf(side.replicaOf) } };
  return openPgEndpoint({ scope, tables, label, ...replica });
}

export interface Compared {
  readonly changes: readonly RowChange[];
  readonly result: DiffResult;
  readonly tables: readonly DiffTable[];
}

export async function startComparison(
  source: Side,
  target: Side,
  options: Partial<DiffOptions> = {},
  signal: AbortSignal = new AbortController().signal,
) {
  return diffEndpoints({
    source: await openSide(source, "source"),
    target: await openSide(target, "target"),
    options: { ...DEFAULT_OPTIONS, ...options },
    ctx: testContext(signal),
  });
}

/** Compares to the end and closes. */
export async function compare(
  source: Side,
  target: Side,
  options: Partial<DiffOptions> = {},
): Promise<Compared> {
  const run = await startComparison(source, target, options);
  try {
    const changes: RowChange[] = [];
    for await (const change of run.changes) changes.push(change);
    return { changes, result: await run.result, tables: run.tables };
  } finally {
    await run.close();
  }
}

export function testContext(signal: AbortSignal): RunContext {
  return {
    signal,
    progress: () => {},
    warn: () => {},
    actor: null,
    now: () => new Date(0),
    randomBytes: (length) => new Uint8Array(length),
  };
}
