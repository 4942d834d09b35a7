import { CodedError, checkTableFilter, formatQualifiedName, type RowScope } from "@syncline/core";
import {
  dumpSql,
  type ReadSnapshot,
  RunMasks,
  type SidePreparation,
  type SqlDumpInput,
} from "@syncline/engine";
import { openSchemaEngine, openTables } from "@syncline/runtime";
import { patchFilesWithKeys } from "@syncline/runtime/files";
import { formatCount } from "../../terminal/progress-text.ts";
import { leavesTablesOut, sessionMasks } from "../masks.ts";
import type { ExportJob } from "./run-export.ts";

/** Definitions and rows as one SQL file, for psql and `syncline import`. */
export async function exportSql(job: ExportJob): Promise<void> {
  const { session, source, options, path, recipients } = job;
  refuseNarrowing(job);
  const engine = openSchemaEngine(source);
  const sink = await patchFilesWithKeys({ recipients, identities: [] }).create(path, {
    overwrite: options.overwrite === true,
  });
  try {
    const dump = dumpSql({
      ctx: session.context,
      openEndpoint: (tables) => openTables(source, tables),
      engine,
      extent: extentOf(job),
      style: options.inserts === true ? "inserts" : "copy",
      ...(source.scope.tenantColumn === null ? {} : { tenantColumn: source.scope.tenantColumn }),
      parallel: options.parallel,
      ...(await preparation(job)),
    });
    for await (const chunk of dump.chunks) await sink.write(chunk);
    const result = await dump.result;
    await sink.commit();
    for (const object of result.uncovered) session.people.warn(`Not in the file: ${object}.`);
    if (options.json === true)
      await session.output.json({
        action: "export",
        source: source.label,
        file: options.output,
        format: "sql",
        ...result,
      });
    else
      await session.output.line(
        `Exported ${formatCount(result.rows)} rows of ${formatCount(result.tables.length)} tables from ${source.label} into ${options.output}.`,
      );
  } finally {
    await sink.discard();
    await engine.close();
  }
}

function refuseNarrowing({ options }: ExportJob): void {
  if (options.fields === undefined && options.schema === undefined) return;
  throw new CodedError("usage.invalid", "--fields and --schema are not for SQL.", {
    hint: "Name the tables in the source (server:tenant:users,orders), or use another format.",
  });
}

function extentOf({ source, options }: ExportJob): SqlDumpInput["extent"] {
  if (options.database === true) return { kind: "database" };
  const wholeSchema = source.tables.kind === "all" && source.scope.tenantColumn === null;
  return wholeSchema ? { kind: "schemas", schemas: [source.scope.schema] } : { kind: "tables" };
}

async function preparation(job: ExportJob): Promise<Pick<SqlDumpInput, "prepare">> {
  const { session, source, options, filter } = job;
  const partial = leavesTablesOut(options.schema, { kind: "live", place: source });
  const masks = await sessionMasks(session, options.mask, partial);
  if (masks === null && filter === null) return {};
  const run = masks === null ? null : new RunMasks(masks, session.context);
  return {
    prepare: async (snapshot): Promise<SidePreparation> => ({
      scopes: filterScopes(job, snapshot),
      masks: run === null ? new Map() : await run.use(snapshot),
    }),
  };
}

function filterScopes({ filter }: ExportJob, { tables }: ReadSnapshot): ReadonlyMap<string, RowScope> {
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
