import type { QualifiedName } from "@syncline/core";

/** Part of a table's rows on their way into an empty table, as plain data. */
export interface CopySlice {
  /** The target's. */
  readonly table: QualifiedName;
  /** Number within the table, from 0, and how many there are. */
  readonly index: number;
  readonly of: number;
  /** Pages of the source's table when it was cut. */
  readonly pages: number;
  readonly estimatedBytes: number;
}

/** What slices of a copy need to know of each other, as plain data. */
export interface CopyPlanRecord {
  /** UUID of the load. */
  readonly loadId: string;
  /** The fence of the whole load. */
  readonly fence: { readonly domain: string; readonly token: string };
  readonly tables: readonly { readonly table: QualifiedName; readonly parts: number }[];
}
