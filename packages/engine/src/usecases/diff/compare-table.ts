import type { RowChange } from "@syncline/core";
import type { DiffOptions } from "../diff-contract.ts";
import { ChangeBuilder, type Readers } from "./change-builder.ts";
import { ImageWishes } from "./image-wishes.ts";
import type { RunLimits } from "./run-limits.ts";
import { streamPath } from "./stream-path.ts";
import { TableTally } from "./table-tally.ts";
import type { TableWork } from "./table-work.ts";

export interface CompareTableParts {
  readonly work: TableWork;
  readonly readers: Readers;
  readonly options: DiffOptions;
  readonly limits: RunLimits;
  readonly connections: number;
  readonly progress: (rows: number) => void;
}

/** The comparison of one table: what its paths share. */
export class CompareTable {
  readonly work: TableWork;
  readonly readers: Readers;
  readonly options: DiffOptions;
  readonly builder: ChangeBuilder;
  readonly tally = new TableTally();
  readonly wishes: ImageWishes;
  readonly progress: (rows: number) => void;
  readonly connections: number;
  readonly #limits: RunLimits;
  #mostRows: number | null = null;

  constructor({ work, readers, options, limits, connections, progress }: CompareTableParts) {
    this.work = work;
    this.readers = readers;
    this.options = options;
    this.connections = connections;
    this.progress = progress;
    this.#limits = limits;
    this.builder = new ChangeBuilder(work, readers, limits.signal);
    this.wishes = new ImageWishes(options.images);
  }

  get signal(): AbortSignal {
    return this.#limits.signal;
  }

  get stopped(): boolean {
    return this.#limits.stopped !== null;
  }

  admit(found: number): number {
    return this.#limits.admit(found, { differences: this.tally.differences, mostRows: this.#mostRows });
  }

  async *changes(): AsyncGenerator<RowChange[]> {
    this.tally.reason = "the table is small";
    yield* streamPath(this, null);
  }
}
