import type { FileScope, FileTable } from "@syncline/engine";
import type { TableRowFormat } from "../formats/index.ts";

export const MANIFEST_FILE = "manifest.json";
export const DEFINITIONS_FILE = "schema.sql";

/** Rows in one file, as they were written. */
export interface ManifestFile {
  /** A plain name in the directory. */
  readonly file: string;
  readonly rows: number;
  /** Hex digest over the file's bytes. */
  readonly sha256: string;
}

export interface ManifestTable extends ManifestFile {
  readonly table: FileTable;
  /** Rows that are there only because others refer to them, or null. */
  readonly referenced: ManifestFile | null;
}

/** What a directory of rows holds. Written last. */
export interface Manifest {
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  readonly source: { readonly locator: string; readonly version: string | null };
  readonly format: TableRowFormat;
  readonly scope: FileScope | null;
  /** File with the tables' definitions, or null. */
  readonly definitions: { readonly file: string; readonly sha256: string } | null;
  readonly tables: readonly ManifestTable[];
}

/** Every file that belongs to the manifest, itself left out. */
export function filesOf({ tables, definitions }: Manifest): readonly string[] {
  return [
    ...tables.flatMap(({ file, referenced }) => (referenced === null ? [file] : [file, referenced.file])),
    ...(definitions === null ? [] : [definitions.file]),
  ];
}
