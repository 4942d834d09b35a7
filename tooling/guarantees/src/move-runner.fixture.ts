import { randomBytes } from "node:crypto";
import type { MoveRules, TableSelection } from "@syncline/core";
import {
  type DiffOptions,
  type MoveInput,
  type MoveResult,
  moveRows,
  type RunContext,
  undoPatch,
} from "@syncline/engine";
import { openPatchTarget, openPgEndpoint, type PgScope } from "@syncline/pg-adapter";
import { WORLD_TABLES, type WorldSide } from "./move-world.ts";

export const MOVE_RULES: MoveRules = {
  strategy: "replace",
  fields: new Map(),
  tables: new Map(),
  timestampFields: ["updated_at"],
  timestampSkewMs: 0,
  onConflict: "manual",
  strict: false,
  granularity: "cell",
  groups: new Map(),
};

export const DIFF_OPTIONS: DiffOptions = {
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
  parallel: 1,
};

export const APPLY: MoveInput["apply"] = {
  dryRun: false,
  triggers: "auto",
  includeCascades: false,
  allowDdl: false,
  lockTimeoutMs: 5_000,
  fence: null,
};

export function moveContext(): RunContext {
  return {
    signal: new AbortController().signal,
    progress: () => {},
    warn: () => {},
    actor: "tester",
    now: () => new Date(),
    randomBytes: (length) => randomBytes(length),
  };
}

export interface MoveEnd {
  readonly url: string;
  readonly side: WorldSide;
}

export interface MoveRun
  extends Partial<Pick<MoveInput, "mayDelete" | "onConflict" | "highWater" | "isReferenced">> {
  readonly source: MoveEnd;
  readonly target: MoveEnd;
  readonly tables?: readonly string[];
  readonly rules?: Partial<MoveRules>;
  readonly diff?: Partial<DiffOptions>;
  readonly apply?: Partial<MoveInput["apply"]>;
}

/** Moves rows between two databases of the test server. */
export async function runMove(run: MoveRun): Promise<MoveResult> {
  const { source, target, tables = WORLD_TABLES } = run;
  const selection = selectionOf(tables);
  const patchTarget = await openPatchTarget({ scope: scopeOf(target), tables: selection, label: "target" });
  const { onConflict, highWater, isReferenced } = run;
  try {
    return await moveRows({
      ctx: moveContext(),
      openSource: () => openPgEndpoint({ scope: scopeOf(source), tables: selection, label: "source" }),
      openTarget: () => openPgEndpoint({ scope: scopeOf(target), tables: selection, label: "target" }),
      openBase: null,
      patchTarget,
      diff: { ...DIFF_OPTIONS, ...run.diff },
      rules: { ...MOVE_RULES, ...run.rules },
      apply: { ...APPLY, ...run.apply },
      mayDelete: run.mayDelete ?? true,
      scope: {},
      ...(onConflict === undefined ? {} : { onConflict }),
      ...(isReferenced === undefined ? {} : { isReferenced }),
      ...(highWater === undefined ? {} : { highWater }),
    });
  } finally {
    await patchTarget.close();
  }
}

export async function takeBack(
  target: MoveEnd,
  ledgerId: string,
  tables: readonly string[] = WORLD_TABLES,
): Promise<void> {
  const patchTarget = await openPatchTarget({
    scope: scopeOf(target),
    tables: selectionOf(tables),
    label: "target",
  });
  try {
    const options = { ...APPLY, strategy: "manual", force: null } as const;
    await undoPatch({ target: patchTarget, patchId: ledgerId, options, ctx: moveContext() });
  } finally {
    await patchTarget.close();
  }
}

function selectionOf(tables: readonly string[]): TableSelection {
  return { kind: "named", names: tables.map((name) => ({ schema: null, name })) };
}

function scopeOf({ url, side }: MoveEnd): PgScope {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    connection: {
      host: hostname,
      port: Number(port || "5432"),
      database: decodeURIComponent(pathname.slice(1)),
      user: decodeURIComponent(username),
      ...(password === "" ? {} : { password: decodeURIComponent(password) }),
      sslMode: "disable",
      connectTimeoutMs: 5_000,
      applicationName: "syncline-test",
    },
    schema: side.schema,
    tenantColumn: side.tenant === null ? null : { name: "tenant", value: side.tenant },
  };
}
