import type { FilterDocument } from "@syncline/core";
import type { ByteSink, ExportResult, SqlDumpResult } from "@syncline/engine";
import type { DirectoryPlace } from "../../place.ts";
import type { OperationReport } from "../contract.ts";

export const EXPORT_FORMATS = ["yaml", "json", "ndjson", "csv", "sql"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export type ExportOutput =
  /** A file, or for csv a directory. */
  | { readonly kind: "file"; readonly place: DirectoryPlace; readonly overwrite: boolean }
  /** Bytes as they come, neither compressed nor encrypted. Not for csv. */
  | { readonly kind: "sink"; readonly label: string; readonly sink: ByteSink };

/** Rows of one instant that shall lie in a file. */
export interface ExportInput {
  readonly source: string;
  readonly output: ExportOutput;
  readonly format: ExportFormat;
  readonly dataset: string | null;
  /** Which roots of the dataset, by the names of its filters. */
  readonly roots: ReadonlyMap<string, string>;
  /** With a dataset it chooses among roots alone. */
  readonly filter: FilterDocument | null;
  /** Patterns of table names; none for all tables. */
  readonly tables: readonly string[];
  /** Only these columns and the keys; null for all. */
  readonly fields: readonly string[] | null;
  /** Name of a mask set of the config. */
  readonly mask: string | null;
  /** age public keys. */
  readonly recipients: readonly string[];
  /** Ed25519 private key that signs the file: a PEM file or `env:NAME`. */
  readonly sign: string | null;
  /** SQL: the whole database, not only the tenant's schema. */
  readonly database: boolean;
  /** SQL: rows as INSERT statements. */
  readonly inserts: boolean;
  /** SQL: tables read at the same time. */
  readonly parallel: number;
}

export const DEFAULT_EXPORT: Omit<ExportInput, "source" | "output" | "format"> = {
  dataset: null,
  roots: new Map(),
  filter: null,
  tables: [],
  fields: null,
  mask: null,
  recipients: [],
  sign: null,
  database: false,
  inserts: false,
  parallel: 2,
};

export interface ExportHooks {
  /** Something worth knowing; among the report's notes when nobody listens. */
  readonly say?: (text: string) => void;
}

export type ExportMethod =
  | { readonly kind: "rows"; readonly result: ExportResult; readonly dataset: DatasetName | null }
  | { readonly kind: "sql"; readonly result: SqlDumpResult };

interface DatasetName {
  readonly name: string;
  readonly root: string;
}

/** Rows that were read count as unchanged. */
export interface ExportReport extends OperationReport {
  /** Printed locator. */
  readonly source: string;
  readonly method: ExportMethod;
}
