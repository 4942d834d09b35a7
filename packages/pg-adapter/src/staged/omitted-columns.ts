import type { FileRow } from "@syncline/engine";
import type { StagedFile } from "./staged-file.ts";

/** A column that some rows leave out and others do not. */
export interface UnevenColumn {
  readonly name: string;
  /** Index into the staged columns, as the hidden list of omitted columns names it. */
  readonly index: number;
  /** First line that leaves it out. */
  readonly line: number;
}

/**
 * Which columns the rows of a table leave out. What no row has is no part of the table; what only some rows have is
 * noted with each row, so that the other side's values stay.
 */
export class OmittedColumns {
  readonly #file: StagedFile;
  readonly #present: boolean[];
  readonly #missing: (number | null)[];

  constructor(file: StagedFile) {
    this.#file = file;
    this.#present = file.columns.map(() => false);
    this.#missing = file.columns.map(() => null);
  }

  /** What COPY writes for the row's list of omitted columns. */
  see(row: FileRow): string {
    const { columns } = this.#file;
    let list = "";
    for (let index = 0; index < columns.length; index += 1) {
      if (row.values[columns[index]?.at ?? -1] !== undefined) {
        this.#present[index] = true;
        continue;
      }
      this.#missing[index] ??= row.line;
      list += list === "" ? index : `,${index}`;
    }
    return list === "" ? "\\N" : `{${list}}`;
  }

  absent(): string[] {
    const { columns } = this.#file;
    return columns
      .filter((_, index) => !this.#present[index] && this.#missing[index] !== null)
      .map(({ name }) => name);
  }

  uneven(): UnevenColumn[] {
    return this.#file.columns.flatMap(({ name }, index) => {
      const line = this.#missing[index] ?? null;
      return line !== null && this.#present[index] ? [{ name, index, line }] : [];
    });
  }
}
