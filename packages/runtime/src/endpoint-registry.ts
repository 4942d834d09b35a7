import type { QualifiedName } from "@syncline/core";
import type {
  BaseStore,
  BulkTarget,
  DefinitionTarget,
  Endpoint,
  FileTable,
  HighWaterMark,
  PatchTarget,
  RenumberStore,
  RowFiles,
  RowFilesHeader,
  RowFilesWriter,
  SchemaEngine,
  SlicedLoadTarget,
  SourceClock,
  SqlParser,
  SqlTarget,
} from "@syncline/engine";
import {
  type BaseStoreInput,
  openBaseStore,
  openBulkTarget,
  openConnection,
  openDefaultsReader,
  openPatchTarget,
  openPgEndpoint,
  openRenumberStore,
  openSlicedLoadTarget,
  openSqlTarget,
  readHighWater,
  readSourceClock,
} from "@syncline/pg-adapter";
import type { ExportWriterOptions, OpenExportOptions } from "@syncline/snapshot-store";
import type { AnyPlace, DirectoryPlace, Place, RemotePlace } from "./place.ts";
import { RowsEndpoint, type RowsEndpointOptions } from "./rows-endpoint.ts";
import { openScratchDatabase } from "./scratch-database.ts";

/** The one file that names adapters: a new kind of endpoint is a new package and a line here. */

/** Opens a place for reading. Always `close()`. */
export function openEndpoint({ scope, tables, label, replicaOf }: Place): Promise<Endpoint> {
  return openPgEndpoint({ scope, tables, label, ...(replicaOf === null ? {} : { replicaOf }) });
}

/** Connects to a place for applying, undoing and reading its log. Always `close()`. */
export function openTarget({ scope, tables, label }: Place, signal: AbortSignal): Promise<PatchTarget> {
  return openPatchTarget({ scope, tables, label, signal });
}

/** Defaults of columns of a live place. Always `close()`. */
export function openDefaults({ scope, label }: Place) {
  return openDefaultsReader(scope, label);
}

/** The rows on which the two places of a pair agreed last, in the control database. Always `close()`. */
export function openBase(input: BaseStoreInput): Promise<BaseStore> {
  return openBaseStore(input);
}

/** Keys of a live place, for rows that need other ones there. Always `close()`. */
export function openRenumbering({ scope, label }: Place, dryRun: boolean): Promise<RenumberStore> {
  return openRenumberStore({ scope, label, dryRun });
}

/** A live place that whole tables can be loaded into; connects when it is first asked. Always `close()`. */
export function openBulk({ scope, tables, label }: Place): BulkTarget {
  return openBulkTarget({ scope, tables, label });
}

/** A live place whose empty tables several processes load in slices; connects when it is first asked. */
export function openSlicedLoad({ scope, label }: Place): SlicedLoadTarget {
  return openSlicedLoadTarget({ scope, label });
}

/** Until when every row of a live place is visible; to be asked before it is read. */
export function readClock({ scope, label }: Place): Promise<SourceClock> {
  return readSourceClock(scope.connection, label);
}

/** How far incremental runs from this source have come in a live place. */
export function readMarks({ scope, label }: Place, source: string): Promise<HighWaterMark[]> {
  return readHighWater(scope, label, source);
}

/** Rows of files as an endpoint for reading. Always `close()`; it also closes the files. */
export async function openRowsEndpoint(options: RowsEndpointOptions): Promise<Endpoint> {
  return new RowsEndpoint(options);
}

/** Opens any place for reading. `beside` is the other side of a comparison. Always `close()`. */
export async function openAnyEndpoint(any: AnyPlace, beside: AnyPlace | null): Promise<Endpoint> {
  if (any.kind === "live") return openEndpoint(any.place);
  return openRowsEndpoint({
    files: any.kind === "directory" ? await openRowDirectory(any.place) : rowsOfRemote(any.place),
    label: any.place.label,
    beside: beside?.kind === "live" ? beside.place : null,
  });
}

/** Fetched when a comparison begins. */
function rowsOfRemote(place: RemotePlace): (signal: AbortSignal) => Promise<RowFiles> {
  return async (signal) => {
    const { openRemoteRows } = await import("./remote/open-remote-rows.ts");
    return openRemoteRows(place, openExportFile, signal);
  };
}

/** Opens a directory of rows. Always `close()`. */
export async function openRowDirectory({ path, label }: DirectoryPlace) {
  const { openDirectory } = await import("@syncline/snapshot-store");
  return openDirectory(path, label);
}

const schemaEngine = () => import("@syncline/schema-engine");

/** Definitions of a live place's database. Always `close()`. */
export function openSchemaEngine({ scope, label }: Place): SchemaEngine {
  const connect = () => openConnection(scope.connection);
  const open = async () =>
    (await schemaEngine()).openSchemaEngine({ connect, label, scratch: openScratchDatabase });
  return { define: async (selection) => (await open()).define(selection), close: async () => {} };
}

/** A live place's database as one in which definitions are made. Always `close()`. */
export function openDefinitions({ scope, label }: Place): DefinitionTarget {
  const connect = () => openConnection(scope.connection);
  const open = async () => (await schemaEngine()).openDefinitionTarget({ connect, label });
  return {
    label,
    existing: async (signal) => (await open()).existing(signal),
    run: async (request) => (await open()).run(request),
    close: async () => {},
  };
}

/** PostgreSQL's own grammar. */
export function openSqlParser(): SqlParser {
  return { classify: async (sql) => (await schemaEngine()).openSqlParser().classify(sql) };
}

export interface RowDirectoryOptions {
  readonly place: DirectoryPlace;
  readonly header: RowFilesHeader;
  /** Names of all tables that will be written. */
  readonly tables: readonly string[];
  readonly overwrite: boolean;
}

/** Begins a directory of rows. Always `discard()`, which does nothing after `commit()`. */
export async function createRowDirectory({
  place,
  ...options
}: RowDirectoryOptions): Promise<RowFilesWriter> {
  const { createDirectoryWriter } = await import("@syncline/snapshot-store");
  return createDirectoryWriter({ ...options, ...place });
}

/** A live place's database as one that runs an SQL file, with the parser that judges it. Always `close()`. */
export function openSqlImport({ scope, label }: Place, lockTimeoutMs: number | null = null): SqlTarget {
  return openSqlTarget({ scope, label, lockTimeoutMs });
}

/** A live place's database for exactly these tables, or for those of its locator. */
export function openTables(place: Place, names: readonly QualifiedName[] | null): Promise<Endpoint> {
  return openEndpoint(names === null ? place : { ...place, tables: { kind: "named", names } });
}

export interface ExportFileOptions {
  readonly path: string;
  readonly overwrite: boolean;
  /** Public keys, for a name that ends in `.age`. */
  readonly recipients: readonly string[];
  readonly header: ExportWriterOptions["header"];
  readonly tables: readonly FileTable[];
}

/** Begins an export file. Always `discard()`, which does nothing after `commit()`. */
export async function createExportFile({ path, overwrite, recipients, ...rest }: ExportFileOptions) {
  const { createExportWriter } = await import("@syncline/snapshot-store");
  const { createFile } = await import("@syncline/snapshot-store/files");
  const sink = await createFile(path, { overwrite, recipients });
  try {
    return await createExportWriter({ sink, ...rest });
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

/** Begins an export whose bytes go into a sink as they are. Always `discard()`. */
export async function createExportInto(options: ExportWriterOptions): Promise<RowFilesWriter> {
  const { createExportWriter } = await import("@syncline/snapshot-store");
  return createExportWriter(options);
}

/** Opens an export file; it is read once, to see that it is whole. Always `close()`. */
export async function openExportFile({
  path,
  identities,
  ...rest
}: OpenExportFileOptions): Promise<RowFiles> {
  const { openExport } = await import("@syncline/snapshot-store");
  const { openFile } = await import("@syncline/snapshot-store/files");
  return openExport({ source: await openFile(path, { identities }), ...rest });
}

export interface OpenExportFileOptions extends Omit<OpenExportOptions, "source"> {
  readonly path: string;
  readonly identities: readonly string[];
}
