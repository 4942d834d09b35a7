import type { TableSpec } from "@syncline/core";
import type { FetchedRow } from "../../ports/read-snapshot.ts";

const MOST_ROWS = 1_000;
const PIECE_BYTES = 4 * 1024 * 1024;
const FIRST_ROWS = 200;

/** How many rows to fetch at once, so that wide rows do not fill the memory; learns from what came. */
export class FetchSize {
  rows: number;

  constructor(table: TableSpec) {
    const average = table.sizeBytes / Math.max(1, table.estimatedRows);
    this.rows = clamp(Math.min(FIRST_ROWS, PIECE_BYTES / Math.max(1, average)));
  }

  learn(fetched: readonly (FetchedRow | null)[]): void {
    let bytes = 0;
    for (const row of fetched)
      for (const value of row?.image ?? []) bytes += value === null ? 0 : value.length;
    this.rows = clamp(
      Math.min(this.rows * 4, PIECE_BYTES / Math.max(1, bytes / Math.max(1, fetched.length))),
    );
  }
}

/** Applies `fetch` to pieces of `items`, one after the other. */
export async function fetchInPieces<Item, Row extends FetchedRow | null>(
  items: readonly Item[],
  size: FetchSize,
  fetch: (piece: readonly Item[]) => Promise<Row[]>,
): Promise<Row[]> {
  const all: Row[] = [];
  while (all.length < items.length) {
    const rows = await fetch(items.slice(all.length, all.length + size.rows));
    size.learn(rows);
    all.push(...rows);
  }
  return all;
}

function clamp(rows: number): number {
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(rows)));
}
