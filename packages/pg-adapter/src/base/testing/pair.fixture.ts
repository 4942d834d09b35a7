import {
  type BaseStore,
  type SyncCycleInput,
  type SyncCycleResult,
  type SyncSide,
  syncCycle,
} from "@syncline/engine";
import { openPgEndpoint } from "../../pg-endpoint.ts";
import type { PgScope } from "../../scope.ts";
import { openPatchTarget } from "../../write/open-patch-target.ts";
import { scopeOf, testContext } from "../../write/testing/apply.fixture.ts";
import { openBaseStore } from "../open-base-store.ts";

export interface PairPlaces {
  readonly source: { readonly url: string } & Partial<PgScope>;
  readonly target: { readonly url: string } & Partial<PgScope>;
  readonly base: { readonly url: string; readonly schema: string };
}

export type CycleOptions = Partial<
  Omit<SyncCycleInput, "conflicts" | "diff" | "apply" | "source" | "target" | "base">
> & {
  readonly conflicts?: Partial<SyncCycleInput["conflicts"]>;
  readonly diff?: Partial<SyncCycleInput["diff"]>;
  readonly apply?: Partial<SyncCycleInput["apply"]>;
  readonly token?: bigint;
};

function sideOf({ url, ...scope }: PairPlaces["source"], label: string): SyncSide {
  const where = scopeOf(url, scope);
  return {
    openRows: (names) =>
      openPgEndpoint({
        scope: where,
        tables: names === null ? { kind: "all" } : { kind: "named", names },
        label,
      }),
    openTarget: () => openPatchTarget({ scope: where, tables: { kind: "all" }, label }),
  };
}

export function openBase({ base }: PairPlaces, token: bigint | null = null): Promise<BaseStore> {
  const { connection } = scopeOf(base.url);
  return openBaseStore({ connection, schema: base.schema, token, signal: new AbortController().signal });
}

let seeds = 0;

/** One cycle between two live places, with its base in a third. */
export async function cycle(places: PairPlaces, options: CycleOptions = {}): Promise<SyncCycleResult> {
  const { token, conflicts, diff, apply, ...rest } = options;
  const base = await openBase(places, token ?? null);
  seeds += 1;
  try {
    return await syncCycle({
      ctx: testContext(),
      source: sideOf(places.source, "source"),
      target: sideOf(places.target, "target"),
      base,
      direction: "both",
      applicationSeed: `cycle-${process.pid}-${seeds}`,
      ...rest,
      conflicts: {
        detection: "changed-fields",
        resolution: "manual",
        timestampFields: ["updated_at"],
        timestampSkewMs: 0,
        ...conflicts,
      },
      diff: {
        tableMap: new Map(),
        columnMap: new Map(),
        tablePatterns: [],
        ignoreFields: [],
        keys: new Map(),
        parallel: 1,
        ...diff,
      },
      apply: {
        dryRun: false,
        triggers: "auto",
        includeCascades: false,
        allowDdl: false,
        lockTimeoutMs: 5_000,
        fence: null,
        ...apply,
      },
    });
  } finally {
    await base.close();
  }
}
