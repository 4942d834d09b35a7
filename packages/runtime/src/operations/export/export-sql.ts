import { CodedError, checkTableFilter, formatQualifiedName, type RowScope } from "@syncline/core";
import {
  type ByteSink,
  dumpSql,
  type ReadSnapshot,
  RunMasks,
  type SidePreparation,
  type SqlDumpInput,
  type SqlDumpResult,
} from "@syncline/engine";
import { openSchemaEngine, openTables } from "../../endpoint-registry.ts";
import { patchFilesWithKeys } from "../../files/patch-files.ts";
import { leavesTablesOut, masksOf } from "../rows/masks.ts";
import type { ExportRun } from "./export-run.ts";

/** Definitions and rows as SQL, for psql and for imports. */
export async function exportSql(run: ExportRun): Promise<SqlDumpResult> {
  const { setting, source, input } = run;
  refuseNarrowing(run);
  const engine = openSchemaEngine(source);
  const sink = await openSink(run);
  try {
    const dump = dumpSql({
      ctx: setting.context,
      openEndpoint: (tables) => openTables(source, tables),
      engine,
      extent: extentOf(run),
      style: input.inserts ? "inserts" : "copy",
      ...(source.scope.tenantColumn === null ? {} : { tenantColumn: source.scope.tenantColumn }),
      parallel: input.parallel,
      ...(await preparation(run)),
    });
    for await (const chunk of dump.chunks) await sink.write(chunk);
    const result = await dump.result;
    await sink.commit();
    for (const object of result.uncovered) setting.context.warn(`Not in the file: ${object}.`);
    return result;
  } finally {
    await sink.discard();
    await engine.close();
  }
}

function openSink({ input: { output }, recipients }: ExportRun): Promise<ByteSink> {
  if (output.kind === "sink") return Promise.resolve(output.sink);
  const { place, overwrite } = output;
  return patchFilesWithKeys({ recipients, identities: [] }).create(place.path, { overwrite });
}

function refuseNarrowing({ input: { fields, tables } }: ExportRun): void {
  if (fields === null && tables.length === 0) return;
  throw new CodedError("usage.invalid", "--fields and --schema are not for SQL.", {
    hint: "Name the tables in the source (server:tenant:users,orders), or use another format.",
  });
}

function extentOf({ source, input }: ExportRun): SqlDumpInput["extent"] {
  if (input.database) return { kind: "database" };
  const wholeSchema = source.tables.kind === "all" && source.scope.tenantColumn === null;
  return wholeSchema ? { kind: "schemas", schemas: [source.scope.schema] } : { kind: "tables" };
}

async function preparation(run: ExportRun): Promise<Pick<SqlDumpInput, "prepare">> {
  const { setting, source, input } = run;
  const partial = leavesTablesOut(input.tables, { kind: "live", place: source });
  const masks = await masksOf(setting, input.mask, partial);
  if (masks === null && input.filter === null) return {};
  const masked = masks === null ? null : new RunMasks(masks, setting.context);
  return {
    prepare: async (snapshot): Promise<SidePreparation> => ({
      scopes: filterScopes(run, snapshot),
      masks: masked === null ? new Map() : await masked.use(snapshot),
    }),
  };
}

function filterScopes(
  { input: { filter } }: ExportRun,
  { tables }: ReadSnapshot,
): ReadonlyMap<string, RowScope> {
  if (filter === null) return new Map();
  return new Map(
    tables.flatMap((table) => {
      const checked = checkTableFilter(filter, table);
      return checked === null
        ? []
        : [[formatQualifiedName(table.name), { kind: "filter", filter: checked }] as const];
    }),
  );
}
