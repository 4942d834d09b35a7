import type { FilterDocument } from "@syncline/core";
import type {
  CopyResult,
  CreateDefinitionsResult,
  DiffOptions,
  Endpoint,
  MoveResult,
} from "@syncline/engine";
import type { AnyPlace, Place } from "../../place.ts";
import type { OperationReport } from "../contract.ts";
import { DEFAULT_CHOICES, type Landing, type MoveChoices } from "../moves/move-choices.ts";
import type { MoveHooks } from "../moves/move-hooks.ts";

/** Rows of one place that another place shall have. */
export interface CopyInput extends MoveChoices {
  /** A live place or a directory of rows. */
  readonly source: string;
  readonly target: string;
  readonly strategy: Landing;
  /** Common ancestor, for `three-way` and `interactive`. */
  readonly base: string | null;
  /** Patterns of table names; none for all tables. */
  readonly tables: readonly string[];
  readonly filter: FilterDocument | null;
  readonly dataset: string | null;
  /** Name of a mask set of the config. */
  readonly mask: string | null;
  readonly ignoreFields: readonly string[];
  readonly tableMap: ReadonlyMap<string, string>;
  /** By `table.column`, or `column` for all tables. */
  readonly columnMap: ReadonlyMap<string, string>;
  readonly keys: ReadonlyMap<string, readonly string[]>;
  /** Whether tables that the target lacks are made, or only made. */
  readonly definitions: "none" | "include" | "only";
  readonly incremental: boolean;
  readonly incrementalColumn: string | null;
  /** From a directory: files with fewer rows than were pulled are accepted. */
  readonly edited: boolean;
  /** A source tenant without rows is accepted: those of the target's are deleted. */
  readonly emptySource: boolean;
  readonly parallel: number;
  /** Empty tables are loaded over one connection, all of them or none. */
  readonly singleTransaction: boolean;
}

export const DEFAULT_COPY: Omit<CopyInput, "source" | "target"> = {
  ...DEFAULT_CHOICES,
  strategy: "replace",
  base: null,
  tables: [],
  filter: null,
  dataset: null,
  mask: null,
  ignoreFields: [],
  tableMap: new Map(),
  columnMap: new Map(),
  keys: new Map(),
  definitions: "none",
  incremental: false,
  incrementalColumn: null,
  edited: false,
  emptySource: false,
  parallel: 2,
  singleTransaction: false,
};

/** What a copy is about to do, before anything is written. */
export interface CopyPreview {
  readonly source: AnyPlace;
  readonly target: Place;
  /** Whether the source says which rows it leaves out. */
  readonly mayDelete: boolean;
  /** Compares as the copy will, with rows under the keys that they would get. `show` closes both sides. */
  readonly compare: <T>(
    show: (sides: {
      readonly source: Endpoint;
      readonly target: Endpoint;
      readonly options: DiffOptions;
    }) => Promise<T>,
  ) => Promise<T>;
}

export interface CopyHooks extends MoveHooks {
  /** The last word before rows are written, after `confirmWrite`. A rejection ends the copy. */
  readonly beforeRows?: (preview: CopyPreview) => Promise<void>;
}

export type Loaded = Exclude<CopyResult, { outcome: "unsuitable" }>;

export type CopyMethod =
  /** Empty tables were loaded. */
  | { readonly kind: "bulk"; readonly result: Loaded }
  | { readonly kind: "difference"; readonly result: MoveResult }
  /** Only tables were made. */
  | { readonly kind: "definitions" };

export interface CopyReport extends OperationReport {
  /** Printed locators. */
  readonly source: string;
  readonly target: string;
  readonly method: CopyMethod;
  /** What was made of tables that the target lacked; null when that was not asked for. */
  readonly definitions: CreateDefinitionsResult | null;
}
