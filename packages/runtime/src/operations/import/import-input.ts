import type { ImportSqlResult, MoveResult } from "@syncline/engine";
import type { DirectoryPlace, Place } from "../../place.ts";
import type { OperationReport } from "../contract.ts";
import { DEFAULT_CHOICES, type Landing, type MoveChoices } from "../moves/move-choices.ts";
import type { MoveHooks } from "../moves/move-hooks.ts";

/** A file as people know it and where it is. */
export type FilePlace = DirectoryPlace;

/** Rows of an export, a pulled directory or an SQL file that a place shall have. */
export interface ImportInput extends MoveChoices {
  readonly file: FilePlace;
  readonly target: string;
  readonly strategy: Landing;
  /** Common ancestor for `three-way`: an export file, a pulled directory or a database. */
  readonly base: string | null;
  /** Also delete roots that the file does not list, with all that belongs to them. */
  readonly replaceAll: boolean;
  /** List of the root keys that may be touched. */
  readonly allow: FilePlace | null;
  /** The dataset of the config, when it is not the file's. */
  readonly dataset: string | null;
  /** Key files, or `env:NAME`, that open the file. */
  readonly identities: readonly string[];
  /** Key files of which one must have signed the file; none: it is not looked at. */
  readonly signers: readonly string[];
  /** Files with fewer rows than were written are accepted. */
  readonly edited: boolean;
  /** An SQL file may hold any statement. */
  readonly anySql: boolean;
  readonly parallel: number;
}

export const DEFAULT_IMPORT: Omit<ImportInput, "file" | "target"> = {
  ...DEFAULT_CHOICES,
  strategy: "replace",
  base: null,
  replaceAll: false,
  allow: null,
  dataset: null,
  identities: [],
  signers: [],
  edited: false,
  anySql: false,
  parallel: 2,
};

export interface ImportHooks extends MoveHooks {
  /** The last word before anything is written, after `confirmWrite`. A rejection ends the import. */
  readonly beforeWrite?: (about: { readonly target: Place; readonly kind: "rows" | "sql" }) => Promise<void>;
}

export type ImportMethod =
  | { readonly kind: "rows"; readonly result: MoveResult }
  | { readonly kind: "sql"; readonly result: ImportSqlResult };

export interface ImportReport extends OperationReport {
  /** Printed. */
  readonly source: string;
  readonly target: string;
  readonly method: ImportMethod;
}
