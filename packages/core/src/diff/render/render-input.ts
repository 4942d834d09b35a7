import type { PatchTable } from "../../patch/patch.ts";
import type { QualifiedName } from "../../values/qualified-name.ts";
import type { DiffCounts } from "../diff-summary.ts";
import type { RowChange } from "../row-change.ts";

export const DIFF_FORMATS = [
  "summary",
  "detailed",
  "json",
  "ndjson",
  "unified",
  "side-by-side",
  "sql",
  "html",
] as const;

export type DiffFormat = (typeof DIFF_FORMATS)[number];

export interface RenderTable {
  readonly source: QualifiedName;
  readonly target: QualifiedName;
  readonly patchTable: PatchTable;
}

export interface RenderTableResult {
  readonly counts: DiffCounts;
  readonly changedBytes: number;
  readonly recheck: { readonly stable: number; readonly inFlight: number } | null;
}

export interface RenderResult {
  readonly complete: boolean;
  readonly stopped: string | null;
  readonly tables: readonly RenderTableResult[];
  readonly totals: DiffCounts;
  readonly elapsedMs: number;
}

/** A comparison as renderers see it: a running diff with the names of its sides. */
export interface RenderInput {
  /** Printed locators, without secrets. */
  readonly source: string;
  readonly target: string;
  readonly tables: readonly RenderTable[];
  /** Consumed once, to its end, before `result` is awaited. */
  readonly changes: AsyncIterable<RowChange>;
  readonly result: Promise<RenderResult>;
  /** Counts alone; `changes` may then be empty. */
  readonly summaryOnly?: boolean;
  /** Escape sequences for colours; off when left out. */
  readonly color?: boolean;
  /** Columns of the terminal, 100 when left out. */
  readonly width?: number;
}

/** Which values a format reads, as the comparison's option `images` names them. */
export function imagesOfFormat(
  format: DiffFormat,
  summaryOnly: boolean,
): "none" | "all" | { readonly perKind: number } {
  if (format === "summary" || summaryOnly) return "none";
  return format === "detailed" ? { perKind: DETAILED_PER_KIND } : "all";
}

/** Rows of one kind and table that `detailed` shows. */
export const DETAILED_PER_KIND = 10;
