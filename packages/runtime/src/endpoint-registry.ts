import type { QualifiedName } from "@syncline/core";
import type {
  BulkTarget,
  DefinitionTarget,
  Endpoint,
  PatchTarget,
  RowFilesHeader,
  RowFilesWriter,
  SchemaEngine,
  SqlParser,
  SqlTarget,
} from "@syncline/engine";
import {
  openBulkTarget,
  openConnection,
  openPatchTarget,
  openPgEndpoint,
  openSqlTarget,
} from "@syncline/pg-adapter";
import type { AnyPlace, DirectoryPlace, Place } from "./place.ts";
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

/** A live place that whole tables can be loaded into; connects when it is first asked. Always `close()`. */
export function openBulk({ scope, tables, label }: Place): BulkTarget {
  return openBulkTarget({ scope, tables, label });
}

/** Rows of files as an endpoint for reading. Always `close()`; it also closes the files. */
export async function openRowsEndpoint(options: RowsEndpointOptions): Promise<Endpoint> {
  return new RowsEndpoint(options);
}

/** Opens any place for reading. `beside` is the other side of a comparison. Always `close()`. */
export async function openAnyEndpoint(any: AnyPlace, beside: AnyPlace | null): Promise<Endpoint> {
  if (any.kind === "live") return openEndpoint(any.place);
  return openRowsEndpoint({
    files: await openRowDirectory(any.place),
    label: any.place.label,
    beside: beside?.kind === "live" ? beside.place : null,
  });
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
export function openSqlImport({ scope, label }: Place): SqlTarget {
  return openSqlTarget({ scope, label });
}

/** A live place's database for exactly these tables, or for those of its locator. */
export function openTables(place: Place, names: readonly QualifiedName[] | null): Promise<Endpoint> {
  return openEndpoint(names === null ? place : { ...place, tables: { kind: "named", names } });
}
