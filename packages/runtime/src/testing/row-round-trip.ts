import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moveRows, pullRows, type RowFormat, type RunContext } from "@syncline/engine";
import {
  createRowDirectory,
  openEndpoint,
  openRowDirectory,
  openRowsEndpoint,
  openTarget,
} from "../endpoint-registry.ts";
import { type Place, resolvePlace } from "../place.ts";
import { openWorkspace } from "../workspace.ts";

export const context: RunContext = {
  signal: new AbortController().signal,
  progress: () => {},
  warn: () => {},
  actor: null,
  now: () => new Date("2026-01-01T00:00:00Z"),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

export interface RoundTripFolder {
  readonly path: string;
  place(url: string): Promise<Place>;
  remove(): Promise<void>;
}

export async function roundTripFolder(): Promise<RoundTripFolder> {
  const path = await mkdtemp(join(tmpdir(), "syncline-round-trip-"));
  const environment = { HOME: path };
  const workspace = await openWorkspace({
    configFile: null,
    server: null,
    environment,
    folder: path,
    warn: () => {},
  });
  return {
    path,
    place: (url) => resolvePlace(workspace, `${url}#public:*`, context.signal),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** Pulls all tables of a place into a directory that is not there yet. */
export async function pull(place: Place, path: string, format: RowFormat): Promise<void> {
  const endpoint = await openEndpoint(place);
  try {
    await pullRows({
      ctx: context,
      source: endpoint,
      tenant: null,
      options: { tablePatterns: [], filter: null, fields: null, parallel: 2 },
      openWriter: (plan) =>
        createRowDirectory({
          place: { path, label: path },
          tables: plan.tables.map(({ name }) => name),
          overwrite: false,
          header: {
            format,
            createdAt: context.now().toISOString(),
            source: { locator: "round trip", version: null },
            scope: plan.scope,
            definitions: null,
          },
        }),
    });
  } finally {
    await endpoint.close();
  }
}

/** Makes a place follow a directory. Resolves to the rows that were inserted, updated and deleted. */
export async function push(path: string, place: Place): Promise<number> {
  const patchTarget = await openTarget(place, context.signal);
  try {
    const { counts } = await moveRows({
      ctx: context,
      openSource: async () =>
        openRowsEndpoint({
          files: await openRowDirectory({ path, label: path }),
          label: path,
          beside: place,
        }),
      openTarget: () => openEndpoint(place),
      openBase: null,
      patchTarget,
      diff: {
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
      },
      rules: {
        strategy: "replace",
        fields: new Map(),
        tables: new Map(),
        timestampFields: [],
        timestampSkewMs: 0,
        onConflict: "manual",
        strict: true,
        granularity: "cell",
        groups: new Map(),
      },
      apply: {
        dryRun: false,
        triggers: "auto",
        includeCascades: false,
        allowDdl: false,
        lockTimeoutMs: 10_000,
        fence: null,
      },
      mayDelete: true,
      scope: {},
    });
    return counts.inserted + counts.updated + counts.deleted;
  } finally {
    await patchTarget.close();
  }
}

/** Every file of a directory but its manifest, as text by name. */
export async function rowFiles(path: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(path)).filter((name) => name !== "manifest.json").sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(path, name), "utf8")] as const)),
  );
}
