import type { Segment, TableReader } from "../../ports/read-snapshot.ts";
import { estimateRows, type TableWork } from "../diff/table-work.ts";
import type { DiffSlice, SlicedTable } from "./diff-slice.ts";

/** What a slice of seconds holds: so many rows or so many bytes of the larger side. */
const SLICE_ROWS = 500_000;
const SLICE_BYTES = 128 * 1024 * 1024;
const MOST_SLICES = 1_024;
/** Each of these reads the whole table for its part of the rows. */
const MOST_SCANS = 8;
/** Sampled for each wanted slice, so that those that are taken are spread evenly. */
const BOUNDS_A_SLICE = 16;

export interface PlanSlicesInput {
  readonly tables: readonly TableWork[];
  readonly readersOf: (work: TableWork) => { readonly source: TableReader; readonly target: TableReader };
  /** Slices of the largest table, of others in proportion; or by size. */
  readonly slices: number | "auto";
  /** Whether texts have the same bytes on both sides, by which they are sorted. */
  readonly sameEncoding: boolean;
  readonly signal: AbortSignal;
}

/** Cuts large tables by their keys and puts small neighbours together. */
export async function planDiffSlices(input: PlanSlicesInput): Promise<DiffSlice[]> {
  const slices: DiffSlice[] = [];
  const largest = Math.max(...input.tables.map(weightOf));
  const together = new TablesTogether((slice) => slices.push(slice));
  for (const work of input.tables) {
    const count = input.slices === "auto" ? weightOf(work) : (input.slices * weightOf(work)) / largest;
    const segments = await cutTable(input, work, Math.min(MOST_SLICES, Math.ceil(count)));
    if (segments.length < 2) {
      together.add(work);
      continue;
    }
    together.flush();
    for (const segment of segments) {
      const estimatedRows = Math.round(estimateRows(work) * segment.share);
      slices.push({ tables: [{ table: work.index, segment }], estimatedRows });
    }
  }
  together.flush();
  return slices;
}

/** Collects neighbouring tables until they are worth a slice. */
class TablesTogether {
  readonly #emit: (slice: DiffSlice) => void;
  #tables: SlicedTable[] = [];
  #rows = 0;
  #weight = 0;

  constructor(emit: (slice: DiffSlice) => void) {
    this.#emit = emit;
  }

  add(work: TableWork): void {
    const weight = weightOf(work);
    if (this.#weight + weight > 1) this.flush();
    this.#tables.push({ table: work.index, segment: null });
    this.#rows += estimateRows(work);
    this.#weight += weight;
  }

  flush(): void {
    if (this.#tables.length > 0) this.#emit({ tables: this.#tables, estimatedRows: Math.round(this.#rows) });
    this.#tables = [];
    this.#rows = 0;
    this.#weight = 0;
  }
}

/** Size in slices. */
function weightOf(work: TableWork): number {
  const bytes = Math.max(work.source.table.sizeBytes, work.target.table.sizeBytes);
  return Math.max(estimateRows(work) / SLICE_ROWS, bytes / SLICE_BYTES);
}

/**
 * Segments of the first key column, from the first, which is open below, to the last, which is open above. Only where
 * that column sorts alike everywhere: one of a fixed width of which an index on both sides finds the ranges, or a text,
 * by its bytes. No index has these but under the collation "C", so there are few segments of texts.
 */
async function cutTable(input: PlanSlicesInput, work: TableWork, wanted: number): Promise<Segment[]> {
  const cut = wanted < 2 ? null : cutOf(work);
  if (cut === null || (cut === "texts" && !input.sameEncoding)) return [];
  const readers = input.readersOf(work);
  const anyRange = { kind: "range", column: 0, bounds: [] } as const;
  const seeks = readers.source.seeksBuckets(anyRange) && readers.target.seeksBuckets(anyRange);
  if (cut === "ranges" && !seeks) return [];
  const count = cut === "texts" ? Math.min(MOST_SCANS, wanted) : wanted;
  const larger = work.source.table.estimatedRows >= work.target.table.estimatedRows ? "source" : "target";
  const sampled = await readers[larger].sampleBounds(0, (count - 1) * BOUNDS_A_SLICE, input.signal);
  const bounds = evenly(sampled, count - 1);
  const edges = [null, ...bounds, null];
  const share = 1 / (bounds.length + 1);
  return bounds.length === 0
    ? []
    : edges.slice(1).map((to, at) => ({ column: 0, from: edges[at] ?? null, to, share }));
}

function cutOf({ source, target, agreement }: TableWork): "ranges" | "texts" | null {
  const cuts = [source, target].map(({ key, masks, keyMaps }) => {
    const first = key?.columns[0];
    if (key === null || first === undefined || key.canonical || agreement.key === null) return null;
    if (masks?.has(first.name) === true || keyMaps?.has(first.name) === true) return null;
    if (first.form.order === "text") return "texts";
    return first.form.width !== null && first.form.width > 1 ? "ranges" : null;
  });
  return cuts[0] === cuts[1] ? (cuts[0] ?? null) : null;
}

/** At most `count` of them, evenly spread. */
function evenly(bounds: readonly string[], count: number): string[] {
  if (bounds.length <= count) return [...bounds];
  return Array.from(
    { length: count },
    (_, at) => bounds[Math.floor(((at + 1) * bounds.length) / (count + 1))] ?? "",
  );
}
