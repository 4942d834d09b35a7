import type { RunProgress, TableProgress } from "@syncline/control-plane";
import type { ProgressEvent } from "@syncline/engine";

const RATE_WINDOW_MS = 30_000;
const SAMPLE_MS = 1_000;
/** Below this a rate says nothing about the end. */
const ETA_AFTER_MS = 5_000;

interface Sample {
  readonly at: number;
  readonly rows: number;
}

/** Adds up what an operation tells, with a rate over the last half minute and an honest range for the rest. */
export class ProgressMeter {
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #tables = new Map<string, TableProgress>();
  #phase = "starting";
  #loose = { rows: 0, bytes: 0 };
  #samples: Sample[] = [];

  /** `now` in milliseconds, monotonic. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#startedAt = now();
    this.#samples.push({ at: this.#startedAt, rows: 0 });
  }

  /** Totals so far of a table in a phase; a table that starts over in the next phase counts with that one. */
  add({ phase, table, rows, bytes, estimatedRows }: ProgressEvent): void {
    this.#phase = phase;
    if (table === null) {
      this.#loose = { rows: Math.max(this.#loose.rows, rows), bytes: Math.max(this.#loose.bytes, bytes) };
      return;
    }
    const before = this.#tables.get(table);
    this.#tables.set(table, {
      name: table,
      phase,
      rows,
      bytes: Math.max(bytes, before?.phase === phase ? before.bytes : 0),
      estimatedRows: estimatedRows ?? before?.estimatedRows ?? null,
    });
  }

  progress(): RunProgress {
    const tables = [...this.#tables.values()];
    const rows = sum(tables.map((table) => table.rows)) || this.#loose.rows;
    const bytes = sum(tables.map((table) => table.bytes)) || this.#loose.bytes;
    this.#sample(rows);
    return {
      phase: this.#phase,
      rows,
      bytes,
      rowsPerSecond: this.#rate(),
      etaSeconds: this.#eta(tables, rows),
      unitsDone: 0,
      unitsTotal: 1,
      tables,
    };
  }

  #sample(rows: number): void {
    const at = this.#now();
    const last = this.#samples.at(-1);
    if (last !== undefined && rows < last.rows) this.#samples = [{ at, rows }];
    else if (last === undefined || at - last.at >= SAMPLE_MS) this.#samples.push({ at, rows });
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) >= RATE_WINDOW_MS)
      this.#samples.shift();
  }

  #rate(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.at <= first.at) return 0;
    return Math.round(((last.rows - first.rows) / (last.at - first.at)) * 1_000);
  }

  /** Between the slowest and the fastest third of the window, widened by what estimates of rows are worth. */
  #eta(tables: readonly TableProgress[], rows: number): readonly [number, number] | null {
    if (this.#now() - this.#startedAt < ETA_AFTER_MS || tables.length === 0) return null;
    if (tables.some((table) => table.estimatedRows === null)) return null;
    const left = Math.max(0, sum(tables.map((table) => table.estimatedRows ?? 0)) - rows);
    const rates = thirds(this.#samples);
    const [slow, fast] = [Math.min(...rates), Math.max(...rates)];
    if (rates.length === 0 || slow <= 0) return null;
    return [Math.floor((left * 0.9) / fast), Math.ceil((left * 1.2) / slow)];
  }
}

/** Rows per second of three stretches of the samples. */
function thirds(samples: readonly Sample[]): number[] {
  const rates: number[] = [];
  const size = Math.floor((samples.length - 1) / 3);
  if (size === 0) return rates;
  for (let part = 0; part < 3; part += 1) {
    const [from, to] = [samples[part * size], samples[(part + 1) * size]];
    if (from === undefined || to === undefined || to.at <= from.at) continue;
    rates.push(((to.rows - from.rows) / (to.at - from.at)) * 1_000);
  }
  return rates;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
