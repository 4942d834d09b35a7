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

/** Segments by the first key column, and by the next ones too while those before have too few values. */
async function cutTable(input: PlanSlicesInput, work: TableWork, wanted: number): Promise<Segment[]> {
  const sortable = wanted < 2 ? 0 : sortableColumns(work, input.sameEncoding);
  let best: Segment[] = [];
  for (let columns = 1; columns <= sortable && best.length < wanted / 2; columns += 1) {
    const segments = await cutByColumns(input, { work, columns, wanted });
    if (segments.length > best.length) best = segments;
  }
  return best;
}

/**
 * From the first, which is open below, to the last, which is open above. There are few where no index on both sides finds
 * them, as of texts, which no index has by their bytes but under the collation "C".
 */
async function cutByColumns(
  input: PlanSlicesInput,
  { work, columns, wanted }: { readonly work: TableWork; readonly columns: number; readonly wanted: number },
): Promise<Segment[]> {
  const readers = input.readersOf(work);
  const seeks = readers.source.seeksKeys(columns) && readers.target.seeksKeys(columns);
  const count = seeks ? wanted : Math.min(MOST_SCANS, wanted);
  const larger = work.source.table.estimatedRows >= work.target.table.estimatedRows ? "source" : "target";
  const sampled = await readers[larger].sampleKeys(columns, (count - 1) * BOUNDS_A_SLICE, input.signal);
  const bounds = evenly(sampled, count - 1);
  const edges = [null, ...bounds, null];
  const share = 1 / (bounds.length + 1);
  return bounds.length === 0 ? [] : edges.slice(1).map((to, at) => ({ from: edges[at] ?? null, to, share }));
}

/** How many first columns of the key sort alike everywhere, texts by their bytes. */
function sortableColumns({ source, target, agreement }: TableWork, sameEncoding: boolean): number {
  if (agreement.key === null) return 0;
  const counts = [source, target].map(({ key, masks, keyMaps }) => {
    if (key === null || key.canonical) return 0;
    const other = key.columns.findIndex(
      ({ name, form }) =>
        masks?.has(name) === true || keyMaps?.has(name) === true || (form.order === "text" && !sameEncoding),
    );
    return other === -1 ? key.columns.length : other;
  });
  return Math.min(...counts);
}

/** At most `count` of them, evenly spread. */
function evenly<Bound>(bounds: readonly Bound[], count: number): Bound[] {
  if (bounds.length <= count) return [...bounds];
  return Array.from(
    { length: count },
    (_, at) => bounds[Math.floor(((at + 1) * bounds.length) / (count + 1))] as Bound,
  );
}
