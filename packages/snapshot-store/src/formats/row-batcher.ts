import type { FileRow } from "@syncline/engine";
import { BATCH_CHARACTERS, BATCH_ROWS } from "./row-format.ts";

/** Gathers rows until a batch is worth handing on. */
export class RowBatcher {
  #rows: FileRow[] = [];
  #characters = 0;

  /** Takes a row; `characters` is about the size of its text. */
  add(row: FileRow, characters: number): void {
    this.#rows.push(row);
    this.#characters += characters;
  }

  get full(): boolean {
    return this.#characters >= BATCH_CHARACTERS || this.#rows.length >= BATCH_ROWS;
  }

  get empty(): boolean {
    return this.#rows.length === 0;
  }

  take(): readonly FileRow[] {
    const rows = this.#rows;
    this.#rows = [];
    this.#characters = 0;
    return rows;
  }
}
